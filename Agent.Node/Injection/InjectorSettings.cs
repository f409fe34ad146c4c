using InjectionRequest = Shared.Messages.Injections.Injection;

namespace Agent.Node.Injection;

/// <summary>An injection and where it goes out.</summary>
internal sealed record InjectorSettings
{
    /// <summary>What to send, its addresses resolved.</summary>
    public required InjectionRequest Injection { get; init; }

    /// <summary>Name of the interface to send on.</summary>
    public required string Device { get; init; }

    /// <summary>The network namespace the interface is in; null: the agent's own.</summary>
    public string? NamespacePath { get; init; }
}
