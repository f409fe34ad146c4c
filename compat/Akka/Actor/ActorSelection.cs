namespace Akka.Actor;

/// <summary>The actors, none or more, that a path with names, wildcards and ".." leads to when a message is told.</summary>
public class ActorSelection : ICanTell
{
    public ActorSelection(IActorRef anchor, SelectionPathElement[] path)
    {
        Anchor = anchor;
        Path = path;
    }

    public ActorSelection(IActorRef anchor, string path)
        : this(anchor, path.Split('/', StringSplitOptions.RemoveEmptyEntries))
    {
    }

    public ActorSelection(IActorRef anchor, IEnumerable<string> elements)
        : this(anchor, [.. elements.Where(element => element.Length > 0).Select(Element)])
    {
    }

    public IActorRef Anchor { get; }

    public SelectionPathElement[] Path { get; }

    public string PathString => "/" + string.Join('/', (object[])Path);

    public void Tell(object message, IActorRef? sender = null)
    {
        if (message is null) throw new InvalidMessageException("Message is null.");
        ActorRefFactoryShared.Deliver((IInternalActorRef)Anchor, new ActorSelectionMessage(message, Path, Path.Any(element => element is SelectChildPattern)), sender ?? ActorCell.Current?.Self);
    }

    public Task<IActorRef> ResolveOne(TimeSpan timeout) => ResolveOne(timeout, CancellationToken.None);

    /// <summary>The actor's ref.</summary>
    /// <exception cref="ActorNotFoundException">(in the task) there's no such actor, or it didn't answer in time</exception>
    public async Task<IActorRef> ResolveOne(TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            var identity = await this.Ask<ActorIdentity>(new Identify(null), timeout, ct).ConfigureAwait(false);
            return identity.Subject ?? throw new ActorNotFoundException("subject was null");
        }
        catch (AskTimeoutException exception)
        {
            throw new ActorNotFoundException($"Timeout while resolving {this}.", exception);
        }
    }

    public override bool Equals(object? obj) => obj is ActorSelection other && Equals(other);

    protected bool Equals(ActorSelection other) => Anchor.Equals(other.Anchor) && Path.SequenceEqual(other.Path);

    public override int GetHashCode() => HashCode.Combine(Anchor, PathString);

    public override string ToString() => $"ActorSelection[Anchor({Anchor.Path}), Path({PathString})]";

    private static SelectionPathElement Element(string element) => element switch
    {
        ".." => SelectParent.Instance,
        _ when element.AsSpan().ContainsAny('*', '?') => new SelectChildPattern(element),
        _ => new SelectChildName(element),
    };
}
