using Agent.Node.Capture.NetFlow;
using Agent.Node.Decoding;
using Agent.Node.Flows;
using Agent.Node.Linux;
using Akka.Actor;
using Akka.Event;

namespace Agent.Node.Capture;

/// <summary>
/// The reading thread of a capture: enters the namespace, opens the source, and feeds packets into the outer flow table,
/// which is this thread's alone, until it's told to stop. It tells the capture's actor what happens, the uplink how the
/// flows look; it never waits for either, except for free batches when it reads a file.
/// </summary>
internal abstract class CaptureLoop
{
    private const long NanosecondsPerMillisecond = 1_000_000;
    private const long FlushEvery = 100 * NanosecondsPerMillisecond;

    private readonly IActorRef _capture;
    private readonly CancellationTokenSource _stop = new();
    private readonly FlowReporter _reporter;
    private readonly TunnelBatcher _batcher;
    private readonly long _statisticsEvery;
    private readonly uint _samplingRate;
    private string? _error;
    private long _nextFlush;
    private long _nextStatistics;

    protected CaptureLoop(CaptureSettings settings, IActorRef capture, IActorRef uplink, PacketBatchPool pool)
    {
        Settings = settings;
        _capture = capture;
        _statisticsEvery = settings.StatisticsEvery.Ticks * TimeSpan.NanosecondsPerTick;
        var origin = CaptureFlowOptions.Origin(settings);
        _reporter = new FlowReporter(origin, uplink);
        _batcher = new TunnelBatcher(capture, pool, TunnelBatcher.LongestPacket(settings), mayWait: settings.Source == CaptureSource.File, _stop.Token);
        Engine = new FlowEngine(CaptureFlowOptions.Outside(settings), origin, _reporter, _batcher);
        _samplingRate = (uint)Math.Max(settings.SamplingRate, 1);
    }

    protected CaptureSettings Settings { get; }

    protected FlowEngine Engine { get; }

    /// <summary>Also those that sampling passed over.</summary>
    protected long PacketsRead { get; private set; }

    protected CancellationToken Stopping => _stop.Token;

    internal static CaptureLoop Create(CaptureSettings settings, IActorRef capture, IActorRef uplink, PacketBatchPool pool) => settings.Source switch
    {
        CaptureSource.Pcap => new PcapLoop(settings, capture, uplink, pool),
        CaptureSource.Sflow => new SflowLoop(settings, capture, uplink, pool),
        CaptureSource.NetFlow => new NetFlowLoop(settings, capture, uplink, pool),
        CaptureSource.File => new FileLoop(settings, capture, uplink, pool),
        _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Source, "unknown source of packets"),
    };

    internal void Start() => new Thread(Run) { IsBackground = true, Name = $"capture {Settings.CaptureId}" }.Start();

    /// <summary>Returns at once; <see cref="LoopEnded"/> follows when the thread has closed its source and reported its flows.</summary>
    internal void Stop() => _stop.Cancel();

    /// <summary>Opens the source.</summary>
    /// <exception cref="CaptureException">It can't be opened.</exception>
    protected abstract void Open();

    /// <summary>Reads until told to stop, or until the end; calls <see cref="Advance"/> before it does, and often.</summary>
    protected abstract void Read();

    /// <summary>Closes what was opened, if anything was.</summary>
    protected abstract void Close();

    /// <summary>Packets read, dropped by the kernel and by the interface.</summary>
    protected abstract (long Received, long DroppedByKernel, long DroppedByInterface) Count();

    /// <summary>What was received and can't be counted in a flow; besides what tunnels drop.</summary>
    protected virtual long Unread => 0;

    /// <summary>Gives the packet at hand to the engine, if it's one that is sampled.</summary>
    protected void Process(PacketReader reader)
    {
        if (PacketsRead++ % _samplingRate == 0)
        {
            Engine.Process(reader.Time, reader.Link, reader.OriginalLength, Cut(reader.Packet), _samplingRate);
        }
    }

    /// <summary>Gives the engine those of a file's packets that are sampled, whose time it is then.</summary>
    /// <param name="link">Their first layer.</param>
    /// <param name="block">Where they lie.</param>
    /// <param name="packets">The packets; overwritten by those that are sampled.</param>
    protected void Replay(LinkType link, ReadOnlySpan<byte> block, Span<PacketPlace> packets)
    {
        var sampled = 0;
        foreach (var place in packets)
        {
            if (PacketsRead++ % _samplingRate == 0)
            {
                packets[sampled++] = place.Length > Settings.SnapLength ? place with { Length = Settings.SnapLength } : place;
            }
        }

        Engine.Replay(link, block, packets[..sampled], _samplingRate);
    }

    /// <summary>What of a packet is to be kept: a file's, or a datagram's, may be longer than the capture asks for.</summary>
    protected ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> packet) => packet.Length > Settings.SnapLength ? packet[..Settings.SnapLength] : packet;

    /// <summary>Tells the engine of a live capture what time it is, then does what else is due: before packets are read, and often.</summary>
    protected void Advance()
    {
        var clock = CaptureClock.Engine;
        Engine.AdvanceTo(clock);
        TellWhatIsDue(clock.Now);
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
        if (now < _nextStatistics)
        {
            return;
        }

        var isFirst = _nextStatistics == 0;
        _nextStatistics = now + _statisticsEvery;
        if (!isFirst)
        {
            TellStatistics(Count());
        }
    }

    private void Run()
    {
        (long, long, long) counted = default;
        Try(Capture);
        if (_error is null)
        {
            Try(() => counted = Count());
        }
        // Before the last flows are told, which may take long: another capture may wait for the port.
        Try(Close);
        Try(Engine.End);
        Try(_batcher.Flush);
        Try(_reporter.Complete);
        if (_error is null)
        {
            TellStatistics(counted);
        }

        _capture.Tell(new LoopEnded(_error));
    }

    private void Capture()
    {
        if (Settings.NamespacePath is { } path)
        {
            NetworkNamespace.Enter(path);
        }

        Open();
        _capture.Tell(LoopOpened.Instance);
        Read();
    }

    /// <summary>Whatever goes wrong on this thread ends this capture and nothing else: the actor gives the first reason to its parent.</summary>
    private void Try(Action step)
    {
        try
        {
            step();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped while it waited for a batch, or for a port.
        }
        catch (Exception e)
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
