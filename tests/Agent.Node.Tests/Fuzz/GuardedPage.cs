using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Agent.Node.Tests.Fuzz;

/// <summary>
/// Memory whose end is followed by a page nobody may touch: a packet put at that end can't be read past, not even by a
/// byte, without the process dying on the spot.
/// </summary>
internal sealed unsafe partial class GuardedPage : IDisposable
{
    private const int ReadWrite = 3;
    private const int NoAccess = 0;
    private const int PrivateAnonymous = 0x22;

    private readonly int _pageSize = Environment.SystemPageSize;
    private readonly int _pages;
    private readonly byte* _start;

    internal GuardedPage(int capacity)
    {
        _pages = (capacity + _pageSize - 1) / _pageSize;
        _start = Map(null, (nuint)((_pages + 1) * _pageSize), ReadWrite, PrivateAnonymous, -1, 0);
        if (_start == (byte*)-1)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "mmap");
        }

        if (Protect(_start + (_pages * _pageSize), (nuint)_pageSize, NoAccess) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "mprotect");
        }
    }

    internal int Capacity => _pages * _pageSize;

    /// <summary>The packet's last byte is the last that may be read.</summary>
    internal ReadOnlySpan<byte> Put(ReadOnlySpan<byte> packet)
    {
        var place = new Span<byte>(_start + Capacity - packet.Length, packet.Length);
        packet.CopyTo(place);
        return place;
    }

    public void Dispose() => _ = Unmap(_start, (nuint)((_pages + 1) * _pageSize));

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial byte* Map(void* address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(void* address, nuint length);
}
