using Agent.Node.Linux;
using Akka.Actor;

namespace Agent.Node.Capture;

/// <summary>
/// Reads an interface, in turns on the threads that all packet captures share. Its ring is small while there's little to read:
/// most interfaces of a host have hardly any traffic. When packets come so fast that the ring would be full soon, a larger one
/// takes its place, up to the size asked for and to what the agent's rings may take together, and a small one again after a
/// quiet while. The first few captures of an agent begin with a large one: it can afford them. No packet is in both rings or in none; what lies in the last block of the one before comes a moment late.
/// </summary>
internal sealed class PcapLoop : CaptureLoop, IPolled
{
    private const long NanosecondsPerMillisecond = 1_000_000;
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const int PacketsInTurn = 512;

    /// <summary>Blocks, not bytes, are what a quiet capture runs out of: each goes to us after a tenth of a second, however little is in it.</summary>
    private const int SmallRing = 8 * PacketRing.Block;

    /// <summary>One block is written while the other is read.</summary>
    private const int LeastRing = 2 * PacketRing.Block;

    /// <summary>What a block of the kernel's has besides the packet: struct tpacket3_hdr and an address, aligned.</summary>
    private const int PerPacket = 96;

    /// <summary>A ring is too small for packets that would fill half of it in this time.</summary>
    private const long Period = 100 * NanosecondsPerMillisecond;

    /// <summary>A block that isn't full is ours at the latest after two rounds of its timer.</summary>
    private const long LastBlockTakes = 3 * PacketRing.RetireMilliseconds * NanosecondsPerMillisecond;

    /// <summary>Before a larger ring is asked for again.</summary>
    private const long RefusalLasts = 2 * NanosecondsPerSecond;

    /// <summary>Before a large ring is given back.</summary>
    private const long QuietLasts = 60 * NanosecondsPerSecond;

    private readonly CaptureSharing _sharing;
    private readonly Lock _lock = new();
    private PacketRing? _ring;
    private PacketRing? _leaving;
    private PacketRing? _left;
    private PacketRing? _next;
    private InterfaceDrops? _interfaceDrops;
    private bool _changeFailed;
    private bool _hasPlace;
    private bool _isClosed;
    private bool _isChanging;
    private long _leavingUntil;
    private long _periodEnds;
    private long _periodBytes;
    private long _lastBusy;
    private long _refusedUntil;
    private long _ringsRefused;
    private long _droppedBefore;

    internal PcapLoop(CaptureSettings settings, IActorRef capture, IActorRef uplink, PacketBatchPool pool, CaptureSharing sharing)
        : base(settings, capture, uplink, pool, sharing.Flows.Part()) => _sharing = sharing;

    /// <inheritdoc/>
    public (int First, int Second) Descriptors => (_ring!.Descriptor, _leaving?.Descriptor ?? -1);

    /// <inheritdoc/>
    public bool HasMore => IsTelling;

    /// <inheritdoc/>
    public long Due
    {
        get
        {
            var due = AdvanceDue;
            if (_left is not null)
            {
                return 0;
            }

            if (_leaving is not null)
            {
                return Math.Min(due, _leavingUntil);
            }

            return _ring!.Bytes > Smallest ? Math.Min(due, _lastBusy + QuietLasts) : due;
        }
    }

    /// <inheritdoc/>
    protected override long RingsRefused => _ringsRefused;

    /// <summary>The kernel drops nothing for want of room where there are no packets, and an interface seldom.</summary>
    protected override int QuietFactor => 10;

    private int Smallest => Math.Min(SmallRing, Largest);

    /// <summary>In whole blocks.</summary>
    private int Largest => (Settings.BufferSize + PacketRing.Block - 1) / PacketRing.Block * PacketRing.Block;

    internal override void Start()
    {
        Stopping.Register(() => _sharing.Threads.Wake(this));
        _sharing.Helpers.Run($"opens {Settings.CaptureId}", () =>
        {
            if (!Try(Begin) || !Try(() => _sharing.Threads.Add(this)))
            {
                End();
            }
        });
    }

    /// <inheritdoc/>
    public bool Turn(PacketBlock block)
    {
        try
        {
            Stopping.ThrowIfCancellationRequested();
            Read(block);
            return true;
        }
        catch (Exception e)
        {
            Fail(e);
            return false;
        }
    }

    /// <inheritdoc/>
    public void Left(Exception? failure)
    {
        if (failure is not null)
        {
            Fail(failure);
        }

        _sharing.Helpers.Run($"closes {Settings.CaptureId}", End);
    }

