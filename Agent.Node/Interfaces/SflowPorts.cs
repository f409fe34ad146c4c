namespace Agent.Node.Interfaces;

/// <summary>The UDP ports sFlow captures receive on: each holds one as long as it's wanted.</summary>
internal sealed class SflowPorts(int first, int last)
{
    private readonly Dictionary<(string Node, string Capture), int> _held = [];

    /// <summary>The port of a capture, the lowest free one at first; 0 when none is free.</summary>
    /// <param name="node">Id of the node.</param>
    /// <param name="capture">Id of the capture.</param>
    /// <param name="asked">The port its user asks for; 0: any.</param>
    public int Hold(string node, string capture, int asked)
    {
        if (_held.TryGetValue((node, capture), out var held))
        {
            return held;
        }

        var port = asked > 0 ? asked : first;
        var end = asked > 0 ? asked : last;
        while (port <= end && _held.ContainsValue(port))
        {
            port++;
        }

        return port <= end ? _held[(node, capture)] = port : 0;
    }

    /// <summary>Frees the ports of captures that aren't wanted any more.</summary>
    public void Keep(IReadOnlySet<(string Node, string Capture)> wanted)
    {
        foreach (var gone in _held.Keys.Where(k => !wanted.Contains(k)).ToList())
        {
            _held.Remove(gone);
        }
    }
}
