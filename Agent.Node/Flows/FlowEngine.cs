using System.Runtime.CompilerServices;
using Agent.Node.Decoding;
using Agent.Node.Flows.Applications;
using Agent.Node.Flows.Details;
using Shared.Messages.Flows;

namespace Agent.Node.Flows;

/// <summary>
/// Packets in, flows out: decodes a packet, finds or makes its flow, counts it there, and goes on with what a tunnel
/// carries — in its own table, so that inner flows lie beside their tunnel's, or through a sink into another engine.
/// Packets that come together go through it together, a step at a time, so that the memory a later step needs is
/// fetched meanwhile; the result is the same as one by one.
/// Synchronous and not thread-safe; allocates for reports and new memory only, never per packet.
/// </summary>
internal sealed class FlowEngine : IFlowLeaving
{
    private const int LargestBatch = 32;

    /// <summary>Between two batches of packets, a tenth of a millisecond's work or two.</summary>
    private const int MostToldAtOnce = 512;
    private const int MostLookedAtAtOnce = 32 * 1024;

    /// <summary>What a packet's place in its batch takes.</summary>
    private const int IndexBits = 5;
    private const int IndexMask = LargestBatch - 1;

    /// <summary>Beside its place: the other engines look at it, too.</summary>
    private const int SharedMark = 0x80;

    /// <summary>It's another engine's.</summary>
    private const int OthersMark = 0x40;

    private readonly FlowOptions _options;
    private readonly FlowOrigin _origin;
    private readonly IFlowOutput _output;
    private readonly ITunnelSink? _tunnels;
    private readonly FlowTable _table;
    private readonly ApplicationTimeouts _timeouts;
    private readonly FlowDetailStore _details;
    private readonly IcmpErrorCounter _icmpErrors;
    private readonly StreamStarts _streams;
    private readonly PacketInspector _inspector;
    private readonly Defragmenter? _defragmenter;
    private readonly Deduplicator? _deduplicator;
    private readonly TunnelDoubts _doubts;
    private readonly EngineShare? _share;
    private readonly int _number;
    private readonly long _updateEvery;
    private readonly long _firstUpdateAfter;
    private readonly long _tick;
    private readonly PendingPacket[] _pending;
    private Defragmenter? _othersFragments;
    private QuotedFlows? _quoted;
    private long _packetsBefore;
    private uint _batch;
    private int _depth;
    private long _broken;
    private long _othersDuplicates;
    private long _othersForgotten;
    private ReplayClock _replay;
    private long _clock;
    private long _offset;
    private long _nextTick;
    private int _told;
    private bool _isAstray;
    private bool _ending;

    /// <param name="options">How flows are told apart, kept and reported.</param>
    /// <param name="origin">Who sees them.</param>
    /// <param name="output">Told of new, changed and ended flows.</param>
    /// <param name="tunnels">Gets what tunnels carry; null: this engine decodes it.</param>
    /// <param name="share">Which of several engines it is; null: there is one.</param>
    /// <param name="memory">The engine's part of a memory that is limited; null: it isn't.</param>
    internal FlowEngine(FlowOptions options, FlowOrigin origin, IFlowOutput output, ITunnelSink? tunnels = null, EngineShare? share = null, FlowMemory? memory = null)
    {
        KeyHash.Draw();
        _options = options;
        _origin = origin;
        _output = output;
        _tunnels = tunnels;
        _share = share;
        _number = share?.Number ?? 0;
        _timeouts = new ApplicationTimeouts(origin.ApplicationPorts, options.ApplicationTimeouts);
        _table = share is null ? new FlowTable(options.MaxEntries, this, _timeouts.Lists, memory) : new FlowTable(options.MaxEntries, this, _timeouts.Lists, share);
        _details = new FlowDetailStore(memory);
        _doubts = new TunnelDoubts(_table, _details, options);
        _defragmenter = options.Defragment ? new Defragmenter(new FragmentErrorCounter(_table, _details, options), options.RawPacketLimit, share?.Count ?? 1) : null;
        _streams = new StreamStarts(share?.Streams ?? new SharedBudget(options.StreamCapacity / StreamStart.Capacity), memory);
        _icmpErrors = new IcmpErrorCounter(_table, _details, options, share);
        _inspector = new PacketInspector(_details, options, _defragmenter, new ApplicationInspector(_details, _table, _timeouts, _streams), _icmpErrors);
        _deduplicator = options.DeduplicateWithin > TimeSpan.Zero ? new Deduplicator(options.DeduplicateWithin) : null;
        _updateEvery = Nanoseconds(options.UpdateEvery);
        _firstUpdateAfter = Nanoseconds(options.FirstUpdateAfter);
        _tick = Math.Min(_updateEvery, _firstUpdateAfter);
        // A packet put together lies in the defragmenter's memory, one at a time.
        _pending = new PendingPacket[options.Defragment ? 1 : LargestBatch];
    }

