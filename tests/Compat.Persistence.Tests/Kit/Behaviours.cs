using Akka.Actor;
using Akka.Persistence;

namespace Compat.Persistence.Tests.Kit;

/// <summary>A persistent actor whose test says what it does with its commands; it tells its probe what happens.</summary>
public sealed class Behaviours : UntypedPersistentActor
{
    private readonly Action<Behaviours, object> _command;
    private readonly Action<Behaviours, object>? _recover;

    public Behaviours(string persistenceId, IActorRef probe, Action<Behaviours, object> command, Action<Behaviours, object>? recover)
    {
        PersistenceId = persistenceId;
        Probe = probe;
        _command = command;
        _recover = recover;
    }

    public override string PersistenceId { get; }

    public IActorRef Probe { get; }

    public IActorRef Asker => Sender;

    public IUntypedActorContext Ways => Context;

    public void Watch(IActorRef actor) => Context.Watch(actor);

    public static Props Of(string persistenceId, Probe probe, Action<Behaviours, object> command, Action<Behaviours, object>? recover = null) =>
        Props.Create(() => new Behaviours(persistenceId, probe.Ref, command, recover));

    protected override void OnCommand(object message) => _command(this, message);

    protected override void OnRecover(object message) => _recover?.Invoke(this, message);
}