    protected override void Open()
    {
        Stopping.ThrowIfCancellationRequested();
        _hasPlace = _sharing.Places.Take(1) == 1;
        if (!_hasPlace)
        {
            throw new CaptureException($"{Settings.Device}: {DescriptorLimit.TooMany}");
        }

        var bytes = _sharing.Rings.TryTakeFirst(Largest) ? Largest : _sharing.Rings.TryTake(Smallest, Math.Min(Smallest, LeastRing));
        if (bytes == 0)
        {
            _ringsRefused++;
            bytes = _sharing.Rings.Take(PacketRing.Block);
        }

        _ring = PacketRing.Open(Settings, bytes, _sharing.Rings);
        _interfaceDrops = InterfaceDrops.Of(Settings.Device);
        _lastBusy = CaptureClock.Engine.Now;
    }

    protected override void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }

        _ring?.Dispose();
        _leaving?.Dispose();
        _left?.Dispose();
        _next?.Dispose();
        _interfaceDrops?.Dispose();
        if (_hasPlace)
        {
            _hasPlace = false;
            _sharing.Places.GiveBack(1);
        }
    }

    protected override (long Received, long DroppedByKernel, long DroppedByInterface) Count() =>
        (PacketsRead, _droppedBefore + (_ring?.Drops() ?? 0) + (_leaving?.Drops() ?? 0), _interfaceDrops?.Count() ?? 0);

    private void Read(PacketBlock block)
    {
        var now = Advance();
        LetGo();
        TakeNext(now);
        if (_leaving is { } leaving && ReadAll(leaving, block) && now >= _leavingUntil)
        {
            _droppedBefore += leaving.Drops();
            (_leaving, _left) = (null, leaving);
        }

        ReadAll(_ring!, block);
        Fit(now);
    }

    /// <summary>As much as fits in a turn. True: it was all there was.</summary>
    private bool ReadAll(PacketRing ring, PacketBlock block)
    {
        for (var packets = 0; packets < PacketsInTurn; packets += block.Count)
        {
            ring.Read(block);
            if (block.Count > 0)
            {
                _periodBytes += block.Length + (block.Count * PerPacket);
                Process(ring.Link, block.Bytes, block.Packets);
            }

            if (!block.IsFull)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Asks for another ring, where this one is too small or too large for what comes.</summary>
    private void Fit(long now)
    {
        var isBusy = _periodBytes > _ring!.Bytes / 2;
        if (_periodBytes > SmallRing / 2)
        {
            _lastBusy = now;
        }

        if (now >= _periodEnds)
        {
            _periodEnds = now + Period;
            _periodBytes = 0;
        }

        if (Volatile.Read(ref _isChanging))
        {
            return;
        }

        if (isBusy && _ring.Bytes < Largest && now >= _refusedUntil)
        {
            var bytes = _sharing.Rings.TryTake(Largest, _ring.Bytes + 1);
            if (bytes == 0)
            {
                _ringsRefused++;
                _refusedUntil = now + RefusalLasts;
                return;
            }

            Change(_ring, bytes);
        }
        else if (_ring.Bytes > Smallest && now - _lastBusy >= QuietLasts)
        {
            var bytes = _sharing.Rings.TryTake(Smallest, Math.Min(Smallest, LeastRing));
            if (bytes > 0)
            {
                Change(_ring, bytes);
            }

            _lastBusy = now;
        }
    }

    private void Change(PacketRing before, int bytes)
    {
        _isChanging = true;
        before.Keep();
        _sharing.Helpers.Run($"fits {Settings.CaptureId}", () =>
        {
            PacketRing? next = null;
            try
            {
                if (Settings.NamespacePath is { } path)
                {
                    NetworkNamespace.Enter(path);
                }

                next = PacketRing.Open(Settings, bytes, _sharing.Rings, before.Group);
            }
            catch (Exception e) when (e is CaptureException or IOException)
            {
                // The ring there is goes on: that this one isn't there is counted. An interface that's gone says so where it's read.
            }

            lock (_lock)
            {
                if (_isClosed)
                {
                    next?.Dispose();
                    return;
                }

                _next = next;
                _changeFailed = next is null;
            }

            _sharing.Threads.Wake(this);
        });
    }

    /// <summary>The ring that is ready gets all packets from now on; the one before is read to its end.</summary>
    private void TakeNext(long now)
    {
        PacketRing? next;
        lock (_lock)
        {
            (next, _next) = (_next, null);
            if (_changeFailed)
            {
                _ringsRefused++;
                _refusedUntil = now + RefusalLasts;
                (_changeFailed, _isChanging) = (false, false);
            }
        }

        if (next is null)
        {
            return;
        }

        (_leaving, _ring) = (_ring, next);
        next.TakeOver();
        _leavingUntil = now + LastBlockTakes;
        _periodBytes = 0;
    }

    /// <summary>Closes the ring that nobody waits for any more.</summary>
    private void LetGo()
    {
        if (_left is not { } left)
        {
            return;
        }

        _left = null;
        _sharing.Helpers.Run($"leaves {Settings.CaptureId}", () =>
        {
            left.Dispose();
            Volatile.Write(ref _isChanging, false);
        });
    }
}
