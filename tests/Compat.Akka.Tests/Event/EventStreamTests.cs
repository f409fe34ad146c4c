using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace Compat.Akka.Tests.Event;

public sealed class EventStreamTests(ITestOutputHelper output) : TestKit("akka.loglevel = OFF", output)
{
    [Fact]
    public void A_subscriber_gets_the_type_and_its_subtypes()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Animal)).ShouldBeTrue();
        Sys.EventStream.Publish(new Dog());
        Sys.EventStream.Publish("not an animal");
        Sys.EventStream.Publish(new Animal());
        ExpectMsg<Dog>();
        ExpectMsg<Animal>(animal => animal.GetType().ShouldBe(typeof(Animal)));
    }

    [Fact]
    public void Interfaces_are_types_too()
    {
        Sys.EventStream.Subscribe<IBarks>(TestActor);
        Sys.EventStream.Publish(new Animal());
        Sys.EventStream.Publish(new Dog());
        ExpectMsg<Dog>();
    }

    [Fact]
    public void Who_subscribes_twice_gets_each_event_once()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Dog)).ShouldBeTrue();
        Sys.EventStream.Subscribe(TestActor, typeof(Dog)).ShouldBeFalse();
        Sys.EventStream.Publish(new Dog());
        ExpectMsg<Dog>();
        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void Who_has_unsubscribed_gets_nothing()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Dog));
        Sys.EventStream.Unsubscribe(TestActor, typeof(Dog)).ShouldBeTrue();
        Sys.EventStream.Unsubscribe(TestActor, typeof(Dog)).ShouldBeFalse();
        Sys.EventStream.Publish(new Dog());
        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void A_message_to_a_stopped_actor_is_a_dead_letter()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        var actor = Sys.ActorOf(Props.Empty);
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor);
        actor.Tell("too late");
        var letter = FishForMessage<DeadLetter>(dead => "too late".Equals(dead.Message));
        letter.Recipient.ShouldBe(actor);
        letter.Sender.ShouldBe(TestActor);
    }

    [Fact]
    public void A_suppressed_message_isnt_a_dead_letter()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(AllDeadLetters));
        var actor = Sys.ActorOf(Props.Empty);
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor);
        actor.Tell(new Unimportant());
        FishForMessage<AllDeadLetters>(letter => letter.Message is Unimportant).ShouldBeOfType<SuppressedDeadLetter>();
    }

    [Fact]
    public void What_is_told_to_dead_letters_is_published()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        Sys.DeadLetters.Tell("nowhere");
        ExpectMsg<DeadLetter>(letter => letter.Message.ShouldBe("nowhere"));
    }

    private class Animal;

    private sealed class Dog : Animal, IBarks;

    private interface IBarks;

    private sealed class Unimportant : IDeadLetterSuppression;
}
