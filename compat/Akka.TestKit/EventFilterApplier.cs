using Akka.Actor;
using Akka.Event;

namespace Akka.TestKit;

internal sealed class EventFilterApplier(TestKitBase testkit, ActorSystem system, IReadOnlyList<Predicate<object>> filters) : IEventFilterApplier
{
    public EventFilterFactory And => new(testkit, system, filters);

    public void ExpectOne(Action action, CancellationToken cancellationToken = default) => Expect(1, action, cancellationToken);

    public void ExpectOne(TimeSpan timeout, Action action, CancellationToken cancellationToken = default) => Expect(1, timeout, action, cancellationToken);

    public T ExpectOne<T>(Func<T> func, CancellationToken cancellationToken = default)
    {
        T result = default!;
        Expect(1, () => result = func(), cancellationToken);
        return result;
    }

    public Task ExpectOneAsync(Action action, CancellationToken cancellationToken = default) => ExpectAsync(1, () =>
    {
        action();
        return Task.CompletedTask;
    }, cancellationToken);

    public Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default) => ExpectAsync(1, actionAsync, cancellationToken);

    public Task ExpectOneAsync(TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default) => ExpectAsync(1, timeout, action, cancellationToken);

    public async Task<T> ExpectOneAsync<T>(Func<Task<T>> func, CancellationToken cancellationToken = default)
    {
        T result = default!;
        await ExpectAsync(1, async () => result = await func(), cancellationToken);
        return result;
    }

    public void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default) => Expect(expectedCount, DefaultTimeout, action, cancellationToken);

    public void Expect(int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default) =>
        Run(true, expectedCount, timeout, () =>
        {
            action();
            return Task.CompletedTask;
        }, cancellationToken).GetAwaiter().GetResult();

    public Task ExpectAsync(int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default) => ExpectAsync(expectedCount, DefaultTimeout, actionAsync, cancellationToken);

    public Task ExpectAsync(int expectedCount, TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default) => Run(false, expectedCount, timeout, action, cancellationToken);

    public void Mute(Action action, CancellationToken cancellationToken = default)
    {
        using (Mute()) action();
    }

    public async Task MuteAsync(Func<Task> action, CancellationToken cancellationToken = default)
    {
        using (Mute()) await action();
    }

    public IUnmutableFilter Mute() => new Counter(system, filters);

    private TimeSpan DefaultTimeout => testkit.Dilated(testkit.TestKitSettings.TestEventFilterLeeway);

    private async Task Run(bool sync, int expected, TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken)
    {
        using var counter = new Counter(system, filters);
        await action();
        var limit = testkit.Dilated(timeout);
        var reached = expected == 0 || (sync ? counter.WaitFor(expected, limit) : await counter.WaitForAsync(expected, limit, cancellationToken));
        var seen = counter.Count;
        if (!reached || seen > expected)
            testkit.Assertions.Fail("{0} Expected {1} event(s) that fit the filter, got {2}.", reached ? "Too many messages." : $"Timeout ({limit}) while waiting for messages.", expected, seen);
    }

    /// <summary>Counts the events that fit, as they are published, and keeps them off the output.</summary>
    private sealed class Counter : MinimalActorRef, IUnmutableFilter
    {
        private readonly ActorSystem _system;
        private readonly IReadOnlyList<Predicate<object>> _filters;
        private readonly Predicate<object> _matches;
        private readonly SemaphoreSlim _seen = new(0);
        private int _count;

        public Counter(ActorSystem system, IReadOnlyList<Predicate<object>> filters)
        {
            _system = system;
            _filters = filters;
            _matches = Matches;
            Provider = ((ExtendedActorSystem)system).Provider;
            Path = Provider.TempPath();
            system.EventStream.Publish(new TestEventListener.MuteEvents(_matches));
            system.EventStream.Subscribe(this, typeof(LogEvent));
            system.EventStream.Subscribe(this, typeof(DeadLetter));
        }

        public override ActorPath Path { get; }

        public override IActorRefProvider Provider { get; }

        public int Count => Volatile.Read(ref _count);

        public bool WaitFor(int count, TimeSpan timeout)
        {
            var end = TestKitBase.Now + timeout;
            for (var got = 0; got < count; got++)
            {
                var left = end - TestKitBase.Now;
                if (!_seen.Wait(left > TimeSpan.Zero ? left : TimeSpan.Zero)) return false;
            }

            return true;
        }

        public async Task<bool> WaitForAsync(int count, TimeSpan timeout, CancellationToken cancellationToken)
        {
            var end = TestKitBase.Now + timeout;
            for (var got = 0; got < count; got++)
            {
                var left = end - TestKitBase.Now;
                if (!await _seen.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken)) return false;
            }

            return true;
        }

        public void Unmute()
        {
            _system.EventStream.Unsubscribe(this);
            _system.EventStream.Publish(new TestEventListener.UnmuteEvents(_matches));
        }

        public void Dispose() => Unmute();

        protected override void TellInternal(object message, IActorRef sender)
        {
            if (!Matches(message)) return;
            Interlocked.Increment(ref _count);
            _seen.Release();
        }

        private bool Matches(object message) => _filters.Any(filter => filter(message));
    }
}
