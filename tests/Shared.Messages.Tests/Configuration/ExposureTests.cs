using Shared.Messages.Configuration;

namespace Shared.Messages.Tests.Configuration;

/// <summary>What may be listened on.</summary>
public sealed class ExposureTests
{
    [Fact]
    public void Without_any_configuration_every_listener_is_on_loopback()
    {
        var config = SkydiveConfig.Load();
        foreach (var address in new[]
        {
            config.Agent.Remoting.BindHost, config.Agent.Console!.Host, config.Agent.Capture.SflowAddress, config.Agent.Capture.NetFlowAddress,
            config.Analyzer.Remoting.BindHost, config.Analyzer.Http.Host, config.Analyzer.Console!.Host,
        })
        {
            address.ShouldBe("127.0.0.1");
        }

        config.Agent.Metrics.ShouldBeNull();
    }

    [Theory]
    [InlineData("analyzer.http.host = \"0.0.0.0\"", "skydive.analyzer.http.host")]
    [InlineData("analyzer.http.host = \"::\"", "skydive.analyzer.http.host")]
    [InlineData("analyzer.console.host = \"192.0.2.1\"", "skydive.analyzer.console.host")]
    [InlineData("analyzer.console.host = example.org", "skydive.analyzer.console.host")]
    [InlineData("analyzer.remoting.host = \"192.0.2.1\"", "skydive.analyzer.remoting.host")]
    [InlineData("analyzer.remoting.bind-host = \"0.0.0.0\"", "skydive.analyzer.remoting.bind-host")]
    [InlineData("agent.remoting.host = \"192.0.2.1\"", "skydive.agent.remoting.host")]
    [InlineData("agent.console.host = \"192.0.2.1\"", "skydive.agent.console.host")]
    [InlineData("agent.metrics { host = \"192.0.2.1\", port = 9100 }", "skydive.agent.metrics.host")]
    [InlineData("agent.capture.netflow-address = \"0.0.0.0\"", "skydive.agent.capture.netflow-address")]
    [InlineData("agent.capture.sflow-address = \"0.0.0.0\"", "skydive.agent.capture.sflow-address")]
    public void Another_address_is_refused_unless_it_is_written_that_it_is_wanted(string hocon, string path)
    {
        var refusal = Should.Throw<SkydiveConfigException>(() => Read($"skydive.{hocon}"));
        refusal.Path.ShouldBe(path);
        refusal.Message.ShouldContain("insecure = on");
        Read($"skydive {{ insecure = on, {hocon} }}");
    }

    [Theory]
    [InlineData("users.file = users, analyzer.http.host = \"0.0.0.0\"")]
    [InlineData("users.proxy-addresses = [\"192.0.2.9\"], analyzer.http.host = \"0.0.0.0\"")]
    [InlineData("users.file = users, analyzer.console.host = \"192.0.2.1\", agent.console.host = \"192.0.2.1\"")]
    [InlineData("tls { authority = a, certificate = b, key = c }\n analyzer.remoting.host = \"192.0.2.1\", agent.remoting.bind-host = \"0.0.0.0\"")]
    [InlineData("agent.capture { netflow-address = \"0.0.0.0\", netflow-from = [\"192.0.2.0/24\"], sflow-address = \"::\", sflow-from = [\"2001:db8::1\"] }")]
    public void Where_who_comes_is_asked_who_he_is_it_is_taken(string hocon) => Read($"skydive {{ {hocon} }}");

    [Theory]
    [InlineData("users.file = users, analyzer.remoting.host = \"192.0.2.1\"")]
    [InlineData("users.file = users, agent.metrics { host = \"192.0.2.1\", port = 9100 }")]
    [InlineData("tls { authority = a, certificate = b, key = c }\n analyzer.http.host = \"0.0.0.0\"")]
    [InlineData("tls { certificate = b, key = c }")]
    [InlineData("tls { authority = a }")]
    [InlineData("analyzer.http.certificate = a")]
    [InlineData("agent.capture.netflow-from = [\"192.0.2.0/33\"]")]
    [InlineData("users.proxy-addresses = [proxy]")]
    public void One_protection_does_not_stand_for_another_and_half_of_one_is_none(string hocon) => Should.Throw<SkydiveConfigException>(() => Read($"skydive {{ {hocon} }}"));

    private static void Read(string hocon)
    {
        var config = SkydiveConfig.Parse(hocon);
        config.UnknownKeys.ShouldBeEmpty();
        _ = (config.Agent, config.Analyzer);
    }
}
