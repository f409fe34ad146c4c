using Akka.Actor;

namespace Akka.Persistence;

/// <summary>The same with handlers per message type.</summary>
public abstract class AtLeastOnceDeliveryReceiveActor : ReceivePersistentActor
{
    private readonly AtLeastOnceDeliverySemantic _delivery;

    protected AtLeastOnceDeliveryReceiveActor() : this(settings => settings)
    {
    }

    protected AtLeastOnceDeliveryReceiveActor(PersistenceSettings.AtLeastOnceDeliverySettings settings) : this(_ => settings)
    {
    }

    protected AtLeastOnceDeliveryReceiveActor(Func<PersistenceSettings.AtLeastOnceDeliverySettings, PersistenceSettings.AtLeastOnceDeliverySettings> overrideSettings) =>
        _delivery = new AtLeastOnceDeliverySemantic(Context, overrideSettings(Extension.Settings.AtLeastOnceDelivery));

    public TimeSpan RedeliverInterval => _delivery.RedeliverInterval;

    public int RedeliveryBurstLimit => _delivery.RedeliveryBurstLimit;

    public int WarnAfterNumberOfUnconfirmedAttempts => _delivery.WarnAfterNumberOfUnconfirmedAttempts;

    public int MaxUnconfirmedMessages => _delivery.MaxUnconfirmedMessages;

    public int UnconfirmedCount => _delivery.UnconfirmedCount;

    /// <summary>Sends the message made from the delivery id, and again until <see cref="ConfirmDelivery"/> is called with that id.</summary>
    public void Deliver(ActorPath destination, Func<long, object> deliveryMessageMapper) =>
        _delivery.Deliver(destination, deliveryMessageMapper, IsRecovering);

    public void Deliver(ActorSelection destination, Func<long, object> deliveryMessageMapper)
    {
        var path = destination.PathString;
        if (path.Contains('*', StringComparison.Ordinal) || path.Contains('?', StringComparison.Ordinal))
            throw new NotSupportedException($"Delivering to wildcard actor selections is not supported: {path}");
        Deliver(destination.Anchor.Path / path.Split('/', StringSplitOptions.RemoveEmptyEntries), deliveryMessageMapper);
    }

    /// <summary>Says that this delivery has arrived; false when it wasn't open.</summary>
    public bool ConfirmDelivery(long deliveryId) => _delivery.ConfirmDelivery(deliveryId);

    public AtLeastOnceDeliverySnapshot GetDeliverySnapshot() => _delivery.GetDeliverySnapshot();

    public void SetDeliverySnapshot(AtLeastOnceDeliverySnapshot snapshot) => _delivery.SetDeliverySnapshot(snapshot);

    public override void AroundPreRestart(Exception cause, object? message)
    {
        _delivery.Cancel();
        base.AroundPreRestart(cause, message);
    }

    public override void AroundPostStop()
    {
        _delivery.Cancel();
        base.AroundPostStop();
    }

    protected override void OnReplaySuccess()
    {
        _delivery.OnReplaySuccess();
        base.OnReplaySuccess();
    }

    protected internal override bool AroundReceive(Receive receive, object message) =>
        _delivery.AroundReceive(receive, message) || base.AroundReceive(receive, message);
}
