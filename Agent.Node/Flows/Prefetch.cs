using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Agent.Node.Flows;

/// <summary>Asks the processor to fetch a cache line while other work goes on. A hint: nothing where there is none to give.</summary>
internal static class Prefetch
{
    /// <summary>The line that holds the start of the value. The address isn't followed, so it may be stale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static unsafe void Line<T>(ref readonly T value)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in value)));
    }
}
