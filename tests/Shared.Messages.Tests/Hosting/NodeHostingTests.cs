using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Shared.Messages.Configuration;
using Shared.Messages.Flows;
using Shared.Messages.Hosting;

namespace Shared.Messages.Tests.Hosting;

public class NodeHostingTests
{
    [Fact]
    public void A_node_gets_its_role_endpoint_and_seeds()
    {
        var akka = Settings("skydive.insecure = on, skydive.agent { analyzers = [\"10.0.0.1:9111\"], remoting { host = \"10.0.0.2\", bind-host = \"0.0.0.0\", port = 7 } }");

        akka.GetStringList("akka.cluster.roles").ShouldBe(["agent"]);
        akka.GetStringList("akka.cluster.seed-nodes").ShouldBe(["akka.tcp://skydive@10.0.0.1:9111"]);
        akka.GetString("akka.remote.dot-netty.tcp.hostname").ShouldBe("0.0.0.0");
        akka.GetString("akka.remote.dot-netty.tcp.public-hostname").ShouldBe("10.0.0.2");
        akka.GetInt("akka.remote.dot-netty.tcp.port").ShouldBe(7);
        akka.GetString("akka.cluster.split-brain-resolver.keep-majority.role").ShouldBe("analyzer");
        akka.GetString("akka.cluster.split-brain-resolver.down-all-when-unstable").ShouldBe("off");
    }

    [Fact]
    public void The_users_own_akka_settings_win() =>
        Settings("akka.cluster.split-brain-resolver.stable-after = 30s").GetTimeSpan("akka.cluster.split-brain-resolver.stable-after").ShouldBe(TimeSpan.FromSeconds(30));

    [Fact]
    public async Task What_has_no_binding_of_its_own_is_neither_sent_nor_read()
    {
        using var system = ActorSystem.Create("strict", Settings("akka.actor.provider = local"));
        Should.Throw<System.Runtime.Serialization.SerializationException>(() => system.Serialization.FindSerializerFor(new Stranger("?")));
        Should.Throw<System.Runtime.Serialization.SerializationException>(() => system.Serialization.Deserialize("{}"u8.ToArray(), 1, typeof(Stranger)));
        system.Serialization.FindSerializerFor(new UpdateFlows()).ShouldBeOfType<FlowSerializer>();
        await system.Terminate();
    }

    // Composed as a node is, with nothing started.
    private static Akka.Configuration.Config Settings(string hocon)
    {
        var config = SkydiveConfig.Parse(hocon);
        return new AkkaConfigurationBuilder(new ServiceCollection(), NodeHosting.ActorSystemName)
            .WithSkydive(config.Log)
            .WithMembership(NodeHosting.AgentRole, config.Agent.Remoting, config.Agent.Analyzers)
            .AddHocon(config.Akka, HoconAddMode.Prepend).Configuration.Value;
    }

    private sealed record Stranger(string Text);
}
