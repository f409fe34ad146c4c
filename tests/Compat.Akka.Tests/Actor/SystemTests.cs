using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace Compat.Akka.Tests.Actor;

public sealed class SystemTests(ITestOutputHelper output) : TestKit("akka.loglevel = OFF", output)
{
    [Fact]
    public void The_users_settings_go_before_the_defaults()
    {
        Sys.Settings.Config.GetString("akka.loglevel").ShouldBe("OFF");
        Sys.Settings.Config.GetInt("akka.actor.default-dispatcher.throughput").ShouldBe(30);
    }

    [Fact]
    public void A_system_has_one_of_each_extension()
    {
        var first = Sys.WithExtension<Tally, TallyId>();
        var second = new TallyId().Apply(Sys);
        second.ShouldBeSameAs(first);
        Sys.HasExtension<Tally>().ShouldBeTrue();
        first.System.ShouldBe(Sys);
    }

    [Fact]
    public async Task Extensions_of_the_configuration_are_loaded_at_start()
    {
        var system = ActorSystem.Create("loads", ConfigurationFactory.ParseString($"""
            akka.loglevel = OFF
            akka.extensions = ["{typeof(TallyId).AssemblyQualifiedName}"]
            """));
        system.HasExtension<Tally>().ShouldBeTrue();
        await system.Terminate();
    }

    [Fact]
    public async Task Termination_stops_all_actors_then_runs_the_callbacks()
    {
        var system = ActorSystem.Create("ends", ConfigurationFactory.ParseString("akka.loglevel = OFF"));
        var stopped = new TaskCompletionSource();
        system.ActorOf(Props.Create(() => new Notes(stopped)));
        var called = false;
        system.RegisterOnTermination(() => called = stopped.Task.IsCompleted);
        await system.Terminate();
        called.ShouldBeTrue();
        system.WhenTerminated.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("-x")]
    [InlineData("with space")]
    public void An_invalid_name_is_refused(string name) => Should.Throw<ArgumentException>(() => ActorSystem.Create(name));

    [Fact]
    public void An_unknown_dispatcher_is_refused() =>
        Should.Throw<ConfigurationException>(() => Sys.ActorOf(Props.Create<Idle>().WithDispatcher("no.such.dispatcher")));

    [Fact]
    public async Task A_configured_dispatcher_runs_the_actor()
    {
        var system = ActorSystem.Create("dispatch", ConfigurationFactory.ParseString("""
            akka.loglevel = OFF
            own { type = ForkJoinDispatcher, throughput = 5, dedicated-thread-pool.thread-count = 1 }
            """));
        var actor = system.ActorOf(Props.Create<Idle>().WithDispatcher("own"));
        var thread = await actor.Ask<int>("thread", TimeSpan.FromSeconds(3));
        for (var i = 0; i < 20; i++) (await actor.Ask<int>("thread", TimeSpan.FromSeconds(3))).ShouldBe(thread);
        await system.Terminate();
    }

    [Fact]
    public async Task Each_actor_of_a_pinned_dispatcher_has_a_thread_of_its_own()
    {
        var system = ActorSystem.Create("pinned", ConfigurationFactory.ParseString("""
            akka.loglevel = OFF
            own.type = PinnedDispatcher
            """));
        var first = system.ActorOf(Props.Create<Idle>().WithDispatcher("own"));
        var second = system.ActorOf(Props.Create<Idle>().WithDispatcher("own"));
        var threads = new HashSet<int>();
        for (var i = 0; i < 10; i++) threads.Add(await first.Ask<int>("thread", TimeSpan.FromSeconds(3)));
        threads.Count.ShouldBe(1);
        threads.ShouldNotContain(await second.Ask<int>("thread", TimeSpan.FromSeconds(3)));
        await system.Terminate();
    }

    [Fact]
    public async Task Actors_cannot_be_made_once_the_system_has_terminated()
    {
        var system = ActorSystem.Create("over", ConfigurationFactory.ParseString("akka.loglevel = OFF"));
        await system.Terminate();
        Should.Throw<InvalidOperationException>(() => system.ActorOf(Props.Create<Idle>()));
    }

    public sealed class Tally(ExtendedActorSystem system) : IExtension
    {
        public ExtendedActorSystem System { get; } = system;
    }

    public sealed class TallyId : ExtensionIdProvider<Tally>
    {
        public override Tally CreateExtension(ExtendedActorSystem system) => new(system);
    }

    private sealed class Notes(TaskCompletionSource stopped) : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);

        protected override void PostStop() => stopped.SetResult();
    }

    private sealed class Idle : ReceiveActor
    {
        public Idle() => ReceiveAny(_ => Sender.Tell(Environment.CurrentManagedThreadId));
    }
}
