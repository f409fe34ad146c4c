using Shared.Messages.Flows;

namespace Agent.Node.Flows.Applications;

/// <summary>What a flow's packets say about its application.</summary>
internal abstract class ApplicationFacts
{
    /// <summary>The application's name: "DNS".</summary>
    internal abstract string Name { get; }

    /// <summary>Whether datagrams of it have it as their last layer, by the same name.</summary>
    internal virtual bool IsLayer => false;

    /// <summary>Adds a copy of what is known to a report.</summary>
    internal abstract void AddTo(Flow flow);
}
