using Akka.Actor;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>The next message, which must be of this type.</summary>
    public T ExpectMsg<T>(TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Done(Expect<T>(true, duration, hint, null, cancellationToken));

    public T ExpectMsg<T>(T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Done(Expect<T>(true, timeout, hint, (actual, _) => AssertEqual(message, actual, hint), cancellationToken));

    public T ExpectMsg<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Done(Expect<T>(true, timeout, hint, (actual, _) => AssertFits(isMessage(actual), actual, hint), cancellationToken));

    public T ExpectMsg<T>(Action<T> assert, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Done(Expect<T>(true, timeout, hint, (actual, _) => assert(actual), cancellationToken));

    public T ExpectMsg<T>(Func<T, IActorRef, bool> isMessageAndSender, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Done(Expect<T>(true, timeout, hint, (actual, sender) => AssertFits(isMessageAndSender(actual, sender), actual, hint), cancellationToken));

    public T ExpectMsg<T>(Action<T, IActorRef> assertMessageAndSender, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Done(Expect(true, timeout, hint, assertMessageAndSender, cancellationToken));

    public T ExpectMsg<T>(T expected, Func<T, T, bool> comparer, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Done(Expect<T>(true, timeout, hint, (actual, _) => _assertions.AssertEqual(expected, actual, comparer, hint ?? ""), cancellationToken));

    public ValueTask<T> ExpectMsgAsync<T>(TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(false, duration, hint, null, cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(false, timeout, hint, (actual, _) => AssertEqual(message, actual, hint), cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(false, timeout, hint, (actual, _) => AssertFits(isMessage(actual), actual, hint), cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(Action<T> assert, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(false, timeout, hint, (actual, _) => assert(actual), cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(Func<T, IActorRef, bool> isMessageAndSender, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(false, timeout, hint, (actual, sender) => AssertFits(isMessageAndSender(actual, sender), actual, hint), cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(Action<T, IActorRef> assertMessageAndSender, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect(false, timeout, hint, assertMessageAndSender, cancellationToken);

    /// <summary>The next message, which must be of this type and from this sender.</summary>
    public T ExpectMsgFrom<T>(IActorRef sender, TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Done(Expect<T>(true, duration, hint, (_, actual) => AssertSender(sender, actual, hint), cancellationToken));

    public T ExpectMsgFrom<T>(IActorRef sender, T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Done(Expect<T>(true, timeout, hint, (actual, from) =>
        {
            AssertSender(sender, from, hint);
            AssertEqual(message, actual, hint);
        }, cancellationToken));

    public ValueTask<T> ExpectMsgFromAsync<T>(IActorRef sender, TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(false, duration, hint, (_, actual) => AssertSender(sender, actual, hint), cancellationToken);

    public ValueTask<T> ExpectMsgFromAsync<T>(IActorRef sender, T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(false, timeout, hint, (actual, from) =>
        {
            AssertSender(sender, from, hint);
            AssertEqual(message, actual, hint);
        }, cancellationToken);

    /// <summary>The next message, which must be one of these.</summary>
    public T ExpectMsgAnyOf<T>(IEnumerable<T> messages, CancellationToken cancellationToken = default) =>
        Done(Expect<T>(true, null, null, (actual, _) => AssertFits(messages.Contains(actual), actual, null), cancellationToken));

    /// <summary>The next messages, which must be these in any order.</summary>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(params T[] messages) => ExpectAllOf(RemainingOrDefault, messages, default);

    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(TimeSpan max, params T[] messages) => ExpectAllOf(Dilated(max), messages, default);

    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) => ExpectAllOf(RemainingOrDefault, messages, cancellationToken);

    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(TimeSpan max, IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) => ExpectAllOf(Dilated(max), messages, cancellationToken);

    public Terminated ExpectTerminated(IActorRef target, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Done(Expect<Terminated>(true, timeout, hint ?? $"Terminated {target}", (actual, _) => AssertSender(target, actual.ActorRef, hint), cancellationToken));

    public ValueTask<Terminated> ExpectTerminatedAsync(IActorRef target, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<Terminated>(false, timeout, hint ?? $"Terminated {target}", (actual, _) => AssertSender(target, actual.ActorRef, hint), cancellationToken);

    /// <summary>Nothing comes for akka.test.single-expect-default.</summary>
    public void ExpectNoMsg(CancellationToken cancellationToken = default) => Silence(true, RemainingOrDefault, cancellationToken).AsTask().GetAwaiter().GetResult();

    public void ExpectNoMsg(TimeSpan duration, CancellationToken cancellationToken = default) => Silence(true, Dilated(duration), cancellationToken).AsTask().GetAwaiter().GetResult();

    public void ExpectNoMsg(int milliseconds, CancellationToken cancellationToken = default) => ExpectNoMsg(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    public ValueTask ExpectNoMsgAsync(CancellationToken cancellationToken = default) => Silence(false, RemainingOrDefault, cancellationToken);

    public ValueTask ExpectNoMsgAsync(TimeSpan duration, CancellationToken cancellationToken = default) => Silence(false, Dilated(duration), cancellationToken);

    public ValueTask ExpectNoMsgAsync(int milliseconds, CancellationToken cancellationToken = default) => ExpectNoMsgAsync(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    private static T Done<T>(ValueTask<T> expectation) => expectation.AsTask().GetAwaiter().GetResult();

    private async ValueTask<T> Expect<T>(bool sync, TimeSpan? timeout, string? hint, Action<T, IActorRef>? check, CancellationToken cancellationToken)
    {
        var limit = RemainingOrDilated(timeout);
        var envelope = await Receive(sync, limit, cancellationToken, dilate: false).ConfigureAwait(false);
        if (envelope is null)
            _assertions.Fail("Failed: Timeout {0} while waiting for a message of type {1} {2}", limit, typeof(T), hint ?? "");
        else if (envelope.Message is not T)
            _assertions.Fail("Failed: Expected a message of type {0}, but received {{{1}}} (type {2}) instead {3} from {4}", typeof(T), envelope.Message, envelope.Message.GetType(), hint ?? "", envelope.Sender);
        var message = (T)envelope!.Message;
        check?.Invoke(message, envelope.Sender);
        return message;
    }

    private async ValueTask Silence(bool sync, TimeSpan duration, CancellationToken cancellationToken)
    {
        var envelope = await Receive(sync, duration, cancellationToken, dilate: false).ConfigureAwait(false);
        if (envelope is not null)
            _assertions.Fail("Failed: Expected no messages during {0}, instead we received {1}", duration, envelope);
        _lastWasNoMsg = true;
    }

    private IReadOnlyCollection<T> ExpectAllOf<T>(TimeSpan max, IReadOnlyCollection<T> messages, CancellationToken cancellationToken)
    {
        var received = ReceiveN(messages.Count, max, true, cancellationToken).AsTask().GetAwaiter().GetResult();
        var missing = messages.Cast<object?>().ToList();
        var unexpected = received.Where(message => !missing.Remove(message)).ToList();
        if (missing.Count > 0 || unexpected.Count > 0)
            _assertions.Fail("not found [{0}], found unexpected [{1}]", string.Join(", ", missing), string.Join(", ", unexpected));
        return [.. received.Cast<T>()];
    }

    private void AssertEqual<T>(T expected, T actual, string? hint) => _assertions.AssertEqual(expected, actual, hint ?? "");

    private void AssertFits<T>(bool fits, T actual, string? hint) => _assertions.AssertTrue(fits, "Got a message of the expected type <{0}>. Message does not fit: {{{1}}} {2}", typeof(T), actual!, hint ?? "");

    private void AssertSender(IActorRef expected, IActorRef actual, string? hint) => _assertions.AssertTrue(expected.Equals(actual), "Sender does not match. Expected {0}, got {1}. {2}", expected, actual, hint ?? "");
}