    /// <summary>Packets given, inner ones not counted again.</summary>
    internal long Packets { get; private set; }

    /// <summary>The time it is for those who look at packets' times: nanoseconds since 1970. What the engine measures by never goes back; this may.</summary>
    internal long Clock => _clock + _offset;

    /// <summary>Packets whose first header wasn't whole.</summary>
    internal long Undecoded { get; private set; }

    /// <summary>Frames of a link's own, that carry nothing: a wireless network's management and control.</summary>
    internal long Signalling { get; private set; }

    /// <summary>Wireless frames whose stations are all that can be read.</summary>
    internal long Encrypted { get; private set; }

    /// <summary>When there's something to do next even if no packet comes, by the clock given to <see cref="AdvanceTo"/>.</summary>
    internal long Due => Count == 0 ? long.MaxValue : _nextTick;

    /// <summary>The last <see cref="AdvanceTo"/> has left something to tell to the next, which needn't be later.</summary>
    internal bool IsTelling { get; private set; }

    /// <summary>Flows there are now.</summary>
    internal int Count => _table.Count;

    /// <summary>Memory of the flow table, and what lies beside it not counted.</summary>
    internal long Bytes => _table.Bytes;

    /// <summary>Those of them that have details.</summary>
    internal int DetailedFlows => _details.Count;

    /// <summary>What waits for fragments.</summary>
    internal int FragmentsKept => _defragmenter?.Kept ?? 0;

    /// <summary>Tunnels whose two directions, each with an ID of its own, are one flow.</summary>
    internal int PairedTunnels => _doubts.Pairs;

    /// <summary>Flows there have been.</summary>
    internal long Total { get; private set; }

    /// <summary>What else there was.</summary>
    internal EngineCounts Counts => new()
    {
        DecodeErrors = Undecoded + _broken,
        LinkFrames = Signalling,
        EncryptedFrames = Encrypted,
        FragmentErrors = _defragmenter?.Errors ?? 0,
        RawPacketsRefused = _inspector.RawPacketsRefused,
        Duplicates = (_deduplicator?.Duplicates ?? 0) - _othersDuplicates,
        DuplicatesUnknown = (_deduplicator?.Forgotten ?? 0) - _othersForgotten,
        StreamsRefused = _streams.Refused,
        FlowsEvicted = _table.Evicted,
    };

    /// <summary>Counts a packet in its flow, and what it carries in theirs. What time it is, <see cref="AdvanceTo"/> says.</summary>
    /// <param name="time">When it was captured, nanoseconds since 1970.</param>
    /// <param name="link">The packet's first layer.</param>
    /// <param name="originalLength">Its length on the wire.</param>
    /// <param name="packet">The bytes captured of it.</param>
    /// <param name="samplingRate">How many packets this one stands for.</param>
    internal void Process(long time, LinkType link, int originalLength, ReadOnlySpan<byte> packet, uint samplingRate = 1)
    {
        var place = new PacketPlace(time, 0, packet.Length, originalLength);
        Process(link, packet, new ReadOnlySpan<PacketPlace>(in place), samplingRate);
    }

    /// <summary>Counts packets, in their order, in their flows, and what they carry in theirs.</summary>
    /// <param name="link">The packets' first layer.</param>
    /// <param name="block">Where they lie.</param>
    /// <param name="packets">The place of each.</param>
    /// <param name="samplingRate">How many packets each stands for.</param>
    internal void Process(LinkType link, ReadOnlySpan<byte> block, ReadOnlySpan<PacketPlace> packets, uint samplingRate = 1)
    {
        // Nobody has said what time it is: the first packet does.
        if (_nextTick == 0 && packets.Length > 0)
        {
            AdvanceTo(new EngineClock(packets[0].Time, 0));
        }

        Process(link, block, packets, samplingRate, long.MinValue, default);
    }

