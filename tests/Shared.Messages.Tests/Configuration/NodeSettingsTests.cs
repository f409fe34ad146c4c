using Shared.Messages.Configuration;

namespace Shared.Messages.Tests.Configuration;

public class NodeSettingsTests
{
    [Fact]
    public void A_node_gets_its_role_endpoint_and_seeds()
    {
        var config = SkydiveConfig.Parse("skydive.agent { analyzers = [\"10.0.0.1:9111\"], remoting { host = \"10.0.0.2\", bind-host = \"0.0.0.0\", port = 7 } }");
        var akka = NodeSettings.Akka(config, NodeSettings.AgentRole, config.Agent.Remoting, config.Agent.Analyzers);

        akka.GetStringList("akka.cluster.roles").ShouldBe(["agent"]);
        akka.GetStringList("akka.cluster.seed-nodes").ShouldBe(["akka.tcp://skydive@10.0.0.1:9111"]);
        akka.GetString("akka.remote.dot-netty.tcp.hostname").ShouldBe("0.0.0.0");
        akka.GetString("akka.remote.dot-netty.tcp.public-hostname").ShouldBe("10.0.0.2");
        akka.GetInt("akka.remote.dot-netty.tcp.port").ShouldBe(7);
    }

    [Fact]
    public void The_users_own_akka_settings_win()
    {
        var config = SkydiveConfig.Parse("akka.cluster.split-brain-resolver.stable-after = 30s");
        NodeSettings.Akka(config, NodeSettings.AgentRole, config.Agent.Remoting, config.Agent.Analyzers)
            .GetTimeSpan("akka.cluster.split-brain-resolver.stable-after").ShouldBe(TimeSpan.FromSeconds(30));
    }
}
