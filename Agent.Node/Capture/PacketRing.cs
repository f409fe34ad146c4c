using Agent.Node.Decoding;

namespace Agent.Node.Capture;

/// <summary>
/// A ring libpcap shares with the kernel (AF_PACKET, TPACKET_V3: blocks of packets, each as long as it was captured), and the
/// kernel's socket behind it. It can't be made larger: another takes its place. Both are in one group of sockets, so each
/// packet is in one of them.
/// </summary>
internal sealed unsafe class PacketRing : IDisposable
{
    /// <summary>libpcap's block: it has room for the longest packet there can be.</summary>
    internal const int Block = 256 << 10;

    /// <summary>A block that isn't full goes to us after this.</summary>
    internal const int RetireMilliseconds = 100;

    /// <summary>An EtherType that is reserved (RFC 1701): no packets come.</summary>
    private const int NoProtocol = 0xffff;

    private readonly nint _handle;
    private readonly CaptureSettings _settings;
    private readonly RingMemory _memory;
    private readonly int _nanosecondsPerFraction;
    private readonly PacketSocket _socket;

    private PacketRing(CaptureSettings settings, int bytes, RingMemory memory, int? group)
    {
        _settings = settings;
        _memory = memory;
        Bytes = bytes;
        var error = stackalloc byte[LibPcap.ErrorLength];
        _handle = LibPcap.Create(settings.Device, error);
        if (_handle == 0)
        {
            throw Failure(LibPcap.Text(error));
        }

        try
        {
            Activate(group is null);
            if (LibPcap.SetNonBlocking(_handle, 1, error) < 0)
            {
                throw Failure(LibPcap.Text(error));
            }

            _nanosecondsPerFraction = LibPcap.Precision(_handle) == LibPcap.Nanoseconds ? 1 : 1000;
            Link = LinkTypes.TryOf(LibPcap.LinkType(_handle)) ?? throw Failure(LinkTypes.Refusal(LibPcap.LinkType(_handle)));
            _socket = new PacketSocket(LibPcap.Descriptor(_handle));
            Enter(group);
        }
        catch
        {
            LibPcap.Close(_handle);
            throw;
        }
    }

    /// <summary>What the kernel has for it.</summary>
    internal int Bytes { get; }

    /// <summary>The group of sockets it's in.</summary>
    internal int Group { get; private set; }

    internal LinkType Link { get; }

    /// <summary>To wait on; stays the ring's.</summary>
    internal int Descriptor => _socket.Descriptor;

    /// <summary>In the network namespace of the thread that calls. The memory has been taken; it's given back when the ring is disposed, or isn't made.</summary>
    /// <param name="settings">Interface, filter and length of packets.</param>
    /// <param name="bytes">Of memory.</param>
    /// <param name="memory">Whose they are.</param>
    /// <param name="group">The group of the ring whose place it takes; null: it's the first.</param>
    /// <exception cref="CaptureException">It can't be opened.</exception>
    internal static PacketRing Open(CaptureSettings settings, int bytes, RingMemory memory, int? group = null)
    {
        try
        {
            return new PacketRing(settings, bytes, memory, group);
        }
        catch
        {
            memory.GiveBack(bytes);
            throw;
        }
    }

    /// <summary>Packets that are there, if any.</summary>
    /// <exception cref="CaptureException">The interface is gone, or down.</exception>
    internal void Read(PacketBlock block)
    {
        if (!block.Fill(_handle, _settings.SnapLength, _nanosecondsPerFraction))
        {
            throw Failure(LibPcap.Error(_handle));
        }
    }

    /// <summary>Packets the kernel dropped for want of room in it.</summary>
    internal long Drops() => _socket.Drops();

    /// <summary>From now on packets are in this ring, and not in the one before.</summary>
    internal void TakeOver() => _socket.SendTo(1);

    /// <summary>The ring alone gets packets, also when another joins.</summary>
    internal void Keep() => _socket.SendTo(0);

    /// <inheritdoc/>
    public void Dispose()
    {
        LibPcap.Close(_handle);
        _memory.GiveBack(Bytes);
    }

    private void Activate(bool isFirst)
    {
        // These fail on a handle that's active already, and on no other.
        _ = LibPcap.SetSnapLength(_handle, _settings.SnapLength);
        _ = LibPcap.SetPromiscuous(_handle, 1);
        // Immediate mode would have libpcap fall back to TPACKET_V2, whose slots are as long as the longest packet.
        _ = LibPcap.SetTimeout(_handle, RetireMilliseconds);
        _ = LibPcap.SetBufferSize(_handle, Bytes);
        _ = LibPcap.SetPrecision(_handle, LibPcap.Nanoseconds);
        if (!isFirst)
        {
            _ = LibPcap.SetProtocol(_handle, NoProtocol);
        }

        var result = LibPcap.Activate(_handle);
        if (result == LibPcap.NoSuchDevice)
        {
            throw new CaptureException($"there is no interface {_settings.Device}{(_settings.NamespacePath is { } path ? $" in {path}" : "")}");
        }

        if (result < 0)
        {
            var why = LibPcap.Error(_handle);
            throw Failure(why.Length > 0 ? $"{LibPcap.Meaning(result)}: {why}" : LibPcap.Meaning(result));
        }
    }

    /// <summary>The second of a group sees no packet before it's in the group: they are the first's.</summary>
    private void Enter(int? group)
    {
        if (group is { } second)
        {
            _socket.Refuse();
            _socket.TakeAll();
            _socket.Join(second);
            Group = second;
            SetFilter();
            return;
        }

        if (_settings.BpfFilter.Length > 0)
        {
            SetFilter();
        }

        Group = _socket.BeginGroup();
    }

    private void SetFilter()
    {
        const int optimized = 1;
        const uint unknownNetmask = uint.MaxValue;
        LibPcap.Program program;
        if (LibPcap.Compile(_handle, &program, _settings.BpfFilter, optimized, unknownNetmask) < 0)
        {
            throw new FilterException(_settings.BpfFilter, LibPcap.Error(_handle));
        }

        var result = LibPcap.SetFilter(_handle, &program);
        LibPcap.FreeCode(&program);
        if (result < 0)
        {
            throw new FilterException(_settings.BpfFilter, LibPcap.Error(_handle));
        }
    }

    private CaptureException Failure(string why) => new($"{_settings.Device}: {why}");
}
