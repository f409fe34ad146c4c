using Akka.Actor;
using Akka.Persistence.Serialization;

namespace Akka.Persistence;

/// <summary>What <c>Deliver</c> sent and nobody has confirmed yet, to be kept in an actor's own snapshot.</summary>
public sealed class AtLeastOnceDeliverySnapshot : IMessage
{
    public AtLeastOnceDeliverySnapshot(long currentDeliveryId, UnconfirmedDelivery[] unconfirmedDeliveries)
    {
        CurrentDeliveryId = currentDeliveryId;
        UnconfirmedDeliveries = unconfirmedDeliveries ?? throw new ArgumentNullException(nameof(unconfirmedDeliveries));
    }

    public long CurrentDeliveryId { get; }

    public UnconfirmedDelivery[] UnconfirmedDeliveries { get; }
}

public sealed class UnconfirmedDelivery(long deliveryId, ActorPath destination, object message)
{
    public long DeliveryId { get; } = deliveryId;

    public ActorPath Destination { get; } = destination;

    public object Message { get; } = message;
}

/// <summary>Told to the delivering actor: these were sent as often as warn-after-number-of-unconfirmed-attempts says, and never confirmed.</summary>
public sealed class UnconfirmedWarning(UnconfirmedDelivery[] unconfirmedDeliveries)
{
    public UnconfirmedDelivery[] UnconfirmedDeliveries { get; } = unconfirmedDeliveries;
}

/// <summary>More messages are unconfirmed than max-unconfirmed-messages allows.</summary>
public class MaxUnconfirmedMessagesExceededException : Exception
{
    public MaxUnconfirmedMessagesExceededException()
    {
    }

    public MaxUnconfirmedMessagesExceededException(string message) : base(message)
    {
    }

    public MaxUnconfirmedMessagesExceededException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>Sends messages again until they are confirmed; the delivery id is the same after a recovery.</summary>
public class AtLeastOnceDeliverySemantic
{
    private readonly IActorContext _context;
    private readonly PersistenceSettings.AtLeastOnceDeliverySettings _settings;
    private readonly SortedDictionary<long, Delivery> _unconfirmed = [];
    private ICancelable? _timer;
    private long _deliveryId;

    public AtLeastOnceDeliverySemantic(IActorContext context, PersistenceSettings.AtLeastOnceDeliverySettings settings)
    {
        _context = context;
        _settings = settings;
    }

    public TimeSpan RedeliverInterval => _settings.RedeliverInterval;

    public int RedeliveryBurstLimit => _settings.RedeliveryBurstLimit;

    public int WarnAfterNumberOfUnconfirmedAttempts => _settings.WarnAfterNumberOfUnconfirmedAttempts;

    public int MaxUnconfirmedMessages => _settings.MaxUnconfirmedMessages;

    public int UnconfirmedCount => _unconfirmed.Count;

    public void Deliver(ActorPath destination, Func<long, object> deliveryMessageMapper, bool isRecovering)
    {
        if (_unconfirmed.Count >= MaxUnconfirmedMessages)
            throw new MaxUnconfirmedMessagesExceededException($"{_context.Self} has too many unconfirmed messages. Maximum allowed is {MaxUnconfirmedMessages}");
        var id = ++_deliveryId;
        var message = deliveryMessageMapper(id);
        if (isRecovering)
        {
            // Not sent yet: an event to come may say that it was confirmed.
            _unconfirmed[id] = new Delivery(destination, message, DateTime.UtcNow - RedeliverInterval, 0);
            return;
        }

        Send(id, new Delivery(destination, message, DateTime.UtcNow, 0));
        StartTimer();
    }

    public bool ConfirmDelivery(long deliveryId)
    {
        if (!_unconfirmed.Remove(deliveryId))
            return false;
        if (_unconfirmed.Count == 0)
            Cancel();
        return true;
    }

    public AtLeastOnceDeliverySnapshot GetDeliverySnapshot() => new(
        _deliveryId,
        [.. _unconfirmed.Select(entry => new UnconfirmedDelivery(entry.Key, entry.Value.Destination, entry.Value.Message))]);

    public void SetDeliverySnapshot(AtLeastOnceDeliverySnapshot snapshot)
    {
        _deliveryId = snapshot.CurrentDeliveryId;
        var due = DateTime.UtcNow - RedeliverInterval;
        _unconfirmed.Clear();
        foreach (var delivery in snapshot.UnconfirmedDeliveries)
            _unconfirmed[delivery.DeliveryId] = new Delivery(delivery.Destination, delivery.Message, due, 0);
    }

    public void Cancel()
    {
        _timer?.Cancel();
        _timer = null;
    }

    public void OnReplaySuccess() => RedeliverOverdue();

    public bool AroundReceive(Receive receive, object message)
    {
        if (message is not RedeliveryTick)
            return false;
        RedeliverOverdue();
        return true;
    }

    private void RedeliverOverdue()
    {
        var now = DateTime.UtcNow;
        var deadline = now - RedeliverInterval;
        var warnings = new List<UnconfirmedDelivery>();
        foreach (var (id, delivery) in _unconfirmed.Where(entry => entry.Value.Timestamp <= deadline).Take(RedeliveryBurstLimit).ToArray())
        {
            Send(id, new Delivery(delivery.Destination, delivery.Message, now, delivery.Attempt));
            if (delivery.Attempt + 1 == WarnAfterNumberOfUnconfirmedAttempts)
                warnings.Add(new UnconfirmedDelivery(id, delivery.Destination, delivery.Message));
        }

        if (_unconfirmed.Count > 0)
            StartTimer();
        if (warnings.Count > 0)
            _context.Self.Tell(new UnconfirmedWarning([.. warnings]), _context.Self);
    }

    private void Send(long id, Delivery delivery)
    {
        _context.ActorSelection(delivery.Destination).Tell(delivery.Message, _context.Self);
        _unconfirmed[id] = delivery.IncrementedCopy();
    }

    private void StartTimer()
    {
        var half = TimeSpan.FromTicks(RedeliverInterval.Ticks / 2);
        _timer ??= _context.System.Scheduler.ScheduleTellRepeatedlyCancelable(half, half, _context.Self, RedeliveryTick.Instance, _context.Self);
    }

    public sealed class Delivery
    {
        public Delivery(ActorPath destination, object message, DateTime timestamp, int attempt)
        {
            Destination = destination;
            Message = message;
            Timestamp = timestamp;
            Attempt = attempt;
        }

        public ActorPath Destination { get; }

        public object Message { get; }

        public DateTime Timestamp { get; }

        public int Attempt { get; }

        public Delivery IncrementedCopy() => new(Destination, Message, Timestamp, Attempt + 1);
    }

    public sealed class RedeliveryTick : INotInfluenceReceiveTimeout, Event.IDeadLetterSuppression
    {
        private RedeliveryTick()
        {
        }

        public static RedeliveryTick Instance { get; } = new();
    }
}
