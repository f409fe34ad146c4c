using System.Buffers;
using System.Collections.Immutable;

namespace Agent.Node.Probes.Netlink;

/// <summary>
/// Follows a network namespace: dumps its tables once, then turns notifications into <see cref="NetlinkEvent"/>s. When
/// the kernel says that it lost notifications, or that a table changed while it was dumped, it dumps again.
/// </summary>
/// <remarks>
/// The kernel doesn't notify counters: <see cref="Refresh"/> asks for all of them at once and is meant for a timer; only those that
/// went on are told. Nor does it tell which IPv4 routes went when a link goes down, so the monitor asks for these then.
/// </remarks>
internal sealed class NetlinkMonitor : IDisposable
{
    private const int BufferLength = 64 * 1024; // the kernel fills at most 32 KiB per part of a dump
    private const int EventsOfBatch = 1_000;
    private const int MostLostInARow = 100;

    private static long _allOverruns;

    private readonly NetlinkSocket _socket;
    private readonly Func<NetlinkBatch, CancellationToken, ValueTask> _deliver;
    private readonly DumpQueue _dumps;
    private readonly Dictionary<int, (string Name, string Driver)> _drivers = [];
    private readonly HashSet<int> _up = [];

    // Links that an IPv4 route led through since they are there.
    private readonly HashSet<int> _routed = [];
    private int _lostInARow;
    private readonly Dictionary<int, LinkStatistics> _counted = [];

    /// <param name="socket">Bound to <see cref="NetlinkSocket.NotifiedGroups"/>; the monitor owns it.</param>
    /// <param name="deliver">Takes the events of what was there at once; while it waits nothing is read, and the kernel queues.</param>
    public NetlinkMonitor(NetlinkSocket socket, Func<NetlinkBatch, CancellationToken, ValueTask> deliver)
    {
        _socket = socket;
        _deliver = deliver;
        _dumps = new DumpQueue(socket);
    }

    /// <summary>Times the kernel lost notifications.</summary>
    public long Overruns { get; private set; }

    /// <summary>The same of all monitors there have been.</summary>
    public static long AllOverruns => Interlocked.Read(ref _allOverruns);

    /// <summary>Asks for the links' counters. From any thread.</summary>
    public void Refresh() => _dumps.Want(NetlinkTable.Statistics);

