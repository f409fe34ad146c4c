namespace Agent.Node.Tests;

/// <summary>What packets cost of the collector's memory.</summary>
internal static class Allocated
{
    /// <summary>An object is at least 24 bytes: less than a byte a packet is something the runtime did once.</summary>
    /// <param name="packets">How many packets the work takes.</param>
    /// <param name="work">Done before, so that what is made once is there.</param>
    internal static void ShouldBeNothingPerPacket(int packets, Action work)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        work();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(packets);
    }
}
