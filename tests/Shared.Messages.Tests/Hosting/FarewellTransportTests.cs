using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Akka.Event;
using Akka.Hosting;
using Akka.Remote;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shared.Messages.Configuration;
using Shared.Messages.Hosting;

namespace Shared.Messages.Tests.Hosting;

/// <summary>Members of a cluster over real connections.</summary>
public sealed class FarewellTransportTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public FarewellTransportTests()
        : base(ConfigurationFactory.ParseString("akka.test.single-expect-default = 30s"))
    {
    }

    [Fact]
    public async Task A_member_that_ends_says_so_on_each_of_its_connections()
    {
        for (var round = 0; round < 5; round++)
        {
            using var first = await StartAsync([]);
            var seed = Cluster.Get(SystemOf(first)).SelfAddress;
            using var second = await StartAsync([$"{seed.Host}:{seed.Port}"]);
            AwaitAssert(() => Cluster.Get(SystemOf(first)).State.Members.Count(member => member.Status == MemberStatus.Up).ShouldBe(2), Patience);
            var events = CreateTestProbe(SystemOf(first));
            SystemOf(first).EventStream.Subscribe(events, typeof(RemotingLifecycleEvent));
            SystemOf(first).EventStream.Subscribe(events, typeof(Warning));
            SystemOf(first).EventStream.Subscribe(events, typeof(Error));

            await second.StopAsync();

            events.FishForMessage(message => message is DisassociatedEvent or Warning or Error or AssociationErrorEvent, Patience).ShouldBeOfType<DisassociatedEvent>();
            events.ReceiveWhile(TimeSpan.FromSeconds(1), message => message as LogEvent).ShouldAllBe(said => said == null);
            await first.StopAsync();
        }
    }

    private static ActorSystem SystemOf(IHost host) => host.Services.GetRequiredService<ActorSystem>();

    private static async Task<IHost> StartAsync(IReadOnlyList<string> seeds)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddLogging().AddAkka(NodeHosting.ActorSystemName, (akka, _) => akka
            .WithSkydive(new LogOptions("warning", Json: false))
            .WithMembership(NodeHosting.AnalyzerRole, new RemotingOptions("127.0.0.1", "127.0.0.1", 0), seeds));
        var host = builder.Build();
        await host.StartAsync();
        if (seeds.Count == 0)
        {
            var cluster = Cluster.Get(SystemOf(host));
            cluster.Join(cluster.SelfAddress);
        }

        return host;
    }
}
