namespace EndToEnd.Tests.Running;

/// <summary>Gremlin of the tutorial's capture points.</summary>
internal static class CapturePoint
{
    public const string Eth1 = "G.V().Has('Name', 'agent1', 'Type', 'host').Out().Has('Name', 'eth1')";
    public const string Br0OfAgent1 = "G.V().Has('Name', 'agent1', 'Type', 'host').Out().Has('Name', 'br0', 'Type', 'ovsbridge')";
    public const string Br0OfAgent2 = "G.V().Has('Name', 'agent2', 'Type', 'host').Out().Has('Name', 'br0', 'Type', 'ovsbridge')";
    public const string Eth0OfNs1 = "G.V().Has('Name', 'agent1', 'Type', 'host').Out().Has('Name', 'ns1').Out().Has('Name', 'eth0')";
    public const string Eth0OfNs2 = "G.V().Has('Name', 'agent2', 'Type', 'host').Out().Has('Name', 'ns2').Out().Has('Name', 'eth0')";
}
