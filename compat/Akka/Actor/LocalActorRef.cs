using Akka.Dispatch;
using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

/// <summary>The ref of an actor of this process.</summary>
internal sealed class LocalActorRef : InternalActorRefBase
{
    private readonly ActorCell _cell;

    public LocalActorRef(ActorSystemImpl system, Props props, MessageDispatcher dispatcher, IInternalActorRef supervisor, ActorPath path)
    {
        Path = path;
        _cell = new ActorCell(system, this, props, dispatcher, supervisor);
    }

    public override ActorPath Path { get; }

    public ActorCell Cell => _cell;

    /// <summary>Finds children that aren't actors (the root's only).</summary>
    public Func<string, IInternalActorRef?>? ExtraChild { get; init; }

    public override IInternalActorRef Parent => _cell.Parent;

    public override IActorRefProvider Provider => _cell.SystemImpl.Provider;

    public override bool IsTerminated => _cell.IsTerminated;

    public override bool IsLocal => true;

    public override IActorRef GetChild(IReadOnlyList<string> name) => ActorTree.Walk(this, name);

    public override void Start() => _cell.Start();

    public override void Resume(Exception? causedByFailure = null) => _cell.SendSystemMessage(new Resume(causedByFailure));

    public override void Suspend() => _cell.SendSystemMessage(new Suspend());

    public override void Restart(Exception cause) => _cell.SendSystemMessage(new Recreate(cause));

    public override void Stop() => _cell.SendSystemMessage(new Terminate());

    public override void SendSystemMessage(ISystemMessage message) => _cell.SendSystemMessage(message);

    protected override void TellInternal(object message, IActorRef sender) => _cell.Mailbox.Enqueue(new Envelope(message, sender));
}