    /// <summary>Runs until cancelled. Throws <see cref="IOException"/> when the kernel refuses a dump.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        WantAll();
        while (true)
        {
            NetlinkBatch batch;
            try
            {
                await _socket.WaitAsync(cancellation).ConfigureAwait(false);
                batch = ReadAll();
            }
            catch (NotificationsLostException e)
            {
                OnLost(e);
                continue;
            }

            if (!batch.Events.IsEmpty)
            {
                await _deliver(batch, cancellation).ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private void WantAll()
    {
        _dumps.Want(NetlinkTable.Links);
        _dumps.Want(NetlinkTable.Addresses);
        _dumps.Want(NetlinkTable.Routes);
        _dumps.Want(NetlinkTable.Neighbours);
    }

    private void OnLost(NotificationsLostException lost)
    {
        // A socket that gives nothing else any more is broken.
        if (++_lostInARow > MostLostInARow)
        {
            throw new IOException(lost.Message, lost);
        }

        Overruns++;
        Interlocked.Increment(ref _allOverruns);
        WantAll();
    }

    // All that's there, up to a bound: notifications come one a datagram, and in swarms. Between them a monitor holds no buffer.
    private NetlinkBatch ReadAll()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            var events = ImmutableArray.CreateBuilder<NetlinkEvent>();
            while (events.Count < EventsOfBatch)
            {
                int? length;
                try
                {
                    length = _socket.TryReceive(buffer);
                }
                catch (NotificationsLostException e)
                {
                    OnLost(e);
                    continue;
                }

                if (length is null)
                {
                    break;
                }

                _lostInARow = 0;
                Read(buffer.AsSpan(0, length.Value), events);
            }

            return new NetlinkBatch(events.DrainToImmutable());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Read(ReadOnlySpan<byte> datagram, ImmutableArray<NetlinkEvent>.Builder events)
    {
        var messages = new NetlinkMessages(datagram);
        while (messages.TryRead(out var header, out var payload))
        {
            if (_dumps.Running is { } running && header.Sequence == running.Sequence)
            {
                if (!running.Announced)
                {
                    _dumps.Announced();
                    events.Add(new NetlinkEvent.DumpBegun(running.Table));
                }

                if ((header.Flags & NetlinkMessageFlags.DumpInterrupted) != 0)
                {
                    _dumps.Interrupted();
                }
            }

            Read(header, payload, events);
        }
    }

    private void Read(NetlinkHeader header, ReadOnlySpan<byte> payload, ImmutableArray<NetlinkEvent>.Builder events)
    {
        switch (header.Type)
        {
            case NetlinkMessageType.NewLink when LinkMessage.TryRead(payload, out var link):
                FollowState(link!);
                _counted[link!.Index] = link.Statistics;
                events.Add(new NetlinkEvent.LinkSet(link, Driver(link)));
                break;
            case NetlinkMessageType.DeleteLink when LinkMessage.TryRead(payload, out var link):
                _drivers.Remove(link!.Index);
                _up.Remove(link.Index);
                _counted.Remove(link.Index);
                _routed.Remove(link.Index);
                events.Add(new NetlinkEvent.LinkGone(link.Index));
                break;
            case NetlinkMessageType.NewStatistics when LinkStatistics.TryRead(payload, out var index, out var statistics):
                if (_counted.TryGetValue(index, out var counted) && counted != statistics)
                {
                    _counted[index] = statistics;
                    events.Add(new NetlinkEvent.Counted(index, statistics));
                }

                break;
            case NetlinkMessageType.NewAddress when AddressMessage.TryRead(payload, out var address):
                events.Add(new NetlinkEvent.AddressSet(address!));
                break;
            case NetlinkMessageType.DeleteAddress when AddressMessage.TryRead(payload, out var address):
                events.Add(new NetlinkEvent.AddressGone(address!));
                break;
            case NetlinkMessageType.NewRoute when RouteMessage.TryRead(payload, out var route):
                FollowRoute(route!);
                events.Add(new NetlinkEvent.RouteSet(route!, IsReplacement(header)));
                break;
            case NetlinkMessageType.DeleteRoute when RouteMessage.TryRead(payload, out var route):
                events.Add(new NetlinkEvent.RouteGone(route!));
                break;
            case NetlinkMessageType.NewNeighbour when NeighbourMessage.TryRead(payload, out var neighbour):
                events.Add(new NetlinkEvent.NeighbourSet(neighbour!));
                break;
            case NetlinkMessageType.DeleteNeighbour when NeighbourMessage.TryRead(payload, out var neighbour):
                events.Add(new NetlinkEvent.NeighbourGone(neighbour!));
                break;
            case NetlinkMessageType.Error when NetlinkValue.Int32(payload) is { } errno and not 0:
                throw new IOException(
                    $"the kernel refused to dump {_dumps.Running?.Table}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(-errno)}");
            case NetlinkMessageType.Done when _dumps.Running is { } running && running.Sequence == header.Sequence:
                if (_dumps.Ended())
                {
                    events.Add(new NetlinkEvent.DumpEnded(running.Table));
                }

                break;
        }
    }

    private bool IsReplacement(NetlinkHeader header) =>
        (header.Flags & NetlinkMessageFlags.Replace) != 0 && _dumps.Running?.Sequence != header.Sequence;

    private void FollowState(LinkMessage link)
    {
        if ((link.Flags & LinkFlags.Up) != 0)
        {
            _up.Add(link.Index);
        }
        else if (_up.Remove(link.Index))
        {
            if (_routed.Contains(link.Index))
            {
                _dumps.Want(NetlinkTable.RoutesIPv4);
            }
        }
    }

    private void FollowRoute(RouteMessage route)
    {
        if (!route.IsIPv6)
        {
            foreach (var hop in route.NextHops)
            {
                _routed.Add(hop.LinkIndex);
            }
        }
    }

    // Asking for a driver waits for whoever changes any link: not for those whose kind says it.
    private string Driver(LinkMessage link)
    {
        if (link.Kind is "veth" or "bridge" or "dummy" or "vxlan" or "geneve")
        {
            return link.Kind;
        }

        if (!_drivers.TryGetValue(link.Index, out var known) || known.Name != link.Name)
        {
            known = (link.Name, _socket.Driver(link.Name));
            _drivers[link.Index] = known;
        }

        return known.Driver;
    }
}
