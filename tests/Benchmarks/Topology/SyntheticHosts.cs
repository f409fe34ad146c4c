using System.Collections.Immutable;
using System.Globalization;
using Agent.Node.Linux;
using Agent.Node.Probes.Netlink;
using Agent.Node.Probes.OpenVSwitch;
using Agent.Node.Topology;
using Agent.Node.Uplink;
using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Benchmarks.Remoting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Serilog;
using Shared.Messages.Configuration;
using Shared.Messages.Flows;
using Shared.Messages.Hosting;
using Shared.Messages.Logging;
using Shared.Messages.Topology;
using HostGraph = Agent.Node.Topology.HostGraph;

namespace Benchmarks.Topology;

/// <summary>
/// Many hosts' agents in one process and one member of the cluster: each has its own uplink and link as they are, and a graph made up
/// instead of seen. A number on its input changes one interface of that host.
/// </summary>
internal static class SyntheticHosts
{
    internal static async Task<int> RunAsync(int analyzerPort, int hosts, int nodes)
    {
        var config = SkydiveConfig.Parse(string.Create(CultureInfo.InvariantCulture,
            $$"""
            skydive {
              agent { analyzers = ["127.0.0.1:{{analyzerPort}}"], console.port = 0, remoting { host = "127.0.0.1", port = 0 } }
              log.level = warning
            }
            """));
        using var logger = LogSetup.Create(config.Log);
        var graphs = new IActorRef[hosts];
        using var member = Build(config, logger, (system, topology, flows) =>
        {
            for (var i = 0; i < hosts; i++)
            {
                var host = string.Create(CultureInfo.InvariantCulture, $"host{i:000}");
                graphs[i] = system.ActorOf(Props.Create(() => new MadeUpGraph(host, nodes)), $"graph-{host}");
                var uplink = system.ActorOf(UplinkActor.Props(host, Guid.NewGuid().ToString(), config.Agent.Uplink, graphs[i]), $"uplink-{host}");
                system.ActorOf(LinkActor.Props(uplink, topology, flows), $"link-{host}");
            }
        });
        await member.StartAsync();
        Console.WriteLine(EchoProcess.Ready);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            graphs[int.Parse(line, CultureInfo.InvariantCulture)].Tell(new ChangeOne());
        }

        await member.StopAsync();
        return 0;
    }

    private static IHost Build(SkydiveConfig config, ILogger log, Action<ActorSystem, IActorRef, IActorRef> start)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSerilog(log).AddAkka(NodeHosting.ActorSystemName, akka => akka
            .WithSkydive(config.Log)
            .WithMembership(NodeHosting.AgentRole, config.Agent.Remoting, config.Agent.Analyzers)
            .WithShardRegionProxy<TopologyKey>(TopologyShards.RegionName, NodeHosting.AnalyzerRole, TopologyShards.Extractor)
            .WithShardRegionProxy<FlowsKey>(FlowShards.RegionName, NodeHosting.AnalyzerRole, FlowShards.Extractor)
            .WithActors((system, registry) => start(system, registry.Get<TopologyKey>(), registry.Get<FlowsKey>())));
        return builder.Build();
    }

    private sealed class TopologyKey;

    private sealed class FlowsKey;

    private sealed record ChangeOne;

    /// <summary>Stands where an agent's topology stands: a host with pairs of veth, an address on each.</summary>
    private sealed class MadeUpGraph : ReceiveActor
    {
        private HostFacts _facts;
        private HostGraph _graph;
        private IActorRef _watcher = ActorRefs.Nobody;

        public MadeUpGraph(string host, int nodes)
        {
            _facts = new HostFacts(host, NamespaceId.Own);
            _facts = _facts.WithInterfaces(_facts.Own, new InterfaceChanges([.. Enumerable.Range(1, nodes - 1).Select(i => Interface(host, i, 1500))], []), Now);
            (_graph, _) = HostGraph.Empty.Update(_facts, Now);
            Receive<WatchGraph>(_ =>
            {
                _watcher = Sender;
                _watcher.Tell(new GraphUpdate(_graph, OvsTables.Empty, []));
            });
            Receive<ChangeOne>(_ =>
            {
                _facts = _facts.WithInterfaces(_facts.Own, new InterfaceChanges([Interface(host, 7, 1400)], []), Now);
                (_graph, var changes) = _graph.Update(_facts, Now);
                _watcher.Tell(new GraphUpdate(_graph, OvsTables.Empty, changes));
            });
        }

        private static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        private static InterfaceFacts Interface(string host, int index, int mtu) => new(
            new LinkMessage
            {
                Index = index,
                Name = string.Create(CultureInfo.InvariantCulture, $"veth{index}"),
                Kind = "veth",
                HardwareType = 1,
                Mac = string.Create(CultureInfo.InvariantCulture, $"02:00:{host[^3..^1]}:{host[^1]}0:{index >> 8:x2}:{index & 255:x2}"),
                Mtu = mtu,
                OperState = LinkOperState.Up,
                Flags = LinkFlags.Up | LinkFlags.Broadcast | LinkFlags.Running | LinkFlags.Multicast,
                LowerIndex = ((index - 1) ^ 1) + 1,
                Statistics = new LinkStatistics { RxPackets = 12 + index, RxBytes = 1_000 + index, TxPackets = 12 + index, TxBytes = 1_000 + index },
            },
            "veth",
            ImmutableArray.Create(new AddressMessage(index, string.Create(CultureInfo.InvariantCulture, $"10.1.{index >> 8}.{index & 255}"), 24)),
            [],
            []);
    }
}
