namespace Agent.Node.Injection;

/// <summary>Where packets are injected.</summary>
/// <param name="Device">Name of the interface.</param>
/// <param name="NamespacePath">File of its network namespace; null: the agent's own.</param>
internal sealed record InjectionPoint(string Device, string? NamespacePath);
