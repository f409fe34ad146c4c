using Agent.Node.Capture.NetFlow;
using Agent.Node.Decoding;
using Agent.Node.Flows;
using Agent.Node.Linux;
using Akka.Actor;
using Akka.Event;

namespace Agent.Node.Capture;

/// <summary>
/// What reads a capture's packets: opens the source in its namespace, and feeds packets into the outer flow table, which is one
/// thread's at a time, until it's told to stop. It tells the capture's actor what happens, the uplink how the flows look; it
/// waits for neither, unless it reads a file: that is read as fast as its flows are taken.
/// </summary>
internal abstract class CaptureLoop
{
    private const long NanosecondsPerMillisecond = 1_000_000;
    private const long FlushEvery = 100 * NanosecondsPerMillisecond;

    /// <summary>Counters of the interface are those of the look before.</summary>
    private const int QuietRounds = 2;

    private readonly IActorRef _capture;
    private readonly CancellationTokenSource _stop = new();
    private readonly FlowReporter _reporter;
    private readonly TunnelBatcher _batcher;
    private readonly long _statisticsEvery;
    private readonly uint _samplingRate;
    private string? _error;
    private long _nextFlush;
    private long _lastStatistics;
    private long _activityTold;
    private int _quietRounds;

    protected CaptureLoop(CaptureSettings settings, IActorRef capture, IActorRef uplink, PacketBatchPool pool, FlowMemory? memory = null)
    {
        Settings = settings;
        _capture = capture;
        _statisticsEvery = settings.StatisticsEvery.Ticks * TimeSpan.NanosecondsPerTick;
        var origin = CaptureFlowOptions.Origin(settings);
        Reports = pool.Reports;
        _reporter = new FlowReporter(origin, uplink, Reports, mayWait: settings.Source == CaptureSource.File);
        _batcher = new TunnelBatcher(capture, pool, TunnelBatcher.LongestPacket(settings), mayWait: settings.Source == CaptureSource.File, _stop.Token);
        Engine = new FlowEngine(CaptureFlowOptions.Outside(settings), origin, _reporter, _batcher, memory: memory);
        _samplingRate = (uint)Math.Max(settings.SamplingRate, 1);
    }

    protected CaptureSettings Settings { get; }

    protected FlowEngine Engine { get; }

    /// <summary>What may be on its way to the uplink.</summary>
    protected ReportCredit Reports { get; }

    /// <summary>Also those that sampling passed over.</summary>
    protected long PacketsRead { get; private set; }

    protected CancellationToken Stopping => _stop.Token;