    /// <param name="link">The packets' first layer.</param>
    /// <param name="block">Where they lie.</param>
    /// <param name="packets">The place of each.</param>
    /// <param name="samplingRate">How many packets each stands for.</param>
    /// <param name="ahead">What the packets' times are ahead of the clock, which goes on with them; the least there is where it doesn't.</param>
    /// <param name="owners">As with <see cref="Replay"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Process(LinkType link, ReadOnlySpan<byte> block, ReadOnlySpan<PacketPlace> packets, uint samplingRate, long ahead, ReadOnlySpan<byte> owners)
    {
        var follows = ahead != long.MinValue;
        var before = Packets;
        Packets += packets.Length;
        for (var first = 0; first < packets.Length; first += _pending.Length)
        {
            var batch = packets[first..Math.Min(first + _pending.Length, packets.Length)];
            // Of several engines each has the same batches: what time it is in one doesn't depend on whose packets it has.
            _batch++;
            _packetsBefore = before + first;
            var memory = block;
            var count = 0;
            for (var i = 0; i < batch.Length; i++)
            {
                ref readonly var place = ref batch[i];
                if (follows && place.Time - ahead > _clock)
                {
                    _clock = place.Time - ahead;
                }

                if (!owners.IsEmpty && owners[first + i] != _number)
                {
                    if (owners[first + i] >= PacketOwners.Shared && PrepareShared(owners[first + i], i, ref _pending[count], block, ref memory, link, place))
                    {
                        count++;
                    }

                    continue;
                }

                if (_deduplicator is not null && _deduplicator.IsDuplicate(place, block.Slice(place.Start, place.Length)))
                {
                    continue;
                }

                _pending[count].Index = (byte)i;
                if (Prepare(ref _pending[count], ref memory, link, place, _origin.ParentUuid))
                {
                    count++;
                }
            }
            CountPackets(memory, count, samplingRate);
            // At the same packet in all engines.
            _defragmenter?.Expire(_clock);
            _othersFragments?.Expire(_clock);
        }
    }

    /// <summary>Processes packets at the time they were captured, which is the engine's time, too.</summary>
    /// <param name="link">The packets' first layer.</param>
    /// <param name="block">Where they lie.</param>
    /// <param name="packets">The place of each.</param>
    /// <param name="samplingRate">How many packets each stands for.</param>
    /// <param name="owners">Of several engines, the one that counts the packet, as <see cref="PacketOwners"/> says; time goes on with all. Empty: this one counts all.</param>
    /// <param name="quoted">What the others say about ICMP errors of these packets.</param>
    internal void Replay(LinkType link, ReadOnlySpan<byte> block, ReadOnlySpan<PacketPlace> packets, uint samplingRate = 1, ReadOnlySpan<byte> owners = default, QuotedFlows? quoted = null)
    {
        _quoted = quoted;
        while (!packets.IsEmpty)
        {
            var count = 1;
            if (_replay.Follows(packets, _clock))
            {
                var offset = _replay.Offset;
                AdvanceTo(new EngineClock(packets[0].Time - offset, offset));
                var earliest = Clock - ReplayClock.Jump;
                var range = (ulong)(Math.Min(_nextTick + offset, Clock + ReplayClock.Jump) - earliest);
                while (count < packets.Length && (ulong)(packets[count].Time - earliest) < range)
                {
                    count++;
                }

                Process(link, block, packets[..count], samplingRate, offset, Part(owners, count));
            }
            else
            {
                // It counts where it belongs, and makes nobody older.
                _isAstray = true;
                Process(link, block, packets[..1], samplingRate, long.MinValue, Part(owners, 1));
                _isAstray = false;
            }

            packets = packets[count..];
            owners = owners.IsEmpty ? owners : owners[count..];
        }
    }

