using System.Diagnostics;

namespace Shared.Messages.Telemetry;

/// <summary>Spans that go from node to node: a message that carries on a trace has its context in a field.</summary>
public static class Traces
{
    private static readonly ActivitySource Source = new("skydive.trace");

    /// <summary>The context to put into a message that's sent now (W3C traceparent); empty when nobody traces.</summary>
    public static string Parent => Activity.Current?.Id ?? "";

    /// <summary>Begins a span.</summary>
    /// <param name="name">What happens: "flows query".</param>
    /// <param name="parent">The context a message brought; empty: the current one.</param>
    /// <returns>Null when nobody traces.</returns>
    public static Activity? Start(string name, string parent = "") =>
        ActivityContext.TryParse(parent, null, isRemote: true, out var context)
            ? Source.StartActivity(name, ActivityKind.Consumer, context)
            : Source.StartActivity(name);
}
