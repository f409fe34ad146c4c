using System.Diagnostics;
using Cli.Client;

namespace EndToEnd.Tests.Cluster;

/// <summary>Asks analyzers for a figure over all flows, again and again, and keeps for how long none of them answered.</summary>
internal sealed class Answers : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Task _asking;
    private TimeSpan _last;
    private TimeSpan _longest;

    /// <param name="analyzers">Whom to ask. Those the fault is about needn't be among them.</param>
    public Answers(IEnumerable<SkydiveClient> analyzers) => _asking = Task.WhenAll([.. analyzers.Select(AskAsync)]);

    /// <summary>The longest time without an answer so far.</summary>
    public TimeSpan Longest
    {
        get
        {
            lock (_lock)
            {
                var since = _clock.Elapsed - _last;
                return since > _longest ? since : _longest;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _asking;
        _stop.Dispose();
    }

    private async Task AskAsync(SkydiveClient analyzer)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await analyzer.QueryAsync("G.Flows().Count()", _stop.Token);
                lock (_lock)
                {
                    var now = _clock.Elapsed;
                    _longest = now - _last > _longest ? now - _last : _longest;
                    _last = now;
                }

                await Task.Delay(100, _stop.Token);
            }
            catch (HttpRequestException)
            {
                // That's what is measured.
                await Task.Delay(100);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (OperationCanceledException)
            {
                // The client's own patience ended.
            }
        }
    }
}
