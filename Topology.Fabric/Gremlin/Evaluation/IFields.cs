using Shared.Messages.Flows;
using Topology.Fabric.Flows;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin.Evaluation;

/// <summary>Something whose fields a query can ask for by dotted key.</summary>
internal interface IFields
{
    /// <summary>The value of a key; false when it has none.</summary>
    bool TryGet(string key, out MetaValue value);

    /// <summary>Whether a value of the key, or a member of it if it's a list, satisfies a condition.</summary>
    bool Any(string key, Func<MetaValue, bool> condition);

    /// <summary>All keys.</summary>
    IEnumerable<string> Keys();
}

/// <summary>A node's or an edge's: its own fields (ID, Host, …), then its metadata.</summary>
internal readonly struct ElementFields(GraphElement element) : IFields
{
    private static readonly string[] OwnKeys = ["ID", "Host", "Origin", "CreatedAt", "UpdatedAt", "Revision"];

    public bool TryGet(string key, out MetaValue value)
    {
        MetaValue? own = key switch
        {
            "ID" => element.Id,
            "Host" => element.Host,
            "Origin" => element.Origin,
            "CreatedAt" => element.CreatedAt,
            "UpdatedAt" => element.UpdatedAt,
            "Revision" => element.Revision,
            "Parent" when element is Edge edge => edge.Parent,
            "Child" when element is Edge edge => edge.Child,
            _ => null,
        };
        value = own.GetValueOrDefault();
        return own.HasValue || element.Metadata.TryLookup(StripPrefix(key), out value);
    }

    public bool Any(string key, Func<MetaValue, bool> condition)
    {
        var inner = StripPrefix(key);
        if (element.Metadata.TryGet(inner, out var value))
        {
            return Metadata.IsAny(value, condition);
        }

        return inner.Contains('.', StringComparison.Ordinal) ? element.Metadata.Any(inner, condition) : TryGet(key, out value) && condition(value);
    }

    public IEnumerable<string> Keys() => [.. OwnKeys, .. element.Metadata.Keys()];

    private static string StripPrefix(string key) => key.StartsWith("Metadata.", StringComparison.Ordinal) ? key["Metadata.".Length..] : key;
}

/// <summary>A map's.</summary>
internal readonly struct MapFields(Metadata fields) : IFields
{
    public bool TryGet(string key, out MetaValue value) => fields.TryLookup(key, out value);

    public bool Any(string key, Func<MetaValue, bool> condition) => fields.Any(key, condition);

    public IEnumerable<string> Keys() => fields.Keys();
}

/// <summary>A flow's, under the names of its JSON. "Network", "Link" and "Transport" alone stand for either end.</summary>
internal readonly struct FlowFields(Flow flow) : IFields
{
    public bool TryGet(string key, out MetaValue value) => FlowView.TryGet(flow, key, out value);

    public bool Any(string key, Func<MetaValue, bool> condition) =>
        key is "Network" or "Link" or "Transport"
            ? (TryGet(key + ".A", out var a) && condition(a)) || (TryGet(key + ".B", out var b) && condition(b))
            : TryGet(key, out var value) && AnyOf(value, condition);

    // A flow's answers are a list of maps, in which a text record has a list of its own.
    private static bool AnyOf(MetaValue value, Func<MetaValue, bool> condition) =>
        condition(value) || (value.Kind == MetaKind.List && value.Items.Any(item => AnyOf(item, condition)));

    public IEnumerable<string> Keys() => FlowView.Keys(flow);
}
