using Akka.Actor;
using Akka.Configuration;

namespace Akka.Persistence;

/// <summary>
/// Spares a store that is down: after <c>max-failures</c> failed or overdue calls in a row, further calls fail at once until
/// <c>reset-timeout</c> has passed; then one call tries again.
/// </summary>
internal sealed class PluginCircuitBreaker
{
    private readonly Lock _lock = new();
    private readonly int _maxFailures;
    private readonly TimeSpan _callTimeout;
    private readonly TimeSpan _resetTimeout;
    private int _failures;
    private long _openUntil;
    private bool _trying;

    public PluginCircuitBreaker(Config config)
    {
        _maxFailures = config.GetInt("circuit-breaker.max-failures", 10);
        _callTimeout = config.GetTimeSpan("circuit-breaker.call-timeout", TimeSpan.FromSeconds(10));
        _resetTimeout = config.GetTimeSpan("circuit-breaker.reset-timeout", TimeSpan.FromSeconds(30));
    }

    public async Task<T> Call<T>(Func<Task<T>> body)
    {
        Enter();
        try
        {
            var result = await body().WaitAsync(_callTimeout).ConfigureAwait(false);
            Succeeded();
            return result;
        }
        catch
        {
            Failed();
            throw;
        }
    }

    public Task Call(Func<Task> body) => Call(async () =>
    {
        await body().ConfigureAwait(false);
        return Done.Instance;
    });

    private void Enter()
    {
        lock (_lock)
        {
            if (_failures < _maxFailures)
                return;
            var wait = _openUntil - Environment.TickCount64;
            if (wait > 0 || _trying)
                throw new OpenBreakerException($"Circuit Breaker is open after {_failures} failures; calls are failing fast for {Math.Max(wait, 0)} ms more.");
            _trying = true;
        }
    }

    private void Succeeded()
    {
        lock (_lock)
        {
            _failures = 0;
            _trying = false;
        }
    }

    private void Failed()
    {
        lock (_lock)
        {
            _trying = false;
            if (++_failures >= _maxFailures)
                _openUntil = Environment.TickCount64 + (long)_resetTimeout.TotalMilliseconds;
        }
    }
}

/// <summary>The store wasn't called: it failed too often just before.</summary>
internal sealed class OpenBreakerException(string message) : AkkaException(message);
