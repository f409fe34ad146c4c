using Shared.Messages.Flows;

namespace Agent.Node.Flows.Applications;

/// <summary>What a flow's packets say about its application.</summary>
internal abstract class ApplicationFacts
{
    /// <summary>The application's name, which is its layer's too: "DNS".</summary>
    internal abstract string Name { get; }

    /// <summary>Adds a copy of what is known to a report.</summary>
    internal abstract void AddTo(Flow flow);
}
