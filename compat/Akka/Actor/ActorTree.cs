namespace Akka.Actor;

/// <summary>Finding refs by names.</summary>
internal static class ActorTree
{
    /// <summary>Follows names down (or "..", up) from a ref; Nobody where a name has no actor.</summary>
    public static IActorRef Walk(IInternalActorRef from, IReadOnlyList<string> names)
    {
        var current = from;
        for (var i = 0; i < names.Count; i++)
        {
            var name = names[i];
            if (name.Length == 0) continue;
            if (name == "..")
            {
                current = current.Parent;
            }
            else if (current is LocalActorRef local)
            {
                if ((local.Cell.ChildNamed(name) ?? local.ExtraChild?.Invoke(name)) is not { } child) return ActorRefs.Nobody;
                current = child;
            }
            else
            {
                // Roots, containers and remote refs know their own children.
                return current.GetChild([.. names.Skip(i)]);
            }
        }

        return current;
    }
}
