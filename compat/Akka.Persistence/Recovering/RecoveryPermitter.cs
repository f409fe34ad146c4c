using Akka.Actor;

namespace Akka.Persistence.Recovering;

internal sealed class RequestRecoveryPermit
{
    public static readonly RequestRecoveryPermit Instance = new();
}

internal sealed class RecoveryPermitGranted
{
    public static readonly RecoveryPermitGranted Instance = new();
}

internal sealed class ReturnRecoveryPermit
{
    public static readonly ReturnRecoveryPermit Instance = new();
}

/// <summary>
/// Lets at most <c>max-concurrent-recoveries</c> persistent actors recover at the same time, the others in the order they asked.
/// </summary>
internal sealed class RecoveryPermitter : ActorBase
{
    private readonly int _max;
    private readonly HashSet<IActorRef> _recovering = [];
    private readonly LinkedList<IActorRef> _waiting = new();

    public RecoveryPermitter(int maxConcurrentRecoveries) => _max = maxConcurrentRecoveries;

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case RequestRecoveryPermit:
                Context.Watch(Sender);
                if (_recovering.Count < _max)
                    Grant(Sender);
                else
                    _waiting.AddLast(Sender);
                return true;
            case ReturnRecoveryPermit:
                Context.Unwatch(Sender);
                Return(Sender);
                return true;
            case Terminated terminated:
                if (!_waiting.Remove(terminated.ActorRef))
                    Return(terminated.ActorRef);
                return true;
            default:
                return false;
        }
    }

    private void Grant(IActorRef actor)
    {
        _recovering.Add(actor);
        actor.Tell(RecoveryPermitGranted.Instance, Self);
    }

    private void Return(IActorRef actor)
    {
        if (!_recovering.Remove(actor) || _waiting.First is not { } next)
            return;
        _waiting.RemoveFirst();
        Grant(next.Value);
    }
}
