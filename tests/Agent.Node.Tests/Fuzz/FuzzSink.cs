using Agent.Node.Flows;
using Agent.Node.Flows.Details;
using Shared.Messages.Flows;

namespace Agent.Node.Tests.Fuzz;

/// <summary>Makes every report a message, as the agent does, looks whether it's within its bounds, and counts what it was about.</summary>
internal sealed class FuzzSink : IFlowOutput
{
    internal const int MostRawPackets = 3;
    private const int LongestMessage = 64 << 10;

    private readonly Dictionary<string, Flow> _flows = [];

    /// <summary>Keep each flow's last report, to compare.</summary>
    internal bool KeepsFlows { get; init; }

    internal long Reports { get; private set; }

    internal long Inner { get; private set; }

    internal long Tunnels { get; private set; }

    internal long Reassembled { get; private set; }

    internal long RawPackets { get; private set; }

    internal int DeepestPath { get; private set; }

    /// <summary>Reports by the application that was read, and with TCP metrics.</summary>
    internal Dictionary<string, long> Applications { get; } = [];

    public void Report(in FlowRecord record, in FlowSpan since, FlowDetails? details)
    {
        var flow = FlowMessages.ToMessage(record, since, details, Captures.Origin);
        Reports++;
        if (flow.ParentUuid.Length > 0)
        {
            Inner++;
        }

        if (flow.Tunnel is not null)
        {
            Tunnels++;
        }

        if (record.Fragments > 0)
        {
            Reassembled++;
        }

        DeepestPath = Math.Max(DeepestPath, record.Path.Count);
        if (details?.Application is { } application)
        {
            Applications[application.Name] = Applications.GetValueOrDefault(application.Name) + 1;
        }

        CheckBounds(flow, details);
        if (KeepsFlows)
        {
            _flows[flow.Uuid] = flow;
        }
    }

    /// <summary>The same flows, told as often; only identifiers of their own may differ.</summary>
    internal void ShouldHaveTheFlowsOf(FuzzSink other)
    {
        var (ours, theirs) = (Described(), other.Described());
        foreach (var (one, two) in ours.Zip(theirs))
        {
            one.ShouldBe(two);
        }

        (ours.Count, Reports).ShouldBe((theirs.Count, other.Reports));
    }

    private void CheckBounds(Flow flow, FlowDetails? details)
    {
        flow.CalculateSize().ShouldBeLessThan(LongestMessage);
        flow.RawPacketsCaptured.ShouldBeLessThanOrEqualTo(MostRawPackets);
        foreach (var packet in details?.RawPackets?.Take() ?? [])
        {
            RawPackets++;
            packet.Index.ShouldBeInRange(1, MostRawPackets);
        }
        if (flow.TcpMetric is not { } tcp)
        {
            return;
        }

        new[]
        {
            tcp.AbPackets, tcp.AbBytes, tcp.AbSegmentOutOfOrder, tcp.AbSegmentSkipped, tcp.AbSegmentSkippedBytes, tcp.AbRetransmitted,
            tcp.BaPackets, tcp.BaBytes, tcp.BaSegmentOutOfOrder, tcp.BaSegmentSkipped, tcp.BaSegmentSkippedBytes, tcp.BaRetransmitted,
        }.ShouldAllBe(counter => counter >= 0);
    }

    private List<string> Described()
    {
        var described = new List<string>(_flows.Count);
        foreach (var flow in _flows.Values)
        {
            var bare = flow.Clone();
            bare.Uuid = bare.ParentUuid = "";
            for (var i = 0; i < bare.Icmp?.About.Count; i++)
            {
                bare.Icmp.About[i] = _flows.TryGetValue(bare.Icmp.About[i], out var subject) ? subject.TrackingId : "";
            }

            described.Add($"{Place(flow)} {bare}");
        }
        described.Sort(StringComparer.Ordinal);
        return described;
    }

    /// <summary>What it travels in.</summary>
    private string Place(Flow flow)
    {
        var place = flow.TrackingId;
        for (var parent = flow; parent.ParentUuid.Length > 0 && _flows.TryGetValue(parent.ParentUuid, out var around); parent = around)
        {
            place = around.TrackingId + "/" + place;
        }

        return place;
    }
}

/// <summary>What all rounds came by.</summary>
internal sealed class FuzzSeen
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, long> _applications = new(StringComparer.Ordinal);
    private long _inputs;
    private long _inBlocks;
    private long _inner;
    private long _evicted;
    private long _reassembled;
    private long _tunnels;
    private long _rawPackets;
    private long _rawPacketsRefused;
    private long _paired;
    private int _deepestPath;

    public override string ToString() =>
        $"{_inputs} inputs, {_inBlocks} of them in blocks; reports of inner flows {_inner}, with tunnel details {_tunnels}, reassembled {_reassembled}; paired tunnels {_paired}; evicted {_evicted}; "
        + $"raw packets {_rawPackets}, refused {_rawPacketsRefused}; longest path {_deepestPath} layers; {string.Join(", ", _applications.Select(pair => $"{pair.Key} {pair.Value}"))}";

    internal void Add(FlowEngine engine, FuzzSink sink, int inputs)
    {
        lock (_lock)
        {
            _inputs += inputs;
            _inner += sink.Inner;
            _evicted += engine.Counts.FlowsEvicted;
            _reassembled += sink.Reassembled;
            _tunnels += sink.Tunnels;
            _rawPackets += sink.RawPackets;
            _rawPacketsRefused += engine.Counts.RawPacketsRefused;
            _paired += engine.PairedTunnels;
            _deepestPath = Math.Max(_deepestPath, sink.DeepestPath);
            foreach (var (name, count) in sink.Applications)
            {
                _applications[name] = _applications.GetValueOrDefault(name) + count;
            }
        }
    }

    internal void AddBlocks(long packets)
    {
        lock (_lock)
        {
            _inBlocks += packets;
        }
    }

    /// <summary>The corpus must reach what it's meant to: a fuzz that ends at the first header finds nothing.</summary>
    internal void ShouldHaveReached(int rounds)
    {
        _inBlocks.ShouldBeGreaterThan(_inputs / 3);
        _inner.ShouldBeGreaterThan(_inputs / 10);
        _evicted.ShouldBeGreaterThan(_inputs / 20);
        new[] { _reassembled, _tunnels, _rawPackets, _rawPacketsRefused }.ShouldAllBe(count => count > rounds);
        _deepestPath.ShouldBeGreaterThanOrEqualTo(8);
        _paired.ShouldBeGreaterThan(rounds);
        foreach (var name in new[] { "DHCPv4", "DNS", "HTTP", "QUIC", "TLS", "VRRP" })
        {
            _applications.GetValueOrDefault(name).ShouldBeGreaterThan(rounds, name);
        }
    }
}
