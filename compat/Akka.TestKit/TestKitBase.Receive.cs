using System.Runtime.CompilerServices;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    private MessageEnvelope _last = NullMessageEnvelope.Instance;

    /// <summary>The next message, null when none comes in time.</summary>
    public object? ReceiveOne(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        Receive(true, max, cancellationToken).AsTask().GetAwaiter().GetResult()?.Message;

    public async ValueTask<object?> ReceiveOneAsync(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        (await Receive(false, max, cancellationToken).ConfigureAwait(false))?.Message;

    /// <summary>That many messages, all within the timeout.</summary>
    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, CancellationToken cancellationToken = default) =>
        ReceiveN(numberOfMessages, RemainingOrDefault, true, cancellationToken).AsTask().GetAwaiter().GetResult();

    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, TimeSpan max, CancellationToken cancellationToken = default) =>
        ReceiveN(numberOfMessages, Dilated(max), true, cancellationToken).AsTask().GetAwaiter().GetResult();

    public IAsyncEnumerable<object> ReceiveNAsync(int numberOfMessages, CancellationToken cancellationToken = default) =>
        ReceiveNAsync(numberOfMessages, RemainingOrDefault, cancellationToken);

    public async IAsyncEnumerable<object> ReceiveNAsync(int numberOfMessages, TimeSpan max, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var message in await ReceiveN(numberOfMessages, Dilated(max), false, cancellationToken).ConfigureAwait(false)) yield return message;
    }

    /// <summary>Takes messages until one fits, and returns that.</summary>
    public object FishForMessage(Predicate<object> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        FishForMessage<object>(isMessage, max, hint, cancellationToken);

    public T FishForMessage<T>(Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        Fish(true, isMessage, max, hint, cancellationToken).AsTask().GetAwaiter().GetResult();

    public ValueTask<object> FishForMessageAsync(Predicate<object> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        FishForMessageAsync<object>(isMessage, max, hint, cancellationToken);

    public ValueTask<T> FishForMessageAsync<T>(Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        Fish(false, isMessage, max, hint, cancellationToken);

    /// <summary>Takes messages until one is of this type.</summary>
    public async Task FishUntilMessageAsync<T>(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        await Fish<T>(false, _ => true, max, "", cancellationToken).ConfigureAwait(false);

    /// <summary>Takes messages of the type while they fit; the first that doesn't is taken too, but not returned.</summary>
    public IReadOnlyList<T> ReceiveWhile<T>(Predicate<T> shouldContinue, TimeSpan? max = null, TimeSpan? idle = null, int msgs = int.MaxValue, bool shouldIgnoreOtherMessageTypes = true, CancellationToken cancellationToken = default)
    {
        var end = Now + RemainingOrDilated(max);
        var received = new List<T>();
        while (received.Count < msgs)
        {
            var left = Max(end - Now, TimeSpan.Zero);
            var envelope = Receive(true, idle is { } most && most < left ? most : left, cancellationToken, dilate: false).AsTask().GetAwaiter().GetResult();
            if (envelope is null) break;
            if (envelope.Message is T typed)
            {
                if (!shouldContinue(typed)) break;
                received.Add(typed);
            }
            else if (!shouldIgnoreOtherMessageTypes)
            {
                break;
            }
        }

        _lastWasNoMsg = true;
        return received;
    }

    private async ValueTask<MessageEnvelope?> Receive(bool sync, TimeSpan? max, CancellationToken cancellationToken, bool dilate = true)
    {
        var timeout = max == Timeout.InfiniteTimeSpan ? Timeout.InfiniteTimeSpan : dilate ? RemainingOrDilated(max) : max!.Value;
        var envelope = await _mailbox.Take(sync, timeout, cancellationToken).ConfigureAwait(false);
        _lastWasNoMsg = false;
        _last = envelope ?? NullMessageEnvelope.Instance;
        return envelope;
    }

    private async ValueTask<IReadOnlyCollection<object>> ReceiveN(int count, TimeSpan max, bool sync, CancellationToken cancellationToken)
    {
        var end = Now + max;
        var received = new List<object>(count);
        while (received.Count < count)
        {
            var envelope = await Receive(sync, Max(end - Now, TimeSpan.Zero), cancellationToken, dilate: false).ConfigureAwait(false);
            if (envelope is null) _assertions.Fail("Timeout ({0}) while expecting {1} messages. Only got {2} after {0}.", max, count, received.Count);
            else received.Add(envelope.Message);
        }

        return received;
    }

    private async ValueTask<T> Fish<T>(bool sync, Predicate<T> isMessage, TimeSpan? max, string hint, CancellationToken cancellationToken)
    {
        var limit = RemainingOrDilated(max);
        var end = Now + limit;
        while (true)
        {
            var envelope = await Receive(sync, Max(end - Now, TimeSpan.Zero), cancellationToken, dilate: false).ConfigureAwait(false);
            if (envelope is null) _assertions.Fail("Timeout ({0}) during fishForMessage{1}", limit, string.IsNullOrEmpty(hint) ? "" : $", hint: {hint}");
            else if (envelope.Message is T typed && isMessage(typed)) return typed;
        }
    }
}