    internal static CaptureLoop Create(CaptureSettings settings, IActorRef capture, IActorRef uplink, PacketBatchPool pool, CaptureSharing sharing) => settings.Source switch
    {
        CaptureSource.Pcap => new PcapLoop(settings, capture, uplink, pool, sharing),
        CaptureSource.Sflow => new SflowLoop(settings, capture, uplink, pool, sharing.Flows.Part()),
        CaptureSource.NetFlow => new NetFlowLoop(settings, capture, uplink, pool, sharing.Flows.Part()),
        CaptureSource.File => new FileLoop(settings, capture, uplink, pool, sharing.Flows.Part()),
        _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Source, "unknown source of packets"),
    };

    /// <summary>Returns at once; <see cref="LoopOpened"/> or <see cref="LoopEnded"/> follows.</summary>
    internal abstract void Start();

    /// <summary>Returns at once; <see cref="LoopEnded"/> follows when the source is closed and its flows are reported.</summary>
    internal void Stop() => _stop.Cancel();

    /// <summary>Opens the source.</summary>
    /// <exception cref="CaptureException">It can't be opened.</exception>
    protected abstract void Open();

    /// <summary>Closes what was opened, if anything was.</summary>
    protected abstract void Close();

    /// <summary>Packets read, dropped by the kernel and by the interface.</summary>
    protected abstract (long Received, long DroppedByKernel, long DroppedByInterface) Count();

    /// <summary>What was received and can't be counted in a flow; besides what tunnels drop.</summary>
    protected virtual long Unread => 0;

    /// <summary>Times the kernel's ring couldn't grow.</summary>
    protected virtual long RingsRefused => 0;

    /// <summary>How many times longer the time between statistics is while there's nothing to count.</summary>
    protected virtual int QuietFactor => 1;

    /// <summary><see cref="Advance"/> has something to tell at once.</summary>
    protected bool IsTelling => Engine.IsTelling && _reporter.Room > 0;

    /// <summary>When <see cref="Advance"/> has something to do next, even if no packet comes.</summary>
    protected long AdvanceDue
    {
        get
        {
            var due = Math.Min(Engine.IsTelling ? 0 : Engine.Due, StatisticsDue);
            return _reporter.HasOpen || _batcher.HasOpen ? Math.Min(due, _nextFlush) : due;
        }
    }

    private long StatisticsDue => _lastStatistics + (_quietRounds >= QuietRounds && Activity == _activityTold ? QuietFactor : 1) * _statisticsEvery;

    private long Activity => PacketsRead + Engine.Packets;

    /// <summary>Gives the engine those packets that are sampled.</summary>
    /// <param name="link">Their first layer.</param>
    /// <param name="block">Where they lie.</param>
    /// <param name="packets">The packets; overwritten by those that are sampled.</param>
    protected void Process(LinkType link, ReadOnlySpan<byte> block, Span<PacketPlace> packets) => Engine.Process(link, block, Sample(packets), _samplingRate);

    /// <summary>Gives the engine those of a file's packets that are sampled, whose time it is then.</summary>
    /// <inheritdoc cref="Process"/>
    protected void Replay(LinkType link, ReadOnlySpan<byte> block, Span<PacketPlace> packets) => Engine.Replay(link, block, Sample(packets), _samplingRate);

    private Span<PacketPlace> Sample(Span<PacketPlace> packets)
    {
        var sampled = 0;
        foreach (var place in packets)
        {
            if (PacketsRead++ % _samplingRate == 0)
            {
                packets[sampled++] = place.Length > Settings.SnapLength ? place with { Length = Settings.SnapLength } : place;
            }
        }

        return packets[..sampled];
    }

    /// <summary>What of a packet is to be kept: a file's, or a datagram's, may be longer than the capture asks for.</summary>
    protected ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> packet) => packet.Length > Settings.SnapLength ? packet[..Settings.SnapLength] : packet;

    /// <summary>Tells the engine of a live capture what time it is, then does what else is due: before packets are read, and often.</summary>
    /// <returns>The time by its clock.</returns>
    protected long Advance()
    {
        var clock = CaptureClock.Engine;
        Engine.AdvanceTo(clock);
        TellWhatIsDue(clock.Now);
        return clock.Now;
    }

    /// <summary>Sends on what was reported and what tunnels carried, and statistics, at their intervals.</summary>
    protected void TellWhatIsDue(long now)
    {
        if (now < _nextFlush)
        {
            return;
        }

        _nextFlush = now + FlushEvery;
        Flush();
        if (now < StatisticsDue)
        {
            return;
        }

        var isFirst = _lastStatistics == 0;
        _lastStatistics = now;
        if (isFirst)
        {
            return;
        }

        _quietRounds = Activity == _activityTold ? _quietRounds + 1 : 0;
        _activityTold = Activity;
        TellStatistics(Count());
    }

    /// <summary>Opens the source, and says so.</summary>
    protected void Begin()
    {
        if (Settings.NamespacePath is { } path)
        {
            NetworkNamespace.Enter(path);
        }

        Open();
        _capture.Tell(LoopOpened.Instance);
    }

    /// <summary>Closes the source, reports the last flows, and says so. Takes long.</summary>
    protected void End()
    {
        (long, long, long) counted = default;
        if (_error is null)
        {
            Try(() => counted = Count());
        }
        // Before the last flows are told, which may take long: another capture may wait for the port.
        Try(Close);
        _reporter.BeginEnd();
        Try(Engine.End);
        Try(_batcher.Flush);
        Try(_reporter.Complete);
        if (_error is null)
        {
            TellStatistics(counted);
        }

        _capture.Tell(new LoopEnded(_error));
    }

    /// <summary>Whatever goes wrong ends this capture and nothing else. False: it did.</summary>
    protected bool Try(Action step)
    {
        try
        {
            step();
            return true;
        }
        catch (Exception e)
        {
            Fail(e);
            return false;
        }
    }

    /// <summary>The actor gives the first reason to its parent.</summary>
    protected void Fail(Exception e)
    {
        // Stopped while it waited for a batch, or for a port.
        if (e is not OperationCanceledException || !_stop.IsCancellationRequested)
        {
            _error ??= e is CaptureException or IOException ? e.Message : e.ToString();
        }
    }

    private void Flush()
    {
        _batcher.Flush();
        _reporter.Flush();
    }

    private void TellStatistics((long Received, long DroppedByKernel, long DroppedByInterface) counted) =>
        _capture.Tell(new CaptureStatistics(Settings.CaptureId, counted.Received, counted.DroppedByKernel, counted.DroppedByInterface, _batcher.Dropped + Unread)
        {
            Counts = Engine.Counts,
            RingsRefused = RingsRefused,
            UpdatesLost = Reports.Lost,
            UpdatesLostSince = Reports.LostSince,
        });
}

/// <summary>The source is open. Like all that the thread tells, it may come when the capture's actor has been stopped.</summary>
internal sealed class LoopOpened : IDeadLetterSuppression
{
    internal static readonly LoopOpened Instance = new();

    private LoopOpened()
    {
    }
}

/// <summary>The thread is done; <paramref name="Error"/> says why, unless it was told to stop or read all there was.</summary>
internal sealed record LoopEnded(string? Error) : IDeadLetterSuppression;
