using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Shared.Messages.Hosting;

/// <summary>
/// Gives back what isn't needed: after the start and then now and again, when there's little to do, what only the start
/// needed, buffers of both heaps, and the pages of the program's files, which the kernel keeps in its cache and maps again
/// where they're used. In between garbage is collected that would wait for a collection which no work brings on.
/// </summary>
internal sealed partial class IdleMemory : BackgroundService
{
    private const int DontNeed = 4; // MADV_DONTNEED, madvise(2)
    private const double IdleShare = 0.05;

    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    /// <summary>Thorough rounds after the start, one behind the other sooner: each finds pages that were still needed before.</summary>
    private const int FirstRounds = 3;
    private static readonly TimeSpan FirstEvery = TimeSpan.FromSeconds(19);

    // Costs a quarter of a second.
    private const int ThoroughEach = 60;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(Settled, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        IReadOnlyList<FilePages> before = [];
        var used = TimeSpan.Zero;
        for (var round = 0; !stoppingToken.IsCancellationRequested; round++)
        {
            var now = Environment.CpuUsage.TotalTime;
            var idle = now - used < IdleShare * Every;
            if (round < FirstRounds || (idle && round % ThoroughEach == 0))
            {
                Compact();
                before = OperatingSystem.IsLinux() ? GiveBack(before) : [];
            }
            else if (idle)
            {
                GC.Collect(1);
            }

            used = now;
            await Task.Delay(round < FirstRounds - 1 ? FirstEvery : Every, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static void Compact()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (OperatingSystem.IsLinux())
        {
            _ = Trim(0);
        }
    }

    // What wasn't mapped the last time may still be written to by the loader.
    private static IReadOnlyList<FilePages> GiveBack(IReadOnlyList<FilePages> before)
    {
        var pages = FilePages.Read();
        foreach (var range in pages.Intersect(before))
        {
            _ = Advise(range.Start, range.Length, DontNeed);
        }

        return pages;
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint start, nuint length, int advice);
}
