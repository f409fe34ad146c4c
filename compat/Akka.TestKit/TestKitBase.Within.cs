namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    private TimeSpan? _end;
    private bool _lastWasNoMsg;

    /// <summary>What's left of the enclosing Within.</summary>
    /// <exception cref="InvalidOperationException">There's none.</exception>
    public TimeSpan Remaining => _end is { } end
        ? Max(end - Now, TimeSpan.Zero)
        : throw new InvalidOperationException(@"Remaining may not be called outside of ""within""");

    /// <summary>What's left of the enclosing Within, or akka.test.single-expect-default.</summary>
    public TimeSpan RemainingOrDefault => RemainingOr(Dilated(TestKitSettings.SingleExpectDefault));

    public TimeSpan RemainingOrDilated(TimeSpan? duration) => duration switch
    {
        null => RemainingOrDefault,
        { } given when given == Timeout.InfiniteTimeSpan => throw new ArgumentException("max duration cannot be infinite", nameof(duration)),
        { } given when given < TimeSpan.Zero => throw new ArgumentException("duration must be positive", nameof(duration)),
        { } given => Dilated(given),
    };

    public TimeSpan GetTimeoutOrDefault(TimeSpan? timeout) => RemainingOrDilated(timeout);

    protected TimeSpan RemainingOr(TimeSpan duration) => _end is { } end ? Max(end - Now, TimeSpan.Zero) : duration;

    /// <summary>Runs the block, in which all expectations together have this long.</summary>
    public void Within(TimeSpan max, Action action, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, action, null, epsilonValue, cancellationToken);

    public void Within(TimeSpan min, TimeSpan max, Action action, string? hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within<object?>(min, max, () =>
        {
            action();
            return null;
        }, hint, epsilonValue, cancellationToken);

    public T Within<T>(TimeSpan max, Func<T> function, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, function, null, epsilonValue, cancellationToken);

    public T Within<T>(TimeSpan min, TimeSpan max, Func<T> function, string? hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default)
    {
        var (start, previousEnd, limit) = EnterWithin(min, max);
        try
        {
            var result = function();
            CheckWithin(start, min, limit, hint, epsilonValue);
            return result;
        }
        finally
        {
            _end = previousEnd;
        }
    }

    public Task WithinAsync(TimeSpan max, Func<Task> actionAsync, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        WithinAsync(TimeSpan.Zero, max, actionAsync, null, epsilonValue, cancellationToken);

    public Task WithinAsync(TimeSpan min, TimeSpan max, Func<Task> actionAsync, string? hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        WithinAsync<object?>(min, max, async () =>
        {
            await actionAsync();
            return null;
        }, hint, epsilonValue, cancellationToken);

    public Task<T> WithinAsync<T>(TimeSpan max, Func<Task<T>> function, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        WithinAsync(TimeSpan.Zero, max, function, null, epsilonValue, cancellationToken);

    public async Task<T> WithinAsync<T>(TimeSpan min, TimeSpan max, Func<Task<T>> function, string? hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default)
    {
        var (start, previousEnd, limit) = EnterWithin(min, max);
        try
        {
            var result = await function().WaitAsync(limit + (epsilonValue ?? TimeSpan.Zero) + TimeSpan.FromSeconds(1), cancellationToken);
            CheckWithin(start, min, limit, hint, epsilonValue);
            return result;
        }
        finally
        {
            _end = previousEnd;
        }
    }

    private (TimeSpan Start, TimeSpan? PreviousEnd, TimeSpan Limit) EnterWithin(TimeSpan min, TimeSpan max)
    {
        if (min < TimeSpan.Zero) throw new ArgumentException("min must be positive", nameof(min));
        if (max <= TimeSpan.Zero) throw new ArgumentException("max must be positive", nameof(max));
        var start = Now;
        var remaining = _end is { } end ? end - start : TimeSpan.MaxValue;
        _assertions.AssertTrue(remaining >= min, "Required min time {0} not possible, only {1} left", min, remaining);
        _lastWasNoMsg = false;
        var limit = Dilated(max) < remaining ? Dilated(max) : remaining;
        var previous = _end;
        _end = start + limit;
        return (start, previous, limit);
    }

    private void CheckWithin(TimeSpan start, TimeSpan min, TimeSpan limit, string? hint, TimeSpan? epsilon)
    {
        var elapsed = Now - start;
        if (elapsed < min) _assertions.Fail("Failed: Block took {0}, should have at least been {1} {2}", elapsed, min, hint ?? "");
        // A block that ends in waiting for silence takes its full time, and may be over by a little.
        if (!_lastWasNoMsg && elapsed > limit + (epsilon ?? TimeSpan.Zero))
            _assertions.Fail("Failed: Block took {0}, exceeding {1} {2}", elapsed, limit, hint ?? "");
    }
}
