using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using Analyzer.Node.Logging;
using Microsoft.Extensions.Logging;
using Shared.Messages.Hosting;
using Shared.Messages.Logging;

namespace Analyzer.Node.Host;

/// <summary>
/// Has this analyzer leave a cluster with fewer than half of the analyzers while others, which are no members of it, can be reached: the
/// others have a cluster of their own, and there may be one only. Starting anew it joins theirs.
/// </summary>
internal sealed class QuorumWatch : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    /// <summary>Looks in a row that find it so: one that starts or leaves needs a while.</summary>
    private const int Enough = 4;

    private readonly ILogger _log = Context.Log();
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly IReadOnlyList<string> _seeds;
    private int _found;

    /// <param name="seeds">"host:port" of all analyzers.</param>
    public static Props Props(IReadOnlyList<string> seeds) => Akka.Actor.Props.Create(() => new QuorumWatch(seeds));

    public QuorumWatch(IReadOnlyList<string> seeds)
    {
        _seeds = seeds;
        Receive<Look>(_ => OnLook());
        Receive<Strangers>(OnStrangers);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        if (_seeds.Count > 1)
        {
            Timers.StartPeriodicTimer(Look.Instance, Look.Instance, LookEvery);
        }
    }

    private void OnLook()
    {
        var members = _cluster.State.Members.Select(member => $"{member.Address.Host}:{member.Address.Port}").ToHashSet(StringComparer.Ordinal);
        var others = _seeds.Where(seed => !members.Contains(seed)).ToList();
        if (members.Count == 0 || _seeds.Count - others.Count >= SeedGate.MajorityOf(_seeds.Count))
        {
            _found = 0;
            return;
        }

        KnockAsync(others).PipeTo(Self);
    }

    private static async Task<Strangers> KnockAsync(List<string> endpoints)
    {
        var listens = await Task.WhenAll(endpoints.Select(endpoint => Knock.ListensAsync(endpoint, CancellationToken.None))).ConfigureAwait(false);
        return new Strangers([.. endpoints.Where((_, i) => listens[i])]);
    }

    private void OnStrangers(Strangers strangers)
    {
        _found = strangers.Endpoints.Count > 0 ? _found + 1 : 0;
        if (_found == Enough)
        {
            _log.LeavesForAnother(string.Join(", ", strangers.Endpoints));
            _cluster.Down(_cluster.SelfAddress);
        }
    }

    private sealed record Strangers(IReadOnlyList<string> Endpoints) : INotInfluenceReceiveTimeout;

    private sealed class Look : IDeadLetterSuppression
    {
        public static readonly Look Instance = new();
    }
}
