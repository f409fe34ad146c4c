using System.Text.RegularExpressions;
using Akka.Util;

namespace Akka.Actor;

/// <summary>One step of a selection's path.</summary>
public abstract class SelectionPathElement
{
}

/// <summary>The child of that name.</summary>
public class SelectChildName : SelectionPathElement
{
    public SelectChildName(string name) => Name = name;

    public string Name { get; }

    public override bool Equals(object? obj) => obj is SelectChildName other && Name == other.Name;

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Name;
}

/// <summary>All children whose names match a pattern of * and ?.</summary>
public class SelectChildPattern : SelectionPathElement
{
    public SelectChildPattern(string patternStr) => PatternStr = patternStr;

    public string PatternStr { get; }

    public override bool Equals(object? obj) => obj is SelectChildPattern other && PatternStr == other.PatternStr;

    public override int GetHashCode() => PatternStr.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => PatternStr;
}

/// <summary>The parent.</summary>
public class SelectParent : SelectionPathElement
{
    public static readonly SelectParent Instance = new();

    public override bool Equals(object? obj) => obj is SelectParent;

    public override int GetHashCode() => typeof(SelectParent).GetHashCode();

    public override string ToString() => "..";
}

/// <summary>A message on its way along a selection's path. Crosses nodes.</summary>
public class ActorSelectionMessage : IAutoReceivedMessage, IPossiblyHarmful, IWrappedMessage
{
    public ActorSelectionMessage(object message, SelectionPathElement[] elements, bool wildCardFanOut = false)
    {
        Message = message;
        Elements = elements;
        WildCardFanOut = wildCardFanOut;
    }

    public object Message { get; }

    public SelectionPathElement[] Elements { get; }

    /// <summary>True when more than one actor may get it; then those that don't exist stay silent.</summary>
    public bool WildCardFanOut { get; }

    public override string ToString() => $"ActorSelectionMessage - Message: {Message} - WildCartFanOut: {WildCardFanOut} - Elements: {string.Join('/', (object[])Elements)}";
}

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

/// <summary>Making selections, and walking along them.</summary>
internal static class ActorRefFactoryShared
{
    public static ActorSelection ActorSelection(ActorPath path, ActorSystemImpl system) =>
        new(system.Provider.RootGuardianAt(path.Address), path.Elements);

    /// <summary>A selection from a full path, a path from the root ("/user/a") or one relative to a ref ("../a").</summary>
    public static ActorSelection ActorSelection(string path, ActorSystemImpl system, IActorRef lookupRoot)
    {
        if (Address.TryParse(path, out var address, out var rest)) return new ActorSelection(system.Provider.RootGuardianAt(address), rest);
        return path.StartsWith('/')
            ? new ActorSelection(system.Provider.RootGuardian, path)
            : new ActorSelection(lookupRoot, path);
    }

    public static void Deliver(IInternalActorRef anchor, ActorSelectionMessage selection, IActorRef? sender) =>
        Deliver(anchor, selection, 0, sender);

    private static void Deliver(IInternalActorRef from, ActorSelectionMessage selection, int index, IActorRef? sender)
    {
        var current = from;
        for (; index < selection.Elements.Length; index++)
        {
            if (!current.IsLocal)
            {
                // The rest of the way is the other node's.
                current.Tell(new ActorSelectionMessage(selection.Message, selection.Elements[index..], selection.WildCardFanOut), sender);
                return;
            }

            switch (selection.Elements[index])
            {
                case SelectParent:
                    current = current.Parent is Nobody ? current : current.Parent;
                    break;
                case SelectChildName child:
                    if (current.GetChild([child.Name]) is IInternalActorRef next and not Nobody)
                    {
                        current = next;
                        break;
                    }

                    var missing = current.Path / selection.Elements[index..].Select(element => element.ToString()!);
                    new EmptyLocalActorRef(current.Provider, missing, EventStreamOf(current)).Tell(
                        new ActorSelectionMessage(selection.Message, selection.Elements[index..], selection.WildCardFanOut), sender);
                    return;
                case SelectChildPattern pattern:
                    if (current is not LocalActorRef parent) return;
                    foreach (var match in parent.Cell.GetChildren())
                    {
                        if (WildcardMatch.Like(match.Path.Name, pattern.PatternStr)) Deliver(match, selection, index + 1, sender);
                    }

                    return;
            }
        }

        if (current.IsLocal) current.Tell(selection.Message, sender);
        else current.Tell(new ActorSelectionMessage(selection.Message, [], selection.WildCardFanOut), sender);
    }

    private static Event.EventStream EventStreamOf(IInternalActorRef actor) => actor.Provider.EventStream;
}
