using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace Compat.Akka.Tests.Actor;

public sealed class SelectionTests : TestKit
{
    private readonly IActorRef _parent;

    public SelectionTests(ITestOutputHelper output)
        : base("akka.loglevel = OFF", output)
    {
        _parent = Sys.ActorOf(Props.Create<Parent>(), "parent");
        foreach (var name in (string[])["a1", "a2", "b1"])
        {
            _parent.Tell(name);
            ExpectMsg<IActorRef>();
        }
    }

    [Theory]
    [InlineData("/user/parent/a1")]
    [InlineData("akka://test/user/parent/a1")]
    public async Task A_path_leads_to_its_actor(string path)
    {
        var found = await Sys.ActorSelection(path).ResolveOne(TimeSpan.FromSeconds(3));
        found.Path.Name.ShouldBe("a1");
        found.Path.Uid.ShouldNotBe(0);
    }

    [Fact]
    public async Task A_path_without_actor_is_not_found() =>
        await Should.ThrowAsync<ActorNotFoundException>(Sys.ActorSelection("/user/parent/none").ResolveOne(TimeSpan.FromSeconds(3)));

    [Fact]
    public void A_pattern_reaches_all_that_match()
    {
        Sys.ActorSelection("/user/parent/a*").Tell("who?", TestActor);
        ReceiveN(2).Cast<string>().Order().ShouldBe(["a1", "a2"]);
        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        Sys.ActorSelection("/user/parent/?1").Tell("who?", TestActor);
        ReceiveN(2).Cast<string>().Order().ShouldBe(["a1", "b1"]);
    }

    [Fact]
    public void A_relative_path_starts_at_the_actor()
    {
        _parent.Tell(("b1", "../a2"));
        ExpectMsg("a2");
    }

    [Fact]
    public void A_selection_told_where_nobody_is_makes_a_dead_letter()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        Sys.ActorSelection("/user/nobody").Tell("lost");
        ExpectMsg<DeadLetter>(letter => letter.Message.ShouldBe("lost"));
    }

    [Fact]
    public void Identify_through_a_selection_names_who_is_there_and_who_isnt()
    {
        Sys.ActorSelection("/user/parent/b1").Tell(new Identify("there"));
        ExpectMsg<ActorIdentity>().Subject.Path.Name.ShouldBe("b1");
        Sys.ActorSelection("/user/parent/b2").Tell(new Identify("gone"));
        var identity = ExpectMsg<ActorIdentity>();
        identity.MessageId.ShouldBe("gone");
        identity.Subject.ShouldBeNull();
    }

    private sealed class Parent : ReceiveActor
    {
        public Parent()
        {
            Receive<string>(name => Sender.Tell(Context.ActorOf(Props.Create<Child>(), name)));
            Receive<(string Child, string Path)>(message => Context.Child(message.Child).Forward(message.Path));
        }
    }

    private sealed class Child : ReceiveActor
    {
        public Child()
        {
            Receive<string>(text => text == "who?", _ => Sender.Tell(Self.Path.Name));
            Receive<string>(path => Context.ActorSelection(path).Tell("who?", Sender));
        }
    }
}
