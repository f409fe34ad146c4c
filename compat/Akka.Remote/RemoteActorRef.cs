using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Remote.Transport;

namespace Akka.Remote;

/// <summary>An actor of another system.</summary>
internal sealed class RemoteActorRef(Remoting remoting, ActorPath path) : InternalActorRefBase
{
    private Association? _association;
    private RemoteActorRef? _parent;

    public override ActorPath Path { get; } = path;

    public override IActorRefProvider Provider => remoting.Provider;

    public override IInternalActorRef Parent => Path.Depth == 0 ? ActorRefs.Nobody : _parent ??= new RemoteActorRef(remoting, Path.Parent);

    public override bool IsTerminated => false;

    public override bool IsLocal => false;

    /// <summary>Whether this is the ref of an ask.</summary>
    public bool IsTemporary { get; } = path.Depth == 2 && path.Parent.Name == "temp";

    public Association Association => _association ??= remoting.AssociationWith(Path.Address);

    public override IActorRef GetChild(IReadOnlyList<string> name)
    {
        var at = Path;
        foreach (var element in name)
        {
            if (element == "..")
                at = at.Parent;
            else if (element.Length > 0)
                at /= element;
        }

        return ReferenceEquals(at, Path) ? this : new RemoteActorRef(remoting, at);
    }

    public override void Start()
    {
        // It was started where it lives.
    }

    public override void Suspend() => SendSystemMessage(new Suspend());

    public override void Resume(Exception? causedByFailure = null) => SendSystemMessage(new Resume(causedByFailure));

    public override void Restart(Exception cause) => SendSystemMessage(new Recreate(cause));

    public override void Stop() => SendSystemMessage(new Terminate());

    public override void SendSystemMessage(ISystemMessage message)
    {
        // The remote watcher watches for all actors here; only its own watching crosses the wire.
        switch (message)
        {
            case Watch watch when !watch.Watcher.Equals(remoting.Provider.RemoteWatcher):
                remoting.Provider.RemoteWatcher.Tell(new RemoteWatcher.WatchRemote(watch.Watchee, watch.Watcher), ActorRefs.NoSender);
                break;
            case Unwatch unwatch when !unwatch.Watcher.Equals(remoting.Provider.RemoteWatcher):
                remoting.Provider.RemoteWatcher.Tell(new RemoteWatcher.UnwatchRemote(unwatch.Watchee, unwatch.Watcher), ActorRefs.NoSender);
                break;
            default:
                remoting.Send(message, null, this);
                break;
        }
    }

    protected override void TellInternal(object message, IActorRef sender) => remoting.Send(message, sender, this);
}
