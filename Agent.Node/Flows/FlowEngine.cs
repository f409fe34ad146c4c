using Agent.Node.Decoding;
using Agent.Node.Flows.Applications;
using Agent.Node.Flows.Details;
using Shared.Messages.Flows;

namespace Agent.Node.Flows;

/// <summary>
/// Packets in, flows out: decodes a packet, finds or makes its flow, counts it there, and goes on with what a tunnel
/// carries — in its own table, so that inner flows lie beside their tunnel's, or through a sink into another engine.
/// Synchronous and not thread-safe; allocates for reports and new memory only, never per packet.
/// </summary>
internal sealed class FlowEngine : IFlowLeaving
{
    private readonly FlowOptions _options;
    private readonly FlowOrigin _origin;
    private readonly IFlowOutput _output;
    private readonly ITunnelSink? _tunnels;
    private readonly FlowTable _table;
    private readonly ApplicationTimeouts _timeouts;
    private readonly FlowDetailStore _details = new();
    private readonly PacketInspector _inspector;
    private readonly Defragmenter? _defragmenter;
    private readonly long _updateEvery;
    private readonly long _firstUpdateAfter;
    private readonly long _tick;
    private ulong _sequence;
    private long _clock;
    private long _nextTick;
    private long _lastTick;
    private bool _ending;

    /// <param name="options">How flows are told apart, kept and reported.</param>
    /// <param name="origin">Who sees them.</param>
    /// <param name="output">Told of new, changed and ended flows.</param>
    /// <param name="tunnels">Gets what tunnels carry; null: this engine decodes it.</param>
    internal FlowEngine(FlowOptions options, FlowOrigin origin, IFlowOutput output, ITunnelSink? tunnels = null)
    {
        _options = options;
        _origin = origin;
        _output = output;
        _tunnels = tunnels;
        _timeouts = new ApplicationTimeouts(origin.ApplicationPorts, options.ApplicationTimeouts);
        _table = new FlowTable(options.MaxEntries, this, _timeouts.Lists);
        _defragmenter = options.Defragment ? new Defragmenter(new FragmentErrorCounter(_table, _details, options), options.RawPacketLimit) : null;
        _inspector = new PacketInspector(_details, options, _defragmenter, new ApplicationInspector(_details, _table, _timeouts));
        _updateEvery = Nanoseconds(options.UpdateEvery);
        _firstUpdateAfter = Nanoseconds(options.FirstUpdateAfter);
        _tick = Math.Min(_updateEvery, _firstUpdateAfter);
    }

    /// <summary>Packets given, inner ones not counted again.</summary>
    internal long Packets { get; private set; }

    /// <summary>The latest packet's time: nanoseconds since 1970.</summary>
    internal long Clock => _clock;

    /// <summary>Packets whose first header wasn't whole.</summary>
    internal long Undecoded { get; private set; }

    /// <summary>Flows that left for want of room.</summary>
    internal long Evicted => _table.Evicted;

    /// <summary>Flows there are now.</summary>
    internal int Count => _table.Count;

    /// <summary>Those of them that have details.</summary>
    internal int DetailedFlows => _details.Count;

    /// <summary>What waits for fragments.</summary>
    internal int FragmentsKept => _defragmenter?.Kept ?? 0;

    /// <summary>Flows there have been.</summary>
    internal long Total => (long)_sequence;

    /// <summary>Fragments that led to no whole packet: overlapping, too late, or too many at once.</summary>
    internal long FragmentErrors => _defragmenter?.Errors ?? 0;

    /// <summary>Packets that weren't kept raw for want of room.</summary>
    internal long RawPacketsRefused => _inspector.RawPacketsRefused;

