using System.Collections.Immutable;
using Shared.Messages.Topology;
using Topology.Fabric.Links;
using FabricLink = Shared.Messages.Topology.FabricLink;

namespace Analyzer.Node.Fabric;

/// <summary>The links given by the API, as events say. Those of the configuration aren't events: they come from the file at each start. Pure.</summary>
/// <param name="Links">By UUID.</param>
internal sealed record FabricLinksState(ImmutableSortedDictionary<string, FabricLink> Links)
{
    private const int MaxLinks = 1000;
    private const int MaxLength = 4096;

    public static FabricLinksState Empty { get; } = new(ImmutableSortedDictionary.Create<string, FabricLink>(StringComparer.Ordinal));

    public static FabricLinksState From(FabricLinkState snapshot) =>
        new(Empty.Links.AddRange(snapshot.Links.Select(l => KeyValuePair.Create(l.Uuid, l))));

    /// <summary>What's against a link's length, for the user; null when nothing is.</summary>
    public static string? CheckSize(string link) => link.Length > MaxLength ? $"Link: {link.Length} characters are more than the {MaxLength} there may be." : null;

    /// <summary>The event that adds a link, the link there is already when it says the same, or why it can't be.</summary>
    public (FabricLinkCreated? Event, FabricLink? Existing, FabricLinkRefused? Refusal) Decide(CreateFabricLink create, string uuid, long at)
    {
        try
        {
            FabricLinkParser.Parse(create.Link);
        }
        catch (FabricLinkException e)
        {
            return (null, null, new FabricLinkRefused { Reason = e.Message, Column = e.Column });
        }

        if (Links.Values.FirstOrDefault(l => l.Link == create.Link) is { } existing)
        {
            return (null, existing, null);
        }

        return Links.Count >= MaxLinks
            ? (null, null, new FabricLinkRefused { Reason = $"Link: there are {MaxLinks} links, and may be no more: delete one first.", Column = 1 })
            : (new FabricLinkCreated { Link = new FabricLink { Uuid = uuid, Link = create.Link, CreatedAt = at } }, null, null);
    }

    /// <summary>The event that takes a link away, or why it can't be.</summary>
    public (FabricLinkDeleted? Event, FabricLinkRefused? Refusal) Decide(DeleteFabricLink delete, long at) =>
        Links.ContainsKey(delete.Uuid)
            ? (new FabricLinkDeleted { Uuid = delete.Uuid, At = at }, null)
            : (null, new FabricLinkRefused { Reason = $"there's no fabric link {delete.Uuid}", NotFound = true });

    public FabricLinksState Apply(FabricLinkCreated created) => new(Links.SetItem(created.Link.Uuid, created.Link));

    public FabricLinksState Apply(FabricLinkDeleted deleted) => new(Links.Remove(deleted.Uuid));

    public FabricLinkState ToMessage()
    {
        var message = new FabricLinkState();
        message.Links.Add(Links.Values);
        return message;
    }
}
