using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Agent.Node.Flows;

/// <summary>
/// Arrays that are read in no order. Large ones ask Linux for huge pages (transparent_hugepage "madvise" or "always"):
/// a page table's entries for so many small pages wouldn't fit the processor's caches, and each page costs a fault.
/// </summary>
internal static partial class LargeMemory
{
    /// <summary>In bytes.</summary>
    internal const int HugePage = 2 << 20;

    private const int AdviseHugePages = 14;

    /// <summary>Zeros, pinned.</summary>
    internal static T[] Array<T>(int length)
        where T : unmanaged
    {
        var array = Uninitialized<T>(length);
        array.AsSpan().Clear();
        return array;
    }

    /// <summary>Whatever was in that memory, pinned.</summary>
    internal static unsafe T[] Uninitialized<T>(int length)
        where T : unmanaged
    {
        var array = GC.AllocateUninitializedArray<T>(length, pinned: true);
        var start = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
        var end = (start + ((nuint)length * (nuint)sizeof(T))) & ~(nuint)(HugePage - 1);
        start = (start + HugePage - 1) & ~(nuint)(HugePage - 1);
        // It's advice: on a system that doesn't take it, small pages do.
        if (end > start && OperatingSystem.IsLinux())
        {
            _ = Advise(start, end - start, AdviseHugePages);
        }

        return array;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint address, nuint length, int advice);
}
