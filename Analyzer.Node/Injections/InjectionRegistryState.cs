using System.Collections.Immutable;
using Shared.Messages.Injections;
using Shared.Messages.Topology;

namespace Analyzer.Node.Injections;

/// <summary>The injections that users asked for, oldest first, with what became of them. Pure.</summary>
internal sealed record InjectionRegistryState(ImmutableList<Injection> Injections)
{
    public const string Pending = "pending";
    public const string Running = "running";
    public const string Finished = "finished";
    public const string Failed = "failed";

    public static InjectionRegistryState Empty { get; } = new([]);

    /// <summary>The injections that aren't over.</summary>
    public IEnumerable<Injection> Open => Injections.Where(injection => !IsOver(injection.State));

    public static InjectionRegistryState From(Shared.Messages.Injections.InjectionRegistryState snapshot) => new([.. snapshot.Injections]);

    public static bool IsOver(string state) => state is Finished or Failed;

    /// <summary>The event of a new injection, all addresses of which are resolved; null when its id is taken.</summary>
    public InjectionCreated? DecideCreate(Injection resolved, string newUuid, long at)
    {
        var injection = resolved.Clone();
        if (injection.Uuid.Length == 0)
        {
            injection.Uuid = newUuid;
        }

        if (Find(injection.Uuid) is not null)
        {
            return null;
        }

        injection.State = Pending;
        injection.StartTime = at;
        return new InjectionCreated { Injection = injection };
    }

    /// <summary>Either the event of a deletion or why there's none.</summary>
    public (InjectionDeleted? Event, InjectionRefused? Refusal) Decide(DeleteInjection command, long at) =>
        Find(command.Uuid) is not null
            ? (new InjectionDeleted { Uuid = command.Uuid, At = at }, null)
            : (null, new InjectionRefused { Reason = $"there is no injection {command.Uuid}.", NotFound = true });

    /// <summary>The event of progress; null when the injection is unknown or over.</summary>
    public InjectionChanged? Decide(InjectionProgress progress, long at) =>
        Find(progress.Uuid) is { } known && !IsOver(known.State) ? new InjectionChanged { Progress = progress, At = at } : null;

    /// <summary>Open injections whose source goes with this change fail.</summary>
    public IEnumerable<InjectionChanged> Decide(GraphChanged changed)
    {
        var gone = changed.Changes.Where(change => change.ChangeCase == GraphChange.ChangeOneofCase.NodeDeleted).Select(change => change.NodeDeleted).ToHashSet(StringComparer.Ordinal);
        return gone.Count == 0
            ? []
            : Open.Where(injection => gone.Contains(injection.NodeId)).Select(injection => FailureOf(injection, $"the node it was injected from has left the graph ({changed.Cause}).", changed.At));
    }

    /// <summary>After a restart nobody tells what became of the open ones any more: they fail.</summary>
    public IEnumerable<InjectionChanged> DecideRestarted(long at) =>
        Open.Select(injection => FailureOf(injection, "the analyzer was restarted meanwhile; how much was sent isn't known.", at));

    public InjectionRegistryState Apply(InjectionCreated created) => new(Injections.Add(created.Injection));

    public InjectionRegistryState Apply(InjectionDeleted deleted) => new(Injections.RemoveAll(injection => injection.Uuid == deleted.Uuid));

    public InjectionRegistryState Apply(InjectionChanged changed)
    {
        var index = Injections.FindIndex(injection => injection.Uuid == changed.Progress.Uuid);
        if (index < 0)
        {
            return this;
        }

        var injection = Injections[index].Clone();
        injection.State = changed.Progress.State;
        injection.Error = changed.Progress.Error;
        injection.Sent = Math.Max(injection.Sent, changed.Progress.Sent);
        return new(Injections.SetItem(index, injection));
    }

    public Shared.Messages.Injections.InjectionRegistryState ToSnapshot()
    {
        var snapshot = new Shared.Messages.Injections.InjectionRegistryState();
        snapshot.Injections.AddRange(Injections);
        return snapshot;
    }

    public Injection? Find(string uuid) => Injections.Find(injection => injection.Uuid == uuid);

    private static InjectionChanged FailureOf(Injection injection, string error, long at) => new()
    {
        Progress = new InjectionProgress { Uuid = injection.Uuid, State = Failed, Sent = injection.Sent, Error = error },
        At = at,
    };
}
