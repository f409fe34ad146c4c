using System.Collections.Concurrent;

namespace Akka.Serialization;

/// <summary>
/// Which serializer writes which type. The binding closest to the type wins: its own, then its nearest base class's (but for
/// <see cref="object"/>), then the most derived interface's, and <see cref="object"/>'s last.
/// </summary>
internal sealed class SerializerBindings
{
    private readonly ConcurrentDictionary<Type, Serializer> _bound = new();
    private readonly ConcurrentDictionary<Type, Serializer> _found = new();

    public void Bind(Type type, Serializer serializer)
    {
        _bound[type] = serializer;
        _found.Clear();
    }

    /// <summary>The serializer for the type, without regard to a binding of <see cref="object"/>; null if there is none.</summary>
    public Serializer? Find(Type type)
    {
        if (_found.TryGetValue(type, out var known))
            return known;
        var found = Search(type);
        if (found is not null)
            _found.TryAdd(type, found);
        return found;
    }

    public Serializer? OfObject => _bound.GetValueOrDefault(typeof(object));

    private Serializer? Search(Type type)
    {
        for (var t = type; t is not null && t != typeof(object); t = t.BaseType)
        {
            if (_bound.TryGetValue(t, out var serializer))
                return serializer;
        }

        Type? best = null;
        foreach (var candidate in _bound.Keys)
        {
            if (!candidate.IsInterface || !candidate.IsAssignableFrom(type))
                continue;
            // Of interfaces that have nothing to do with each other, the name decides, so that every node decides alike.
            if (best is null || best.IsAssignableFrom(candidate)
                || (!candidate.IsAssignableFrom(best) && string.CompareOrdinal(candidate.FullName, best.FullName) < 0))
                best = candidate;
        }

        return best is null ? null : _bound[best];
    }
}
