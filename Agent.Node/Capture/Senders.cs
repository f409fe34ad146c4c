using System.Net;
using Shared.Messages.Telemetry;

namespace Agent.Node.Capture;

/// <summary>Whose datagrams are taken. An address is easily forged, so this keeps out mistakes and the idle, not who means it.</summary>
/// <param name="networks">Theirs; empty: everybody's.</param>
/// <param name="listener">Of whom the others' datagrams are counted as refused.</param>
internal sealed class Senders(IReadOnlyList<IPNetwork> networks, string listener)
{
    // Of many datagrams one after the other the sender is the same.
    private readonly byte[] _last = new byte[SocketAddress.GetMaximumAddressSize(System.Net.Sockets.AddressFamily.InterNetworkV6)];
    private int _lastSize = -1;
    private bool _lastIsTaken;

    /// <summary>Whether a datagram is taken; one that isn't is counted.</summary>
    public bool Take(SocketAddress sender)
    {
        if (networks.Count == 0)
        {
            return true;
        }

        var bytes = sender.Buffer.Span[..sender.Size];
        if (_lastSize != bytes.Length || !bytes.SequenceEqual(_last.AsSpan(0, _lastSize)))
        {
            _lastIsTaken = IsOne(sender);
            _lastSize = Math.Min(bytes.Length, _last.Length);
            bytes[.._lastSize].CopyTo(_last);
        }

        if (!_lastIsTaken)
        {
            ListenerMetrics.CountRefused(listener, "sender");
        }

        return _lastIsTaken;
    }

    private bool IsOne(SocketAddress sender)
    {
        var address = ((IPEndPoint)new IPEndPoint(sender.Family == System.Net.Sockets.AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0).Create(sender)).Address;
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}
