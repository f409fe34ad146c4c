using System.Text.Json;
using Shared.Messages.Configuration;

namespace Analyzer.Node.Export;

/// <summary>To whom this analyzer exports flows, and how that goes.</summary>
internal sealed class FlowExport(IpfixOptions? options)
{
    private long _parentsUnknown;

    /// <summary>Whether there is anybody.</summary>
    public bool IsOn => options is not null;

    /// <summary>One record a flow, at its end; else one for each update.</summary>
    public bool EndedOnly => options?.EndedOnly ?? false;

    /// <summary>They.</summary>
    public IReadOnlyList<IpfixTarget> Targets { get; } = options is null ? [] : [.. options.Targets.Select(target => new IpfixTarget(target, options!))];

    /// <summary>Flow updates whose tunnel's flow wasn't known.</summary>
    public long ParentsUnknown => Interlocked.Read(ref _parentsUnknown);

    public void CountParentUnknown() => Interlocked.Increment(ref _parentsUnknown);

    /// <summary>What /api/status says of it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        if (!IsOn)
        {
            return;
        }

        json.WriteStartObject("Export"u8);
        json.WriteNumber("ParentsUnknown"u8, ParentsUnknown);
        json.WriteStartArray("Targets"u8);
        foreach (var target in Targets)
        {
            json.WriteStartObject();
            json.WriteString("Target"u8, target.Address.ToString());
            json.WriteString("State"u8, target.State);
            json.WriteNumber("Sent"u8, target.Sent);
            json.WriteNumber("Dropped"u8, target.Dropped);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
