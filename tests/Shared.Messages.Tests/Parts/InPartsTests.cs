using System.Security.Cryptography;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Google.Protobuf;
using Shared.Messages.Captures;
using Shared.Messages.Parts;
using Shared.Messages.Serialization;

namespace Shared.Messages.Tests.Parts;

[Collection(nameof(PartsReader.Budget))]
public sealed class InPartsTests : TestKit
{
    private static readonly ReadPcap Large = new() { Host = "h1", Uuid = "u", File = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(1 << 20)) };

    public InPartsTests()
        : base(ConfigurationFactory.ParseString(
            """
            akka.loglevel = INFO
            akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
            akka.test.single-expect-default = 30s
            """).WithFallback(ProtocolSerializer.Bindings))
    {
    }

    [Fact]
    public void What_is_small_is_sent_as_it_is()
    {
        var small = new ReadPcap { File = ByteString.CopyFrom(new byte[InParts.LargestMessage - 8]) };

        InParts.Of(Sys, small).ShouldBeSameAs(small);
    }

    [Fact]
    public void What_is_large_is_offered_and_comes_as_if_it_had_been_sent()
    {
        var recipient = ActorOf(() => new Recipient(TestActor));
        var offered = InParts.Of(Sys, Large, "h1").ShouldBeOfType<Offered>();
        (offered.Host, offered.Manifest).ShouldBe(("h1", "read-pcap"));
        offered.CalculateSize().ShouldBeLessThan(1000);
        var asker = CreateTestProbe();

        recipient.Tell(offered, asker);

        ExpectMsg<(object Message, IActorRef Sender)>().ShouldBe((Large, asker.Ref));
    }

    [Fact]
    public async Task What_is_offered_twice_while_it_is_fetched_is_fetched_once()
    {
        var keeper = CreateTestProbe();
        var recipient = ActorOf(() => new Recipient(TestActor));
        recipient.Tell(OfferOf(keeper, 100));
        keeper.ExpectMsg<GetPart>();
        recipient.Tell(OfferOf(keeper, 100));
        await recipient.Ask<ActorIdentity>(new Identify(1), TimeSpan.FromSeconds(30));

        keeper.HasMessages.ShouldBeFalse();
    }

    [Fact]
    public void What_is_said_again_is_kept_once()
    {
        var sender = ActorOfAsTestActorRef<Sender>(Props.Create(() => new Sender()));
        var first = sender.UnderlyingActor.Offer(Large, "same");
        sender.UnderlyingActor.Offer(Large, "same").ShouldBe(first);
        sender.UnderlyingActor.Offer(Large, "other").ShouldNotBe(first);
    }

    [Fact]
    public void A_few_parts_are_asked_for_ahead_and_more_as_they_come()
    {
        var (keeper, _) = Reading(100 * PartsKeeper.PartSize);
        Asked(keeper, 8).ShouldBe(Enumerable.Range(0, 8));
        keeper.HasMessages.ShouldBeFalse();

        Give(keeper, 3);

        Asked(keeper, 1).ShouldBe([8]);
    }

    [Fact]
    public void Parts_that_do_not_come_are_asked_for_less_and_less_often_and_then_no_more()
    {
        var (keeper, reader) = Reading(3 * PartsKeeper.PartSize);
        Asked(keeper, 3).ShouldBe([0, 1, 2]);
        Give(keeper, 1);
        Settle(reader);
        for (var patience = TimeSpan.FromSeconds(1); patience < TimeSpan.FromSeconds(16); patience *= 2)
        {
            Pass(patience - TimeSpan.FromMilliseconds(1));
            Settle(reader);
            keeper.HasMessages.ShouldBeFalse();
            Pass(TimeSpan.FromMilliseconds(1));
            Asked(keeper, 2).ShouldBe([0, 2]);
            Settle(reader);
        }

        Watch(reader);
        EventFilter.Info(contains: "its parts don't come").ExpectOne(() => Pass(TimeSpan.FromSeconds(16)));

        ExpectTerminated(reader);
        HasMessages.ShouldBeFalse();
    }

    [Fact]
    public void No_half_is_taken_for_a_whole_when_the_sender_is_gone()
    {
        var (keeper, reader) = Reading(3 * PartsKeeper.PartSize);
        Give(keeper, 0);
        Give(keeper, 2);
        Watch(reader);

        EventFilter.Info(contains: "its sender is gone").ExpectOne(() => Sys.Stop(keeper));

        ExpectTerminated(reader);
        HasMessages.ShouldBeFalse();
    }

    [Fact]
    public void Parts_of_a_wrong_size_or_number_or_that_came_already_count_for_nothing()
    {
        var message = new ReadPcap { File = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(2 * PartsKeeper.PartSize)) };
        var bytes = message.ToByteArray();
        var (keeper, reader) = Reading(bytes.Length);
        Asked(keeper, 3);
        foreach (var (number, length) in new[] { (-1, 10), (3, 10), (int.MaxValue, PartsKeeper.PartSize), (0, 10), (2, PartsKeeper.PartSize), (0, 0) })
        {
            reader.Tell(new Part { Number = number, Data = ByteString.CopyFrom(new byte[length]) }, keeper);
        }

        for (var i = 0; i < 3; i++)
        {
            Give(keeper, 0, bytes);
        }

        Give(keeper, 1, bytes);
        Settle(reader);
        HasMessages.ShouldBeFalse();
        Give(keeper, 2, bytes);

        ExpectMsg<(object Message, IActorRef Sender)>().Message.ShouldBe(message);
        keeper.FishForMessage(m => m is PartsDone);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(InParts.LargestWhole + 1)]
    public void What_is_too_large_to_be_a_message_is_declined(int length)
    {
        var keeper = CreateTestProbe();
        ActorOf(() => new Recipient(TestActor)).Tell(OfferOf(keeper, length));

        keeper.ExpectMsg<PartsDone>();
    }

    [Fact]
    public void Who_takes_over_in_the_middle_fetches_all_of_it_anew()
    {
        var message = new ReadPcap { File = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(3 * PartsKeeper.PartSize)) };
        var bytes = message.ToByteArray();
        var (keeper, first) = Reading(bytes.Length);
        Asked(keeper, 4);
        Give(keeper, 0, bytes);
        Give(keeper, 1, bytes);
        Watch(first);
        Sys.Stop(first);
        ExpectTerminated(first);

        ActorOf(() => new Recipient(TestActor)).Tell(OfferOf(keeper, bytes.Length));
        for (var number = 0; number < 4; number++)
        {
            keeper.ExpectMsg<GetPart>().Number.ShouldBe(number);
            HasMessages.ShouldBeFalse();
            Give(keeper, number, bytes);
        }

        ExpectMsg<(object Message, IActorRef Sender)>().Message.ShouldBe(message);
    }

    [Fact]
    public void So_much_is_fetched_at_once_and_what_ends_makes_room()
    {
        var keepers = Enumerable.Range(0, (int)(PartsReader.Budget / InParts.LargestWhole) + 1).Select(_ => CreateTestProbe()).ToList();
        var readers = new List<IActorRef>();
        foreach (var keeper in keepers)
        {
            readers.Add(ActorOf(PartsReader.Props(OfferOf(keeper, InParts.LargestWhole), _ => { })));
            keeper.ExpectMsg<object>().ShouldBeOfType(keeper == keepers[^1] ? typeof(PartsDone) : typeof(GetPart));
        }

        Watch(readers[0]);
        Sys.Stop(readers[0]);
        ExpectTerminated(readers[0]);

        readers.Add(ActorOf(PartsReader.Props(OfferOf(keepers[^1], InParts.LargestWhole), _ => { })));

        keepers[^1].ExpectMsg<GetPart>();
        foreach (var reader in readers)
        {
            Watch(reader);
            Sys.Stop(reader);
            ExpectTerminated(reader);
        }
    }

    [Fact]
    public void What_nobody_fetches_is_kept_for_a_while_only()
    {
        var keeper = ActorOf(PartsKeeper.Props(new byte[100]));
        keeper.Tell(new GetPart { Number = 1 }, TestActor);
        keeper.Tell(new GetPart { Number = 0 }, TestActor);
        ExpectMsg<Part>().Data.Length.ShouldBe(100);
        Watch(keeper);

        Pass(PartsKeeper.Patience);

        ExpectTerminated(keeper);
    }

    [Fact]
    public void What_several_fetch_is_kept_until_the_last_of_them_is_done()
    {
        var (keeper, one, other) = (ActorOf(PartsKeeper.Props(new byte[100])), CreateTestProbe(), CreateTestProbe());
        keeper.Tell(new GetPart(), one);
        keeper.Tell(new GetPart(), other);
        keeper.Tell(new PartsDone(), one);
        keeper.Tell(new GetPart(), other);
        other.ExpectMsg<Part>();
        other.ExpectMsg<Part>();
        Watch(keeper);

        keeper.Tell(new PartsDone(), other);

        ExpectTerminated(keeper);
    }

    private (TestProbe Keeper, IActorRef Reader) Reading(int length)
    {
        var keeper = CreateTestProbe();
        var reader = ActorOf(PartsReader.Props(OfferOf(keeper, length), message => TestActor.Tell((message, ActorRefs.NoSender))));
        keeper.ExpectMsg<GetPart>(first => first.Number.ShouldBe(0));
        _asked[keeper] = [0];
        return (keeper, reader);
    }

    private readonly Dictionary<TestProbe, List<int>> _asked = [];

    // The first part asked for told Reading that the reader is there.
    private List<int> Asked(TestProbe keeper, int count)
    {
        var numbers = _asked[keeper];
        while (numbers.Count < count)
        {
            numbers.Add(keeper.ExpectMsg<GetPart>().Number);
        }

        _asked[keeper] = [];
        return numbers;
    }

    private static void Give(TestProbe keeper, int number, byte[]? message = null)
    {
        var start = number * PartsKeeper.PartSize;
        var data = message is null ? new byte[PartsKeeper.PartSize] : message[start..Math.Min(message.Length, start + PartsKeeper.PartSize)];
        keeper.Reply(new Part { Number = number, Data = ByteString.CopyFrom(data) });
    }

    private static void Settle(IActorRef reader) => reader.Ask<ActorIdentity>(new Identify(1)).Wait(TimeSpan.FromSeconds(30)).ShouldBeTrue();

    private void Pass(TimeSpan time) => ((TestScheduler)Sys.Scheduler).Advance(time);

    private static Offered OfferOf(TestProbe keeper, int length) =>
        new() { Keeper = Akka.Serialization.Serialization.SerializedActorPath(keeper.Ref), Serializer = 1003, Manifest = "read-pcap", Length = length };

    private sealed class Recipient : ReceiveActor
    {
        public Recipient(IActorRef told)
        {
            Receive<Offered>(offered => InParts.Fetch(Context, offered));
            ReceiveAny(message => told.Tell((message, Context.Sender)));
        }
    }

    private sealed class Sender : ReceiveActor
    {
        public Sender() => ReceiveAny(_ => { });

        public IMessage Offer(IMessage message, string name) => InParts.Of(Context, message, name: name);
    }
}
