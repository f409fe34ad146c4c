using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Agent.Node.Flows;

namespace Agent.Node.Capture;

/// <summary>Some packets of a ring, copied out of it in one go: the engine takes them together. Belongs to a reading thread.</summary>
internal sealed unsafe class PacketBlock : IDisposable
{
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const int MostPackets = 32;
    private const int Size = 256 << 10;

    private readonly byte* _bytes = (byte*)NativeMemory.Alloc(Size);
    private readonly PacketPlace* _places = (PacketPlace*)NativeMemory.Alloc((nuint)(MostPackets * sizeof(PacketPlace)));

    /// <summary>The packets' bytes.</summary>
    internal ReadOnlySpan<byte> Bytes => new(_bytes, Length);

    /// <summary>Where each lies in them.</summary>
    internal Span<PacketPlace> Packets => new(_places, Count);

    /// <summary>It may be that there are more.</summary>
    internal bool IsFull { get; private set; }

    internal int Count { get; private set; }

    internal int Length { get; private set; }

    /// <summary>Takes what a handle has, none if it has none.</summary>
    /// <param name="handle">libpcap's, not blocking.</param>
    /// <param name="snapLength">No more of each packet.</param>
    /// <param name="nanosecondsPerFraction">What the handle's times count besides seconds.</param>
    /// <returns>False when libpcap failed.</returns>
    internal bool Fill(nint handle, int snapLength, int nanosecondsPerFraction)
    {
        var most = Math.Clamp(Size / Math.Max(snapLength, 1), 1, MostPackets);
        var room = new Room { Bytes = _bytes, Places = _places, SnapLength = Math.Min(snapLength, Size), NanosecondsPerFraction = nanosecondsPerFraction };
        var result = LibPcap.Dispatch(handle, most, &Add, &room);
        Count = room.Count;
        Length = room.Length;
        IsFull = Count == most;
        return result >= 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_bytes);
        NativeMemory.Free(_places);
    }

    /// <summary>libpcap calls it no more often than it was told to.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Add(Room* room, PcapHeader* header, byte* packet)
    {
        var length = (int)Math.Min(header->CapturedLength, (uint)room->SnapLength);
        Unsafe.CopyBlockUnaligned(room->Bytes + room->Length, packet, (uint)length);
        room->Places[room->Count++] = new PacketPlace(
            (header->Seconds * NanosecondsPerSecond) + (header->Fraction * room->NanosecondsPerFraction), room->Length, length, (int)Math.Min(header->OriginalLength, int.MaxValue));
        room->Length += length;
    }

    /// <summary>Where the next packet goes.</summary>
    internal struct Room
    {
        internal byte* Bytes;
        internal PacketPlace* Places;
        internal int Count;
        internal int Length;
        internal int SnapLength;
        internal int NanosecondsPerFraction;
    }
}