    /// <summary>Counts a packet in its flow, and what it carries in theirs.</summary>
    /// <param name="time">Nanoseconds since 1970.</param>
    /// <param name="link">The packet's first layer.</param>
    /// <param name="originalLength">Its length on the wire.</param>
    /// <param name="packet">The bytes captured of it.</param>
    /// <param name="samplingRate">How many packets this one stands for.</param>
    internal void Process(long time, LinkType link, int originalLength, ReadOnlySpan<byte> packet, uint samplingRate = 1)
    {
        Packets++;
        if (time > _clock)
            _clock = time;
        var parent = _origin.ParentUuid;
        for (var depth = _origin.Depth; ; depth++)
        {
            PacketDecoder.Decode(link, packet, _options.Ports, out var layers);
            if (layers.Path.Packed == 0)
            {
                Undecoded++;
                return;
            }
            long frames = 1;
            long bytes = originalLength;
            if (layers.IsFragment && _defragmenter is not null)
            {
                if (!_defragmenter.TryComplete(layers, packet, originalLength, parent, time, _clock, out var whole))
                    return;
                packet = whole.Payload;
                originalLength = whole.Length;
                frames = whole.Frames;
                bytes = whole.Bytes;
                PacketDecoder.DecodeReassembled(packet, _options.Ports, ref layers);
            }
            ref var record = ref CountPacket(layers, packet, parent, time, frames, bytes, samplingRate, out var fromA);
            if (!_inspector.IsIdle)
                _inspector.Inspect(ref record, layers, link, packet, originalLength, fromA, time);
            if (layers.End != DecodeEnd.Tunnel || depth >= _options.MaxTunnelDepth)
                return;
            var inner = packet[layers.InnerOffset..];
            originalLength = Math.Max(originalLength - layers.InnerOffset, 0);
            if (_tunnels is not null)
            {
                _tunnels.Carry(record.Uuid, layers.Inner, time, originalLength, inner, samplingRate);
                return;
            }
            parent = record.Uuid;
            packet = inner;
            link = layers.Inner;
        }
    }

    /// <summary>Counts what somebody else counted of one direction of a flow. Times are nanoseconds since 1970.</summary>
    /// <param name="layers">What each of the packets says.</param>
    /// <param name="now">The time it is, for flows to end.</param>
    /// <param name="start">When the direction began.</param>
    /// <param name="last">When its last packet passed.</param>
    /// <param name="packets">How many packets were counted.</param>
    /// <param name="bytes">Their bytes.</param>
    /// <param name="samplingRate">How many packets each one stands for.</param>
    internal void CountSummary(in PacketLayers layers, long now, long start, long last, long packets, long bytes, uint samplingRate)
    {
        Packets++;
        if (now > _clock)
            _clock = now;
        ref var record = ref CountPacket(layers, default, _origin.ParentUuid, last, packets, bytes, samplingRate, out var fromA);
        FlowSummary.BeganAt(ref record, start, fromA);
    }

    /// <summary>Reports changed flows and lets quiet ones go, if it's time for that. Nanoseconds since 1970.</summary>
    internal void AdvanceTo(long now)
    {
        if (now < _nextTick)
            return;
        if (now > _clock)
            _clock = now;
        var isFirst = _nextTick == 0;
        _nextTick = now + _tick;
        if (isFirst)
            return;
        if (_options.ReportUpdates)
            ReportChanged();
        _table.Expire(_clock - Nanoseconds(_options.ExpireAfter), _clock - Nanoseconds(_options.ClosedLinger), _timeouts.Before(_clock));
        _lastTick = now;
    }

    /// <summary>A flow that is due was touched at most a period before the last reports; before the first, at any time.</summary>
    private void ReportChanged()
    {
        var since = _lastTick == 0 ? 0 : _lastTick - Math.Max(_updateEvery, _firstUpdateAfter) - FlowTable.OrderSlack;
        foreach (ref var record in _table.TouchedSince(since))
        {
            if (record.Has(FlowFlags.Changed) && IsDue(record))
                Report(ref record);
        }
    }

    /// <summary>Reports all flows for the last time and forgets them.</summary>
    internal void End()
    {
        _ending = true;
        _defragmenter?.End();
        _table.Clear();
        _ending = false;
    }

