using System.Collections.Immutable;
using Google.Protobuf;
using Shared.Messages.Configuration;
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

    /// <summary>Either the event of a new injection, all addresses of which are resolved, or what's against it, for the user.</summary>
    public (InjectionCreated? Event, string? Refusal) DecideCreate(Injection resolved, string newUuid, long at)
    {
        var injection = resolved.Clone();
        if (injection.Uuid.Length == 0)
        {
            injection.Uuid = newUuid;
        }

        if (Open.Count() >= InjectionLimits.MaxOpen)
        {
            return (null, $"injections: {InjectionLimits.MaxOpen} aren't over, and no more may be at once: wait, or delete one.");
        }

        if (Open.Count(open => open.Host == injection.Host) >= InjectionLimits.MaxOpenOnHost)
        {
            return (null, $"Src: {InjectionLimits.MaxOpenOnHost} injections from host {injection.Host} aren't over, and no more may be at once: wait, or delete one.");
        }

        if (Open.Sum(open => (long)open.Pcap.Length) + injection.Pcap.Length > InjectionLimits.MaxOpenPcap)
        {
            return (null, $"Pcap: the packets of injections that aren't over may have {InjectionLimits.MaxOpenPcap >> 20} MiB in all: wait, or delete one.");
        }

        injection.State = Pending;
        injection.StartTime = at;
        return (new InjectionCreated { Injection = injection }, null);
    }

    /// <summary>The events that forget those that were over first: more than so many, or longer ago.</summary>
    public IEnumerable<InjectionDeleted> DecideForget(InjectionOptions keep, long at)
    {
        var over = Injections.Where(injection => IsOver(injection.State)).OrderByDescending(EndOf).ToList();
        return over.Where((injection, i) => i >= keep.Keep || EndOf(injection) < at - (long)keep.KeepFor.TotalMilliseconds)
            .Select(injection => new InjectionDeleted { Uuid = injection.Uuid, At = at });

        // What an earlier version stored has no end.
        static long EndOf(Injection injection) => Math.Max(injection.EndTime, injection.StartTime);
    }

    /// <summary>One injection as it was asked for but for its pcap, or all without their payloads.</summary>
    public Shared.Messages.Injections.Injections Answer(GetInjections get)
    {
        var answer = new Shared.Messages.Injections.Injections();
        foreach (var injection in Injections.Where(injection => get.Uuid.Length == 0 || injection.Uuid == get.Uuid))
        {
            var shown = WithoutPcap(injection);
            shown.Payload = get.Uuid.Length == 0 ? "" : shown.Payload;
            answer.Injections_.Add(shown);
        }

        return answer;
    }

    /// <summary>As users see it.</summary>
    public static Injection WithoutPcap(Injection injection) => new(injection) { Pcap = ByteString.Empty };

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

    /// <summary>One that can't be done fails.</summary>
    public InjectionChanged? DecideFailed(string uuid, string error, long at) =>
        Find(uuid) is { } known && !IsOver(known.State) ? FailureOf(known, error, at) : null;

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
        if (IsOver(injection.State))
        {
            injection.EndTime = changed.At;
            injection.Pcap = ByteString.Empty;
        }

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
