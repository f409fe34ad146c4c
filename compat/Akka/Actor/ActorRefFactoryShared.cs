using Akka.Util;

namespace Akka.Actor;

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
