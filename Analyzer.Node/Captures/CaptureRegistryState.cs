using System.Collections.Immutable;
using Shared.Messages.Captures;

namespace Analyzer.Node.Captures;

/// <summary>The captures that users asked for, oldest first. Pure.</summary>
internal sealed record CaptureRegistryState(ImmutableList<Capture> Captures)
{
    public static CaptureRegistryState Empty { get; } = new([]);

    public static CaptureRegistryState From(Shared.Messages.Captures.CaptureRegistryState snapshot) => new([.. snapshot.Captures]);

    /// <summary>Either the event of a new capture or why there's none.</summary>
    public (CaptureCreated? Event, CaptureRefused? Refusal) Decide(CreateCapture command, Func<string, string?> filterError, string newUuid, long at)
    {
        if (command.Capture is not { } asked)
        {
            return Refuse("the capture is missing.");
        }

        if (CaptureRules.Check(asked, filterError) is { } wrong)
        {
            return Refuse(wrong);
        }

        if (Captures.Find(known => CaptureRules.AreDuplicates(known, asked)) is { } same)
        {
            return (null, new CaptureRefused
            {
                Reason = $"capture {same.Uuid} already captures \"{same.GremlinQuery}\"{(same.BpfFilter.Length > 0 ? $" with filter \"{same.BpfFilter}\"" : "")}.",
                Duplicate = true,
            });
        }

        if (Captures.Count >= CaptureLimits.MaxCaptures)
        {
            return Refuse($"captures: there are {CaptureLimits.MaxCaptures}, and may be no more: delete one first.");
        }

        var capture = asked.Clone();
        if (capture.Uuid.Length == 0)
        {
            capture.Uuid = newUuid;
        }

        capture.CreatedAt = at;
        return (new CaptureCreated { Capture = capture }, null);
    }

    /// <summary>Either the event of the end of a capture or why there's none.</summary>
    public (CaptureDeleted? Event, CaptureRefused? Refusal) Decide(DeleteCapture command, long at) =>
        Captures.Exists(known => known.Uuid == command.Uuid)
            ? (new CaptureDeleted { Uuid = command.Uuid, At = at }, null)
            : (null, new CaptureRefused { Reason = $"there is no capture {command.Uuid}.", NotFound = true });

    public Shared.Messages.Captures.Captures Answer(GetCaptures get) => new() { Captures_ = { Captures.Where(known => get.Uuid.Length == 0 || get.Uuid == known.Uuid) } };

    public CaptureRegistryState Apply(CaptureCreated created) => new(Captures.Add(created.Capture));

    public CaptureRegistryState Apply(CaptureDeleted deleted) => new(Captures.RemoveAll(known => known.Uuid == deleted.Uuid));

    public Shared.Messages.Captures.CaptureRegistryState ToSnapshot()
    {
        var snapshot = new Shared.Messages.Captures.CaptureRegistryState();
        snapshot.Captures.AddRange(Captures);
        return snapshot;
    }

    private static (CaptureCreated?, CaptureRefused?) Refuse(string reason) => (null, new CaptureRefused { Reason = reason });
}
