namespace Compat.Cluster.Tests;

/// <summary>Waits for what comes by itself.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    public static async Task True(Func<bool> condition, Func<string> what)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (!condition())
        {
            if (timeout.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited {Patience} for {what()}");
            }

            await Task.Delay(50);
        }
    }

    public static async Task True(Func<Task<bool>> condition, Func<string> what)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            if (timeout.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited {Patience} for {what()}");
            }

            await Task.Delay(50);
        }
    }
}
