using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Hosting;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Shared.Messages.Captures;
using Shared.Messages.Configuration;
using Shared.Messages.Hosting;
using Shared.Messages.Parts;

namespace Shared.Messages.Tests.Parts;

/// <summary>Between two actor systems configured as nodes are.</summary>
[Collection(nameof(PartsReader.Budget))]
public sealed class RemotePartsTests : TestKit
{
    private readonly ActorSystem _other = ActorSystem.Create("other", Node);

    public RemotePartsTests()
        : base(Node)
    {
    }

    // Nobody joins: remoting is all that's needed.
    private static Config Node => ConfigurationFactory.ParseString("akka.actor.provider = remote, akka.loggers = [], akka.test.single-expect-default = 60s")
        .WithFallback(new AkkaConfigurationBuilder(new ServiceCollection(), NodeHosting.ActorSystemName)
            .WithSkydive(new LogOptions("warning", Json: false))
            .WithMembership(NodeHosting.AnalyzerRole, new RemotingOptions("127.0.0.1", "127.0.0.1", 0), []).Configuration.Value);

    [Fact]
    public async Task A_file_of_many_MiB_gets_to_another_node_and_its_answer_back()
    {
        var question = new ReadPcap { Uuid = "u", File = Bytes(24 << 20) };
        var errors = Problems();
        var echo = Remote(_other.ActorOf(Props.Create(() => new Echo()), "echo"));

        var answer = await InParts.AskAsync(Sys, echo, question, TimeSpan.FromSeconds(60));

        answer.ShouldBe(question);
        errors.HasMessages.ShouldBeFalse();
    }

    [Fact]
    public void What_is_too_large_is_refused_by_name_and_what_comes_after_it_goes()
    {
        var problems = Problems();
        var echo = Remote(_other.ActorOf(Props.Create(() => new Echo()), "echo"));

        echo.Tell(new ReadPcap { Uuid = "too large", File = Bytes(64 << 10) }, TestActor);
        echo.Tell(new ReadPcap { Uuid = "small" }, TestActor);

        ExpectMsg<ReadPcap>().Uuid.ShouldBe("small");
        problems.ExpectMsg<Error>().Message.ToString()!.ShouldMatch("message .?read-pcap.? of 6[0-9]{4} bytes to .?tcp://other@127.0.0.1:[0-9]+.? isn't sent: it may have 65536");
    }

    [Fact]
    public void What_isnt_of_our_protocols_may_be_as_large_as_a_frame()
    {
        var problems = Problems();
        Remote(_other.ActorOf(Props.Create(() => new Echo()))).Tell(new string('x', 100_000), TestActor);

        ExpectMsg<string>().Length.ShouldBe(100_000);
        problems.HasMessages.ShouldBeFalse();
    }

    [Fact]
    public void The_largest_message_sent_as_it_is_is_within_the_limit()
    {
        var problems = Problems();
        var echo = Remote(_other.ActorOf(Props.Create(() => new Echo()), "echo"));
        var message = new ReadPcap { File = Bytes(InParts.LargestMessage - 4) };
        message.CalculateSize().ShouldBe(InParts.LargestMessage);

        echo.Tell(message, TestActor);

        ExpectMsg<ReadPcap>().ShouldBe(message);
        problems.HasMessages.ShouldBeFalse();
    }

    protected override void AfterAll()
    {
        _other.Terminate().Wait(TimeSpan.FromSeconds(30)).ShouldBeTrue();
        base.AfterAll();
    }

    private TestProbe Problems()
    {
        var problems = CreateTestProbe();
        foreach (var system in new[] { Sys, _other })
        {
            system.EventStream.Subscribe(problems, typeof(Warning));
            system.EventStream.Subscribe(problems, typeof(Error));
        }

        return problems;
    }

    private IActorRef Remote(IActorRef actor) => ((ExtendedActorSystem)Sys).Provider.ResolveActorRef(Akka.Serialization.Serialization.SerializedActorPath(actor));

    private static ByteString Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo()
        {
            Receive<Offered>(offered => InParts.Fetch(Context, offered));
            Receive<string>(text => Context.Sender.Tell(text));
            Receive<IMessage>(message => InParts.Answer(Context, Context.Sender, message));
        }
    }
}
