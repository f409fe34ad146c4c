using Akka.Actor;

namespace Akka.TestKit;

/// <summary>A kit that leaves the thread's implicit sender alone.</summary>
public interface INoImplicitSender
{
}

/// <summary>Keeps the test actor the implicit sender of an asynchronous test, whatever thread it goes on on.</summary>
internal sealed class TestActorSynchronizationContext(ActorCell testActor) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => ThreadPool.UnsafeQueueUserWorkItem(
        static work => work.Context.Run(work.Callback, work.State), (Context: this, Callback: d, State: state), preferLocal: false);

    public override void Send(SendOrPostCallback d, object? state) => Run(d, state);

    private void Run(SendOrPostCallback callback, object? state)
    {
        var previousContext = Current;
        var previousCell = testActor.Enter();
        SetSynchronizationContext(this);
        try
        {
            callback(state);
        }
        finally
        {
            SetSynchronizationContext(previousContext);
            ActorCell.Leave(previousCell);
        }
    }
}
