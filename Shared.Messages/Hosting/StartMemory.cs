using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Shared.Messages.Hosting;

/// <summary>Gives back what only the start needed: configuration as text, compiled expressions, buffers of both heaps. Twice, as captures start late.</summary>
internal sealed partial class StartMemory : BackgroundService
{
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30)];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var pause in Pauses)
        {
            await Task.Delay(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
                return;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            if (OperatingSystem.IsLinux())
                _ = Trim(0);
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);
}
