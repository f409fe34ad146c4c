using System.Diagnostics;
using Akka.Actor;
using Akka.Hosting;
using Analyzer.Node.Captures;
using Analyzer.Node.Fabric;
using Analyzer.Node.Flows;
using Analyzer.Node.Injections;
using Analyzer.Node.Queries;
using Analyzer.Node.Retention;
using Analyzer.Node.Topology;
using Analyzer.Node.Views;
using Google.Protobuf;
using Shared.Messages.Captures;
using Shared.Messages.Configuration;
using Shared.Messages.Injections;
using Shared.Messages.Parts;
using Shared.Messages.Retention;
using Shared.Messages.Topology;
using Topology.Fabric.Gremlin;

namespace Analyzer.Node.Http;

/// <summary>What the HTTP API and the console answer from.</summary>
/// <param name="provider">Has the actor system from its start on.</param>
/// <param name="options">The analyzer's configuration.</param>
internal sealed class AnalyzerServices(IServiceProvider provider, AnalyzerOptions options)
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StoreAgainFor = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private ActorRegistry Actors => field ??= provider.GetRequiredService<ActorRegistry>();

    /// <summary>The merged graph.</summary>
    public IActorRef View => Actors.Get<GraphView>();

    /// <summary>The shard region of hosts: passes commands to their agents.</summary>
    public IActorRef Hosts => Actors.Get<HostEntity>();

    /// <summary>All flows.</summary>
    public PartitionedFlowSource Flows => field ??= new PartitionedFlowSource(
        provider.GetRequiredService<ActorSystem>(), Actors.Get<FlowsEntity>(), options.FlowPartitions, options.Http.QueryTimeout, options.Http.QueryRows, options.Http.QueryBytes);

    /// <summary>What queries are answered from besides the graph and the flows.</summary>
    public QuerySources Sources { get; } = new() { Filters = expression => new PcapFilter(expression) };

    /// <summary>Bytes an answer may have.</summary>
    public long MostBytes => options.Http.QueryBytes;

    /// <summary>The capture registry.</summary>
    public IActorRef Captures => Actors.Get<CaptureRegistry>();

    /// <summary>The injection registry.</summary>
    public IActorRef Injections => Actors.Get<InjectionRegistry>();

    /// <summary>The fabric's links.</summary>
    public IActorRef Fabric => Actors.Get<FabricActor>();

    /// <summary>What prunes the journals.</summary>
    public IActorRef Retention => Actors.Get<RetentionActor>();

    /// <summary>Parent of all pages' sockets.</summary>
    public IActorRef Gateway => Actors.Get<Gateway>();

    /// <summary>The cluster as this node sees it.</summary>
    public Akka.Cluster.Cluster Cluster => Akka.Cluster.Cluster.Get(provider.GetRequiredService<ActorSystem>());

    /// <summary>Time a query or command has.</summary>
    public TimeSpan QueryTimeout => options.Http.QueryTimeout;

    /// <summary>Asks, question and answer of any size.</summary>
    /// <param name="target">An actor above.</param>
    /// <param name="question">The question.</param>
    /// <param name="host">Whose entity answers, when it's one.</param>
    public Task<object> AskAsync(ICanTell target, IMessage question, string host = "") =>
        InParts.AskAsync(provider.GetRequiredService<ActorSystem>(), target, question, options.Http.QueryTimeout, host);

    /// <summary>
    /// Asks a registry, again and again while there's no answer or none to keep to: it may be on its way to another analyzer, and its
    /// journal may be out of reach. What is asked for must have an id, by which the registry knows what it did already.
    /// </summary>
    /// <returns>The answer, and whether the question was put more than once.</returns>
    /// <exception cref="AskTimeoutException">There was none in a query's time.</exception>
    public async Task<(object Answer, bool Again)> AskRegistryAsync(ICanTell registry, IMessage question)
    {
        var since = Stopwatch.StartNew();
        for (var again = false; ; again = true)
        {
            var left = options.Http.QueryTimeout - since.Elapsed;
            object? answer = null;
            try
            {
                answer = await InParts.AskAsync(provider.GetRequiredService<ActorSystem>(), registry, question, left < AskAgainAfter ? left : AskAgainAfter).ConfigureAwait(false);
            }
            catch (AskTimeoutException) when (left > AskAgainAfter)
            {
                continue;
            }

            var (temporary, patience) = answer switch
            {
                NotReady => (true, options.Http.QueryTimeout),
                CaptureRefused { NotStored: true } or InjectionRefused { NotStored: true } or FabricLinkRefused { NotStored: true } => (true, StoreAgainFor),
                _ => (false, default),
            };
            if (!temporary || since.Elapsed + Pause >= patience)
            {
                return answer is NotReady notReady ? throw ApiException.Unavailable(notReady.Reason) : (answer, again);
            }

            await Task.Delay(Pause).ConfigureAwait(false);
        }
    }

    /// <summary>The same for one kind of answer.</summary>
    public async Task<T> AskRegistryAsync<T>(ICanTell registry, IMessage question) => (await AskRegistryAsync(registry, question).ConfigureAwait(false)).Answer switch
    {
        T answer => answer,
        Status.Failure failure => throw failure.Cause,
        var other => throw new InvalidOperationException($"{question.GetType().Name} was answered with {other.GetType().Name}"),
    };

    /// <summary>What the journals keep; none while what prunes them moves to another analyzer.</summary>
    public async Task<JournalsKept> JournalsAsync()
    {
        try
        {
            return await Retention.Ask<object>(new GetJournals(), TimeSpan.FromSeconds(2)).ConfigureAwait(false) as JournalsKept ?? new JournalsKept();
        }
        catch (AskTimeoutException)
        {
            return new JournalsKept();
        }
    }

    /// <summary>The product's version.</summary>
    public string Version { get; } = typeof(AnalyzerServices).Assembly.GetName().Version?.ToString(3) ?? "0";
}
