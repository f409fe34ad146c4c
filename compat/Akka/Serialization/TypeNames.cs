using System.Collections.Concurrent;
using System.Runtime.Serialization;

namespace Akka.Serialization;

/// <summary>Types by the names that travel next to bytes: full name and assembly, without its version.</summary>
internal static class TypeNames
{
    private static readonly ConcurrentDictionary<Type, string> s_names = new();
    private static readonly ConcurrentDictionary<string, Type> s_types = new(StringComparer.Ordinal);

    public static string Of(Type type) => s_names.GetOrAdd(type, static t =>
    {
        var assembly = t.Assembly.GetName().Name;
        return assembly == typeof(object).Assembly.GetName().Name ? t.FullName! : $"{t.FullName}, {assembly}";
    });

    /// <exception cref="SerializationException">No such type here.</exception>
    public static Type Find(string name)
    {
        // Only names that exist are kept, so that a peer can't fill the table.
        if (s_types.TryGetValue(name, out var known))
            return known;
        var type = Type.GetType(name, throwOnError: false) ?? throw new SerializationException($"There is no type '{name}' here.");
        s_types.TryAdd(name, type);
        return type;
    }
}
