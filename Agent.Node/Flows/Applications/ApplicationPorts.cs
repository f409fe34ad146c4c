using Agent.Node.Decoding;

namespace Agent.Node.Flows.Applications;

/// <summary>
/// Applications by TCP and UDP port. Where both ends of a flow have a port with a name, the lower port decides: it's the
/// more likely to be the server's.
/// </summary>
internal sealed class ApplicationPorts
{
    // A byte per port, so that a new flow's look-up stays in the second-level cache: the number of its name, 0 for none.
    private readonly byte[] _tcp = new byte[ushort.MaxValue + 1];
    private readonly byte[] _udp = new byte[ushort.MaxValue + 1];
    private readonly List<string> _names = [""];

    /// <param name="tcp">Names by TCP port.</param>
    /// <param name="udp">Names by UDP port.</param>
    internal ApplicationPorts(IReadOnlyDictionary<int, string> tcp, IReadOnlyDictionary<int, string> udp)
    {
        Set(_tcp, tcp);
        Set(_udp, udp);
    }

    /// <summary>What the reference configuration says, for those who run without one.</summary>
    internal static ApplicationPorts Default { get; } = new(DefaultApplicationPorts.Tcp, DefaultApplicationPorts.Udp);

    /// <summary>The names in use; the first is "".</summary>
    internal IReadOnlyList<string> Names => _names;

    /// <summary>Which of the names an application on these ports has; 0: none.</summary>
    internal int NumberOf(LayerType transport, ushort portA, ushort portB)
    {
        var byPort = transport switch
        {
            LayerType.Tcp => _tcp,
            LayerType.Udp => _udp,
            _ => null,
        };
        if (byPort is null)
        {
            return 0;
        }

        var lower = byPort[Math.Min(portA, portB)];
        return lower != 0 ? lower : byPort[Math.Max(portA, portB)];
    }

    /// <summary>The name of an application on these ports; "" if they have none.</summary>
    internal string NameOf(LayerType transport, ushort portA, ushort portB) => _names[NumberOf(transport, portA, portB)];

    private void Set(byte[] byPort, IReadOnlyDictionary<int, string> names)
    {
        foreach (var (port, name) in names)
        {
            var number = _names.IndexOf(name);
            if (number < 0)
            {
                number = _names.Count;
                if (number > byte.MaxValue)
                {
                    throw new ArgumentException($"port {port} = \"{name}\": there are more than {byte.MaxValue} different applications", nameof(names));
                }

                _names.Add(name);
            }
            byPort[port] = (byte)number;
        }
    }
}
