using System.Threading.Channels;
using Agent.Node.Probes.OpenVSwitch;

namespace Agent.Node.Tests.Probes.OpenVSwitch;

/// <summary>A monitor on a test's database, whose tables a test waits on.</summary>
internal sealed class FollowedDatabase : IAsyncDisposable
{
    private readonly Channel<OvsTables> _seen = Channel.CreateUnbounded<OvsTables>();
    private readonly CancellationTokenSource _stop = new();
    private OvsdbMonitor _monitor = null!;

    private FollowedDatabase()
    {
    }

    public OvsTables Tables { get; private set; } = OvsTables.Empty;

    public OvsdbConnection Connection => _monitor.Connection;

    public Task Running { get; private set; } = Task.CompletedTask;

    public static async Task<FollowedDatabase> StartAsync(string socket)
    {
        var followed = new FollowedDatabase();
        followed._monitor = await OvsdbMonitor.ConnectAsync(socket, tables => followed._seen.Writer.TryWrite(tables), CancellationToken.None);
        followed.Running = followed._monitor.RunAsync(followed._stop.Token);
        return followed;
    }

    public async Task<OvsTables> Until(Func<OvsTables, bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition(Tables))
        {
            var next = _seen.Reader.ReadAsync(patience.Token).AsTask();
            if (await Task.WhenAny(next, Running) == Running)
            {
                await Running;
            }

            Tables = await next;
        }

        return Tables;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)Running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _monitor.DisposeAsync();
        _stop.Dispose();
    }
}
