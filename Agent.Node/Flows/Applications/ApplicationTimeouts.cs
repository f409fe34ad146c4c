using Agent.Node.Decoding;

namespace Agent.Node.Flows.Applications;

/// <summary>
/// Timeouts of their own for some applications: each different duration has a list of the flow table, so that expiry
/// looks at the old end of a few lists and scans nothing.
/// </summary>
internal sealed class ApplicationTimeouts
{
    /// <summary>As in Skydive.</summary>
    internal static readonly IReadOnlyDictionary<string, TimeSpan> Default = new Dictionary<string, TimeSpan>
    {
        ["ARP"] = TimeSpan.FromSeconds(10),
        ["DNS"] = TimeSpan.FromSeconds(10),
    };

    private readonly Dictionary<string, int> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly ApplicationPorts _ports;
    private readonly byte[] _byPortName;
    private readonly byte[] _byLayer;
    private readonly long[] _durations;
    private readonly long[] _before;

    /// <param name="ports">What ports say of applications.</param>
    /// <param name="timeouts">By the application's name, its case ignored.</param>
    internal ApplicationTimeouts(ApplicationPorts ports, IReadOnlyDictionary<string, TimeSpan> timeouts)
    {
        _ports = ports;
        var durations = new List<long>();
        foreach (var (name, timeout) in timeouts)
        {
            var duration = timeout.Ticks * TimeSpan.NanosecondsPerTick;
            var list = durations.IndexOf(duration);
            if (list < 0)
            {
                list = durations.Count;
                durations.Add(duration);
            }
            _byName[name] = FlowTable.FirstTimeout + list;
        }
        _durations = [.. durations];
        _before = new long[durations.Count];
        _byPortName = new byte[ports.Names.Count];
        for (var number = 0; number < _byPortName.Length; number++)
        {
            _byPortName[number] = ListOf(ports.Names[number]);
        }

        _byLayer = new byte[LayersPath.NamedLayers];
        for (var layer = 0; layer < _byLayer.Length; layer++)
        {
            _byLayer[layer] = ListOf(LayersPath.NameOf((LayerType)layer));
        }
    }

    /// <summary>How many lists they take, from <see cref="FlowTable.FirstTimeout"/> on.</summary>
    internal int Lists => _durations.Length;

    /// <summary>The list of flows of an application.</summary>
    internal byte ListOf(string application) => _byName.TryGetValue(application, out var list) ? (byte)list : FlowTable.Open;

    /// <summary>The list of a new flow: by what its ports say, else by its last layer.</summary>
    internal byte ListOf(in FlowRecord record)
    {
        var number = _ports.NumberOf(record.Transport, record.PortA, record.PortB);
        return number != 0 ? _byPortName[number] : _byLayer[(int)record.Path.Last];
    }

    /// <summary>Per list, before when a flow must have been touched last to be over now.</summary>
    internal ReadOnlySpan<long> Before(long now)
    {
        for (var i = 0; i < _durations.Length; i++)
        {
            _before[i] = now - _durations[i];
        }

        return _before;
    }
}
