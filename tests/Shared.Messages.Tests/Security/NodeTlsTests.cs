using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Akka.Hosting;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.DependencyInjection;
using Shared.Messages.Captures;
using Shared.Messages.Configuration;
using Shared.Messages.Hosting;
using Shared.Messages.Security;

namespace Shared.Messages.Tests.Security;

/// <summary>Nodes that know each other by certificates, over real connections.</summary>
public sealed class NodeTlsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    private readonly string _folder = Directory.CreateTempSubdirectory("skydive-tls-").FullName;
    private readonly List<TestKit> _nodes = [];

    public NodeTlsTests()
    {
        CertificateAuthority.Create(Of("ours"), "ours", Year);
        CertificateAuthority.Create(Of("theirs"), "theirs", Year);
        CertificateAuthority.Issue(Of("ours"), "good", ["127.0.0.1"], CertificateUse.Node, Year);
    }

    public void Dispose()
    {
        _nodes.ForEach(node => node.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Keys_are_their_owners_alone()
    {
        File.GetUnixFileMode(Path.Combine(Of("ours"), "ca.key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(Path.Combine(Of("ours"), "good.key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Should.Throw<IOException>(() => CertificateAuthority.Create(Of("ours"), "again", Year));
    }

    [Fact]
    public void Nodes_of_one_authority_talk()
    {
        var (first, second) = (Node("ours", "good"), Node("ours", "good"));
        Asks(first, second).ShouldBeTrue();
        Asks(second, first).ShouldBeTrue();
    }

    public static TheoryData<string, string[], int, string> Strangers => new()
    {
        { "theirs", ["127.0.0.1"], 365, "it's of another authority" },
        { "ours", ["127.0.0.1"], 0, "it has expired" },
        { "ours", ["192.0.2.1"], 365, "it isn't made for that address" },
        { "ours", ["example.invalid"], 365, "it isn't made for that address" },
    };

    [Theory]
    [MemberData(nameof(Strangers))]
    public void A_node_that_is_not_one_is_refused_from_either_side_and_said_so(string authority, string[] addresses, int days, string why)
    {
        CertificateAuthority.Issue(Of(authority), "bad", addresses, CertificateUse.Node, days > 0 ? Year : TimeSpan.FromSeconds(-1));
        var good = Node("ours", "good");
        // Takes everybody, so that only the good one refuses.
        var bad = Node(authority, "bad", takesAll: true);
        var said = good.CreateTestProbe();
        good.Sys.EventStream.Subscribe(said, typeof(Warning));

        Asks(bad, good).ShouldBeFalse();
        Said(said).ShouldContain(why);
        Asks(good, bad).ShouldBeFalse();
        Said(said).ShouldContain(why);

        var other = Node("ours", "good");
        Asks(other, good).ShouldBeTrue();
    }

    [Fact]
    public void A_gateways_certificate_lets_nobody_into_the_cluster()
    {
        CertificateAuthority.Issue(Of("ours"), "gateway", ["127.0.0.1"], CertificateUse.Gateway, Year);
        var good = Node("ours", "good");
        var said = good.CreateTestProbe();
        good.Sys.EventStream.Subscribe(said, typeof(Warning));
        Asks(Node("ours", "gateway", takesAll: true), good).ShouldBeFalse();
        Said(said).ShouldContain("it isn't made for nodes");
    }

    [Theory]
    [InlineData("theirs", "ours", "another authority")]
    [InlineData("ours", "nothing", "can't be used")]
    public void Files_that_do_not_fit_are_told_at_the_start(string authority, string own, string why)
    {
        var options = new TlsOptions(Path.Combine(Of(authority), "ca.pem"), new KeyFiles(Path.Combine(Of(own), "good.pem"), Path.Combine(Of(own), "good.key")));
        Should.Throw<SkydiveConfigException>(() => NodeTls.Open(options)).Message.ShouldContain(why);
    }

    [Fact]
    public async Task Bad_bytes_no_certificate_and_silence_take_nothing_down()
    {
        var good = Node("ours", "good");
        var port = ((ExtendedActorSystem)good.Sys).Provider.DefaultAddress.Port!.Value;
        var random = new Random(7);
        using var refused = new Refusals();
        List<TcpClient> silent = [];
        for (var i = 0; i < 10_000; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            var frame = new byte[random.Next(1, 300)];
            random.NextBytes(frame);
            if (i % 2 == 0)
            {
                // The head of a TLS record, or of a frame of Akka.Remote's.
                frame[0] = i % 4 == 0 ? (byte)22 : (byte)0;
            }

            try
            {
                await client.GetStream().WriteAsync(frame);
            }
            catch (IOException)
            {
                // Refused already.
            }
        }

        for (var i = 0; i < 100; i++)
        {
            var client = new TcpClient(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
            await client.ConnectAsync(IPAddress.Loopback, port);
            silent.Add(client);
        }

        using (var anonymous = new TcpClient())
        {
            await anonymous.ConnectAsync(IPAddress.Loopback, port);
            await using var tls = new SslStream(anonymous.GetStream());
            await Should.ThrowAsync<IOException>(async () =>
            {
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "127.0.0.1", RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null });
                await tls.ReadExactlyAsync(new byte[1]);
            });
        }

        Asks(Node("ours", "good"), good).ShouldBeTrue();
        SpinWait.SpinUntil(() => refused.Of("handshake") + refused.Of("frame") + refused.Of("left") + refused.Of("connections") >= 10_000, Patience).ShouldBeTrue();
        // Those that are too many at once, and in the end those that say nothing.
        refused.Of("connections").ShouldBeGreaterThanOrEqualTo(100 - ConnectionGuard.MostStrangersOfAddress);
        SpinWait.SpinUntil(() => refused.Of("slow") >= ConnectionGuard.MostStrangersOfAddress, ConnectionGuard.Patience + Patience).ShouldBeTrue();
        silent.ForEach(client => client.Dispose());
    }

    /// <summary>What remoting refuses while it's there.</summary>
    private sealed class Refusals : IDisposable
    {
        private readonly System.Diagnostics.Metrics.MeterListener _listener = new();
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, long> _counts = new();

        public Refusals()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == Telemetry.ListenerMetrics.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, count, tags, _) => _counts.AddOrUpdate((string)tags[1].Value!, count, (_, before) => before + count));
            _listener.Start();
        }

        public long Of(string why) => _counts.GetValueOrDefault(why);

        public void Dispose() => _listener.Dispose();
    }

    private string Of(string authority) => Path.Combine(_folder, authority);

    private TestKit Node(string authority, string name, bool takesAll = false)
    {
        var tls = new TlsOptions(Path.Combine(Of(authority), "ca.pem"), new KeyFiles(Path.Combine(Of(authority), name + ".pem"), Path.Combine(Of(authority), name + ".key")));
        var setup = takesAll
            ? new Akka.Remote.Transport.DotNetty.DotNettySslSetup(
                System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPemFile(tls.Own.Certificate, tls.Own.Key), true, true, (_, _, _, _, _) => true)
            : NodeTls.Open(tls).Setup;
        var config = ConfigurationFactory.ParseString("akka { actor.provider = remote, loggers = [], remote { dot-netty.tcp.enable-ssl = on, retry-gate-closed-for = 100 ms } }")
            .WithFallback(new AkkaConfigurationBuilder(new ServiceCollection(), NodeHosting.ActorSystemName)
                .WithSkydive(new LogOptions("warning", Json: false))
                .WithMembership(NodeHosting.AnalyzerRole, new RemotingOptions("127.0.0.1", "127.0.0.1", 0), []).Configuration.Value);
        var node = new TestKit(ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config), setup), NodeHosting.ActorSystemName);
        _nodes.Add(node); var pr = node.CreateTestProbe(); node.Sys.EventStream.Subscribe(node.Sys.ActorOf(Props.Create(() => new Pr())), typeof(Akka.Event.LogEvent));
        node.Sys.ActorOf(Props.Create(() => new Echo()), "echo");
        return node;
    }

    // A message that gets there and back; several are sent, for the first may go while a gate is closed.
    private static bool Asks(TestKit from, TestKit to)
    {
        var echo = from.Sys.ActorSelection($"{((ExtendedActorSystem)to.Sys).Provider.DefaultAddress}/user/echo");
        for (var i = 0; i < 3; i++)
        {
            try
            {
                echo.Ask<ReadPcap>(new ReadPcap { Uuid = "u" }, TimeSpan.FromSeconds(2)).GetAwaiter().GetResult();
                return true;
            }
            catch (AskTimeoutException)
            {
                // Not there, or not yet.
            }
        }

        return false;
    }

    private static string Said(TestProbe said)
    {
        var text = ((Warning)said.FishForMessage(message => message is Warning warning && warning.Message.ToString()!.Contains("refused for the certificate", StringComparison.Ordinal), Patience)).Message.ToString()!;
        text.ShouldNotContain("\n");
        return text;
    }

    private sealed class Pr : ReceiveActor { public Pr() => ReceiveAny(m => System.IO.File.AppendAllText("/tmp/security/akka.log", m + "\n")); }
    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(message => Sender.Tell(message));
    }
}