    private static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> owners, int count) => owners.IsEmpty ? owners : owners[..count];

    /// <summary>Counts what somebody else counted of one direction of a flow. Times are nanoseconds since 1970.</summary>
    /// <param name="layers">What each of the packets says.</param>
    /// <param name="start">When the direction began.</param>
    /// <param name="last">When its last packet passed.</param>
    /// <param name="packets">How many packets were counted.</param>
    /// <param name="bytes">Their bytes.</param>
    /// <param name="samplingRate">How many packets each one stands for.</param>
    internal void CountSummary(in PacketLayers layers, long start, long last, long packets, long bytes, uint samplingRate)
    {
        _batch++;
        _packetsBefore = Packets++;
        _depth = _origin.Depth;
        ref var pending = ref _pending[0];
        pending.Index = 0;
        pending.Layers = layers;
        pending.Place = new PacketPlace(last, 0, 0, 0);
        pending.Frames = packets;
        pending.Bytes = bytes;
        FindKey(ref pending, _origin.ParentUuid);
        ref var record = ref CountPacket(ref pending, default, samplingRate, out var fromA);
        FlowSummary.BeganAt(ref record, start, fromA);
    }

    /// <summary>
    /// Reports changed flows and lets quiet ones go, if it's time for that: no more at a time than the output takes, for packets
    /// go on coming.
    /// </summary>
    internal void AdvanceTo(EngineClock clock)
    {
        var now = clock.Now;
        _offset = clock.Offset;
        if (now > _clock)
        {
            _clock = now;
        }

        if (now >= _nextTick)
        {
            // Nothing has been told before the first time.
            if (_nextTick != 0 && !IsTelling)
            {
                (IsTelling, _told) = (true, 0);
            }

            _nextTick = now + _tick;
        }

        if (IsTelling)
        {
            Tell();
        }
    }

    private void Tell()
    {
        var room = _output.Room;
        if (room != int.MaxValue)
        {
            room = Math.Min(room, MostToldAtOnce);
        }

        if (_options.ReportUpdates)
        {
            ReportChanged(ref room);
        }

        if (room > 0 && _table.Expire(_clock - Nanoseconds(_options.ExpireAfter), _clock - Nanoseconds(_options.ClosedLinger), _timeouts.Before(_clock), room))
        {
            _table.Share();
            IsTelling = false;
        }
    }

    /// <summary>In the order of the records in memory, which is what it costs.</summary>
    private void ReportChanged(ref int room)
    {
        var end = room == int.MaxValue ? _table.Numbers : Math.Min(_table.Numbers, _told + MostLookedAtAtOnce);
        for (; _told < end && room > 0; _told++)
        {
            ref var record = ref _table[_told];
            if (!record.Has(FlowFlags.Used) || !record.Has(FlowFlags.Changed) || !IsDue(record))
            {
                continue;
            }

            Report(ref record, Clock);
            _table.SetReported(record);
            room--;
        }

        if (_told < _table.Numbers)
        {
            room = 0;
        }
    }

    /// <summary>Reports all flows for the last time and forgets them.</summary>
    internal void End()
    {
        BeginEnd();
        _table.Clear();
        _streams.Release();
        _ending = false;
    }

    /// <summary>The same with several engines, in the order the flows began; none is at work any more.</summary>
    internal static void End(IReadOnlyList<FlowEngine> engines)
    {
        var next = new PriorityQueue<(FlowEngine Engine, int Number), ulong>();
        foreach (var engine in engines)
        {
            engine.BeginEnd();
            Queue(engine, 0);
        }

        while (next.TryDequeue(out var flow, out _))
        {
            flow.Engine._table.Leave(flow.Number);
            Queue(flow.Engine, flow.Number + 1);
        }

        foreach (var engine in engines)
        {
            engine._table.Reset();
            engine._ending = false;
        }

        void Queue(FlowEngine engine, int from)
        {
            if (engine._table.UsedFrom(from) is >= 0 and var number)
            {
                next.Enqueue((engine, number), engine._table.RankOf(number));
            }
        }
    }

    private void BeginEnd()
    {
        _ending = true;
        _defragmenter?.End();
    }

    void IFlowLeaving.Leaving(ref FlowRecord record, bool evicted)
    {
        if (record.FinishType == FinishType.NotFinished)
        {
            if ((record.Flags & (FlowFlags.AbFin | FlowFlags.BaFin)) != 0)
            {
                record.FinishType = FinishType.TcpFin;
            }
            else if (!_ending)
            {
                record.FinishType = FinishType.Timeout;
            }
        }
        Report(ref record, 0);
        if (record.Has(FlowFlags.IsTunnel))
        {
            _tunnels?.Ended(record.Uuid);
        }

        _doubts.Left(record);
        _details.Remove(ref record);
    }

    private static long Nanoseconds(TimeSpan span) => span.Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>Decodes a packet up to its flow's key and asks for the key's slot in the table. False: there's nothing to count yet.</summary>
    /// <param name="pending">Takes it.</param>
    /// <param name="block">Where it lies; the defragmenter's memory afterwards, if it was put together there.</param>
    /// <param name="link">Its first layer.</param>
    /// <param name="place">Its place in the block.</param>
    /// <param name="parent">The tunnel's flow it came in.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Prepare(ref PendingPacket pending, ref ReadOnlySpan<byte> block, LinkType link, in PacketPlace place, ulong parent)
    {
        var packet = block.Slice(place.Start, place.Length);
        pending.Place = place;
        pending.Link = link;
        pending.Frames = 1;
        pending.Bytes = place.OriginalLength;
        ref var layers = ref pending.Layers;
        PacketDecoder.Decode(link, packet, _options.Ports, out layers);
        if (layers.Path.Packed == 0)
        {
            CountWithoutFlow(layers.End);
            return false;
        }
        if (layers.End >= DecodeEnd.Broken)
        {
            CountUnread(layers.End);
        }

        if (layers.IsFragment && _defragmenter is not null)
        {
            if (!_defragmenter.TryComplete(layers, packet, place.OriginalLength, parent, place.Time, _clock, out var whole))
            {
                return false;
            }

            block = whole.Payload;
            pending.Place = new PacketPlace(place.Time, 0, block.Length, whole.Length);
            pending.Frames = whole.Frames;
            pending.Bytes = whole.Bytes;
            PacketDecoder.DecodeReassembled(block, _options.Ports, ref layers);
        }
        FindKey(ref pending, parent);
        return true;
    }

    /// <summary>Prepares a packet that all engines look at: to be counted, or, where another does that, for what it says about a flow of this one's.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool PrepareShared(byte owner, int index, ref PendingPacket pending, ReadOnlySpan<byte> block, ref ReadOnlySpan<byte> memory, LinkType link, in PacketPlace place)
    {
        var packet = block.Slice(place.Start, place.Length);
        if (owner == (PacketOwners.Shared | _number))
        {
            pending.Index = (byte)(index | SharedMark);
            return !(_deduplicator?.IsDuplicate(place, packet) ?? false) && Prepare(ref pending, ref memory, link, place, _origin.ParentUuid);
        }

        // Also where it isn't one: the owner may wait to be told.
        pending.Index = (byte)(index | SharedMark | OthersMark);
        pending.Place = place;
        ref var layers = ref pending.Layers;
        layers = default;
        if (IsOthersDuplicate(place, packet))
        {
            return true;
        }

        PacketDecoder.Decode(link, packet, _options.Ports, out layers);
        if (layers.IsFragment && _defragmenter is not null)
        {
            _othersFragments ??= new Defragmenter(shares: _share!.Count);
            if (_othersFragments.TryComplete(layers, packet, place.OriginalLength, _origin.ParentUuid, place.Time, _clock, out var whole))
            {
                memory = whole.Payload;
                pending.Place = new PacketPlace(place.Time, 0, memory.Length, whole.Length);
                PacketDecoder.DecodeReassembled(memory, _options.Ports, ref layers);
            }
        }

        return true;
    }

    private bool IsOthersDuplicate(in PacketPlace place, ReadOnlySpan<byte> packet)
    {
        if (_deduplicator is null)
        {
            return false;
        }

        var forgotten = _deduplicator.Forgotten;
        var isDuplicate = _deduplicator.IsDuplicate(place, packet);
        _othersDuplicates += isDuplicate ? 1 : 0;
        _othersForgotten += _deduplicator.Forgotten - forgotten;
        return isDuplicate;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CountShared(ref PendingPacket pending, ReadOnlySpan<byte> packet, uint samplingRate)
    {
        ref readonly var layers = ref pending.Layers;
        var number = _packetsBefore + (pending.Index & IndexMask);
        if ((pending.Index & OthersMark) != 0)
        {
            var isCounted = layers.IcmpRole == IcmpRole.Error && _inspector.WantsError(layers);
            _quoted!.Say(number, isCounted ? _icmpErrors.CountOthers(layers, packet, _origin.ParentUuid, _clock) : 0);
            return;
        }

        ref var record = ref CountPacket(ref pending, packet, samplingRate, out var fromA);
        if (_inspector.Wants(record, layers))
        {
            _icmpErrors.Asked = _quoted!.Of(number);
            _inspector.Inspect(ref record, layers, pending.Link, packet, pending.Place.OriginalLength, fromA, pending.Place.Time, _clock);
            _icmpErrors.Asked = default;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CountWithoutFlow(DecodeEnd end)
    {
        if (end == DecodeEnd.Signalling)
        {
            Signalling++;
        }
        else
        {
            Undecoded++;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CountUnread(DecodeEnd end)
    {
        if (end == DecodeEnd.Encrypted)
        {
            Encrypted++;
        }
        else
        {
            _broken++;
        }
    }

    /// <summary>Makes the key of what was decoded, and asks for its slot in the table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FindKey(ref PendingPacket pending, ulong parent)
    {
        FlowKey.Make(pending.Layers, _options.KeyMode, parent, out pending.Key, out pending.FromHigh);
        pending.Hash = KeyHash.Of(pending.Key);
        _table.PrefetchSlot(pending.Hash);
    }

    /// <summary>Counts the packets that are prepared, then those they carry, then those these carry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CountPackets(ReadOnlySpan<byte> block, int count, uint samplingRate)
    {
        for (var depth = _origin.Depth; count > 0; depth++)
        {
            _depth = depth;
            if (count > 1)
            {
                PrefetchRecords(count);
            }

            var inner = 0;
            for (var i = 0; i < count; i++)
            {
                ref var pending = ref _pending[i];
                ref readonly var layers = ref pending.Layers;
                var packet = block.Slice(pending.Place.Start, pending.Place.Length);
                if (pending.Index >= SharedMark)
                {
                    CountShared(ref pending, packet, samplingRate);
                    continue;
                }

                ref var record = ref CountPacket(ref pending, packet, samplingRate, out var fromA);
                if (_inspector.Wants(record, layers))
                {
                    _inspector.Inspect(ref record, layers, pending.Link, packet, pending.Place.OriginalLength, fromA, pending.Place.Time, _clock);
                }

                if (layers.End != DecodeEnd.Tunnel || depth >= _options.MaxTunnelDepth)
                {
                    continue;
                }

                var offset = layers.InnerOffset;
                var index = pending.Index;
                var place = new PacketPlace(
                    pending.Place.Time, pending.Place.Start + offset, pending.Place.Length - offset, Math.Max(pending.Place.OriginalLength - offset, 0));
                if (_tunnels is not null)
                {
                    _tunnels.Carry(record.Uuid, layers.Inner, place.Time, new EngineClock(_clock, _offset), place.OriginalLength, block.Slice(place.Start, place.Length), samplingRate);
                }
                else if (Prepare(ref _pending[inner], ref block, layers.Inner, place, record.Uuid))
                {
                    _pending[inner].Index = index;
                    inner++;
                }
            }
            count = inner;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PrefetchRecords(int count)
    {
        var pending = _pending.AsSpan(0, count);
        foreach (ref var packet in pending)
        {
            packet.Number = _table.PrefetchRecord(packet.Hash);
        }

        foreach (ref var packet in pending)
        {
            if (packet.Number >= 0)
            {
                _table.PrefetchNeighbours(packet.Number, _clock);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ref FlowRecord CountPacket(ref PendingPacket pending, ReadOnlySpan<byte> packet, uint samplingRate, out bool fromA)
    {
        ref readonly var layers = ref pending.Layers;
        var time = pending.Place.Time;
        if (layers.Doubts != FlowDoubts.None)
        {
            _doubts.Settle(ref pending.Layers, packet, time, ref pending.Key, ref pending.Hash, ref pending.FromHigh);
        }

        ref var record = ref _table.GetOrAdd(pending.Key, pending.Hash, _clock, out var isNew);
        if (FlowTransitions.Opens(layers) && !isNew && FlowTransitions.OpensAnother(record, layers, record.Has(FlowFlags.AIsHigh) == pending.FromHigh, time))
        {
            _table.Remove(ref record);
            record = ref _table.GetOrAdd(pending.Key, pending.Hash, _clock, out isNew);
        }
        if (isNew)
        {
            Begin(ref record, layers, packet, time, pending.FromHigh, pending.Index & IndexMask);
        }

        fromA = record.Has(FlowFlags.AIsHigh) == pending.FromHigh;
        record.Counters.Add(fromA, FlowCounters.Scaled(pending.Frames, samplingRate), FlowCounters.Scaled(pending.Bytes, samplingRate));
        if (time > record.Last && !_isAstray)
        {
            record.Last = time;
        }

        if (samplingRate != 1)
        {
            record.SamplingRate = Math.Max(record.SamplingRate, samplingRate);
        }

        record.Flags |= FlowFlags.Changed;
        if (layers.IsReassembled)
        {
            record.Fragments++;
        }

        if (layers.Transport != LayerType.None && FlowTransitions.Apply(ref record, layers, fromA, time))
        {
            _table.Close(ref record);
        }

        return ref record;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Begin(ref FlowRecord record, in PacketLayers layers, ReadOnlySpan<byte> packet, long time, bool fromHigh, int index)
    {
        record.Start = time;
        record.Last = time;
        record.SamplingRate = 1;
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
        {
            record.Flags |= FlowFlags.AIsHigh;
        }

        if (layers.HasLink)
        {
            record.Flags |= FlowFlags.HasLink;
        }

        if (layers.End == DecodeEnd.Tunnel)
        {
            record.Flags |= FlowFlags.IsTunnel;
        }

        Total++;
        record.BeganIn = _batch;
        record.BeganAs = (ushort)((_depth << IndexBits) | index);
        record.Uuid = FlowIdentity.Uuid(time, record.Key.Parent, _origin.Hash, _packetsBefore + index);
        if (layers.IcmpRole == IcmpRole.Error)
        {
            record.Looks = PacketInspector.AlwaysLook;
        }
        else if (_options.ApplicationsByContent)
        {
            record.Looks = ApplicationInspector.LooksOf(layers);
        }

        if (_timeouts.Lists > 0)
        {
            _table.SetTimeout(ref record, _timeouts.ListOf(record));
        }

        if (layers.Tunnel != LayerType.None && TunnelDetails.Read(layers, packet) is { } tunnel)
        {
            _details.Of(ref record).Tunnel = tunnel;
        }
    }

    // A flow whose time is ahead of the clock's is due, too.
    private bool IsDue(in FlowRecord record) =>
        record.List == FlowTable.Closing || (record.ReportedAt == 0 ? (ulong)(Clock - record.Start) >= (ulong)_firstUpdateAfter : _clock - record.ReportedAt >= _updateEvery);

    private void Report(ref FlowRecord record, long until)
    {
        var since = new FlowSpan(_table.Reported(record), record.ReportedAt == 0 ? record.Start : record.ReportedAt + _offset, until);
        var details = _details.Find(record);
        details?.Subjects?.Settle();
        _output.Report(record, since, details);
        record.ReportedAt = _clock;
        record.Flags &= ~FlowFlags.Changed;
    }

    /// <summary>A packet between two steps.</summary>
    private struct PendingPacket
    {
        internal PacketLayers Layers;
        internal FlowKey Key;
        internal PacketPlace Place;

        /// <summary>Frames it came in: more than one when it was put together from fragments.</summary>
        internal long Frames;

        /// <summary>Of the frames on the wire.</summary>
        internal long Bytes;
        internal uint Hash;

        /// <summary>Of the record it will most likely be counted in; -1: none is known.</summary>
        internal int Number;
        internal bool FromHigh;

        /// <summary>Its place in the batch, and whose it is.</summary>
        internal byte Index;

        /// <summary>Its first layer.</summary>
        internal LinkType Link;
    }
}
