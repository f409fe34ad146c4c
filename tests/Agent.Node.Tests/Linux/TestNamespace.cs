using Agent.Node.Linux;

namespace Agent.Node.Tests.Linux;

/// <summary>A network namespace that lives as long as the test.</summary>
internal sealed class TestNamespace : IDisposable
{
    public TestNamespace()
    {
        Name = $"probes-{Guid.NewGuid():N}"[..15];
        Command.Run("ip", "netns", "add", Name);
    }

    public string Name { get; }

    public string Path => $"/var/run/netns/{Name}";

    public NamespaceId Id => NamespaceId.Of(Path);

    /// <summary>Runs `ip` inside: <c>Ip("link add v0 type dummy")</c>.</summary>
    public string Ip(string arguments) => Command.Run("ip", ["-n", Name, .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    public string Run(string program, params string[] arguments) => Command.Run("ip", ["netns", "exec", Name, program, .. arguments]);

    public void Dispose() => Command.Run("ip", "netns", "del", Name);
}