    void IFlowLeaving.Leaving(ref FlowRecord record, bool evicted)
    {
        if (record.FinishType == FinishType.NotFinished)
        {
            if ((record.Flags & (FlowFlags.AbFin | FlowFlags.BaFin)) != 0)
                record.FinishType = FinishType.TcpFin;
            else if (!_ending)
                record.FinishType = FinishType.Timeout;
        }
        Report(ref record);
        if (record.Has(FlowFlags.IsTunnel))
            _tunnels?.Ended(record.Uuid);
        _details.Remove(ref record);
    }

    private static long Nanoseconds(TimeSpan span) => span.Ticks * TimeSpan.NanosecondsPerTick;

    private ref FlowRecord CountPacket(in PacketLayers layers, ReadOnlySpan<byte> packet, ulong parent, long time, long frames, long bytes, uint samplingRate, out bool fromA)
    {
        FlowKey.Make(layers, _options.KeyMode, parent, out var key, out var fromHigh);
        ref var record = ref _table.GetOrAdd(key, _clock, out var isNew);
        if (!isNew && record.List == FlowTable.Closing && FlowTransitions.OpensAgain(layers))
        {
            _table.Remove(ref record);
            record = ref _table.GetOrAdd(key, _clock, out isNew);
        }
        if (isNew)
            Begin(ref record, layers, packet, time, fromHigh);
        fromA = record.Has(FlowFlags.AIsHigh) == fromHigh;
        if (fromA)
        {
            record.Counters.AbPackets += frames * samplingRate;
            record.Counters.AbBytes += bytes * samplingRate;
        }
        else
        {
            record.Counters.BaPackets += frames * samplingRate;
            record.Counters.BaBytes += bytes * samplingRate;
        }
        if (time > record.Last)
            record.Last = time;
        record.SamplingRate = Math.Max(record.SamplingRate, samplingRate);
        record.Flags |= FlowFlags.Changed;
        if (layers.IsReassembled)
            record.Fragments++;
        if (layers.Transport != LayerType.None && FlowTransitions.Apply(ref record, layers, fromA, time))
            _table.Close(ref record);
        return ref record;
    }

    private void Begin(ref FlowRecord record, in PacketLayers layers, ReadOnlySpan<byte> packet, long time, bool fromHigh)
    {
        record.Start = time;
        record.Last = time;
        record.Path = layers.Path;
        record.LinkLayers = layers.LinkLayers;
        record.LinkA = layers.LinkSource;
        record.LinkB = layers.LinkDestination;
        record.VlanTags = layers.VlanTags;
        record.Transport = layers.Transport;
        record.PortA = layers.SourcePort;
        record.PortB = layers.DestinationPort;
        record.IcmpType = layers.IcmpType;
        record.IcmpCode = layers.IcmpCode;
        record.IcmpId = layers.IcmpId;
        if (fromHigh)
            record.Flags |= FlowFlags.AIsHigh;
        if (layers.HasLink)
            record.Flags |= FlowFlags.HasLink;
        if (layers.End == DecodeEnd.Tunnel)
            record.Flags |= FlowFlags.IsTunnel;
        record.Uuid = FlowIdentity.Uuid(record, _origin.Hash, ++_sequence);
        if (_options.ApplicationsByContent)
            record.Looks = ApplicationInspector.LooksOf(layers);
        if (_timeouts.Lists > 0)
            _table.SetTimeout(ref record, _timeouts.ListOf(record));
        if (layers.Tunnel != LayerType.None && TunnelDetails.Read(layers, packet) is { } tunnel)
            _details.Of(ref record).Tunnel = tunnel;
    }

    private bool IsDue(in FlowRecord record) =>
        record.List == FlowTable.Closing || (record.ReportedAt == 0 ? _clock - record.Start >= _firstUpdateAfter : _clock - record.ReportedAt >= _updateEvery);

    private void Report(ref FlowRecord record)
    {
        _output.Report(record, record.Reported, _details.Find(record));
        record.Reported = record.Counters;
        record.ReportedAt = _clock;
        record.Flags &= ~FlowFlags.Changed;
    }
}
