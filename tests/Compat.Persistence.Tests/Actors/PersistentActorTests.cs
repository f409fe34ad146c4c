using Akka.Actor;
using Akka.Persistence;
using Compat.Persistence.Tests.Kit;

namespace Compat.Persistence.Tests.Actors;

public sealed class PersistentActorTests : Systems
{
    private const string InMemory = """
        akka.persistence {
          journal.plugin = "akka.persistence.journal.inmem"
          snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        }
        """;

    private readonly ActorSystem _system;
    private readonly Probe _probe;

    public PersistentActorTests()
    {
        _system = Start(InMemory);
        _probe = new Probe(_system);
    }

    [Fact]
    public async Task Commands_wait_until_the_handlers_of_the_one_before_have_run()
    {
        var actor = Run("waiting", (self, message) => self.Persist(new Said((string)message), said =>
        {
            self.Probe.Tell($"first {said.Text}");
            self.Persist(new Said(said.Text), again => self.Probe.Tell($"second {again.Text}"));
        }));
        actor.Tell("a");
        actor.Tell("b");

        await Expect("first a", "second a", "first b", "second b");
    }

    [Fact]
    public async Task Commands_do_not_wait_for_what_is_persisted_asynchronously()
    {
        var actor = Run("async", (self, message) =>
        {
            self.Probe.Tell($"command {message}");
            foreach (var i in new[] { 1, 2 })
                self.PersistAsync(new Said($"{message}{i}"), said => self.Probe.Tell($"event {said.Text}"));
        });
        foreach (var i in Enumerable.Range(0, 100))
            actor.Tell(i);

        var told = new List<string>();
        for (var i = 0; i < 300; i++)
            told.Add(await _probe.Expect<string>());
        told.Where(t => t.StartsWith("command", StringComparison.Ordinal)).ShouldBe(Enumerable.Range(0, 100).Select(i => $"command {i}"));
        told.Where(t => t.StartsWith("event", StringComparison.Ordinal)).ShouldBe(Enumerable.Range(0, 100).SelectMany(i => new[] { $"event {i}1", $"event {i}2" }));
    }

    [Fact]
    public async Task A_deferred_handler_runs_after_the_events_before_it()
    {
        var actor = Run("deferred", (self, message) =>
        {
            self.PersistAsync(new Said("a"), said => self.Probe.Tell(said.Text));
            self.DeferAsync("b", text => self.Probe.Tell(text));
            self.PersistAsync(new Said("c"), said => self.Probe.Tell(said.Text));
            self.DeferAsync("d", text => self.Probe.Tell($"{text} {self.LastSequenceNr}"));
        });
        actor.Tell("go");

        await Expect("a", "b", "c", "d 2");
    }

    [Fact]
    public async Task A_deferred_handler_runs_at_once_when_nothing_is_pending()
    {
        var actor = Run("nothing-pending", (self, _) =>
        {
            self.DeferAsync("deferred", text => self.Probe.Tell(text));
            self.Probe.Tell("after");
        });
        actor.Tell("go");

        await Expect("deferred", "after");
    }

    [Fact]
    public async Task A_handler_sees_who_sent_the_command()
    {
        var actor = Run("sender", (self, message) => self.Persist(new Said((string)message), said => self.Asker.Tell($"heard {said.Text}")));

        (await Task.WhenAll(Enumerable.Range(0, 20).Select(i => actor.Ask<string>($"{i}", TimeSpan.FromSeconds(20)))))
            .ShouldBe(Enumerable.Range(0, 20).Select(i => $"heard {i}"));
    }

    [Fact]
    public async Task Commands_that_arrive_during_recovery_wait_for_its_end_and_keep_their_order()
    {
        var first = _system.ActorOf(Teller.Of("early-commands", _probe));
        await Expect("recovered  at 0");
        first.Tell(new SayAll("a", "b"), _probe.Ref);
        await Expect("said a", "said b");
        await Stop(first);

        var again = _system.ActorOf(Teller.Of("early-commands", _probe));
        again.Tell(new Say("c"), _probe.Ref);
        again.Tell(new Say("d"), _probe.Ref);
        await Expect("recovered ab at 2", "said c", "said d");
        (await again.Ask<string>(new GetStory(), TimeSpan.FromSeconds(20))).ShouldBe("abcd");
    }

    [Fact]
    public async Task A_restarted_actor_recovers_what_it_had_persisted()
    {
        var teller = _system.ActorOf(Teller.Of("restart", _probe));
        await Expect("recovered  at 0");
        teller.Tell(new Say("a"), _probe.Ref);
        await Expect("said a");
        teller.Tell(new Break());
        teller.Tell(new Say("b"), _probe.Ref);

        await Expect("recovered a at 1", "said b");
    }

    [Fact]
    public async Task A_handler_that_throws_restarts_the_actor_with_its_event_stored()
    {
        var thrown = false;
        var actor = Run(
            "throwing-handler",
            (self, message) => self.Persist(new Said((string)message), said =>
            {
                if (said.Text == "bad" && !thrown)
                {
                    thrown = true;
                    throw new InvalidOperationException("handler");
                }

                self.Probe.Tell($"handled {said.Text}");
            }),
            (self, message) =>
            {
                if (message is Said said)
                    self.Probe.Tell($"recovered {said.Text}");
            });
        actor.Tell("good");
        actor.Tell("bad");
        actor.Tell("later");

        await Expect("handled good", "recovered good", "recovered bad", "handled later");
    }

    [Fact]
    public async Task An_exception_while_recovering_stops_the_actor()
    {
        var first = Run("bad-recovery", (self, message) => self.Persist(new Said((string)message), said => self.Probe.Tell(said.Text)));
        first.Tell("a");
        await Expect("a");
        await Stop(first);

        var second = Run("bad-recovery", (_, _) => { }, (_, message) =>
        {
            if (message is Said)
                throw new InvalidOperationException("can't recover");
        });
        await _probe.WatchFor(second);

        (await _probe.Expect<Terminated>()).ActorRef.ShouldBe(second);
    }

    [Fact]
    public async Task An_actor_may_persist_when_its_recovery_has_completed()
    {
        var actor = Run(
            "at-recovery",
            (self, message) => self.Probe.Tell($"command {message}"),
            (self, message) =>
            {
                if (message is RecoveryCompleted)
                    self.Persist(new Said("started"), said => self.Probe.Tell(said.Text));
            });
        actor.Tell("a");

        await Expect("started", "command a");
    }

    [Fact]
    public async Task Persisting_while_recovering_is_an_error()
    {
        var first = Run("while-recovering", (self, message) => self.Persist(new Said((string)message), said => self.Probe.Tell(said.Text)));
        first.Tell("a");
        await Expect("a");
        await Stop(first);

        var second = Run("while-recovering", (_, _) => { }, (self, message) =>
        {
            if (message is not Said)
                return;
            try
            {
                self.Persist(new Said("b"), _ => { });
            }
            catch (InvalidOperationException)
            {
                self.Probe.Tell("refused");
            }
        });

        await Expect("refused");
        await Stop(second);
    }

    [Fact]
    public async Task A_stashed_command_comes_back_when_the_actor_says_so()
    {
        var open = false;
        var actor = Run("stash", (self, message) =>
        {
            switch (message)
            {
                case "open":
                    self.Persist(new Said("open"), _ =>
                    {
                        open = true;
                        self.Stash.UnstashAll();
                    });
                    break;
                case string when !open:
                    self.Stash.Stash();
                    break;
                default:
                    self.Persist(new Said((string)message), said => self.Probe.Tell(said.Text));
                    break;
            }
        });
        foreach (var command in new[] { "a", "b", "open" })
            actor.Tell(command);
        await Expect("a", "b");

        actor.Tell("c");
        await Expect("c");
    }

    [Fact]
    public async Task The_end_of_a_watched_actor_is_told_after_what_is_being_persisted()
    {
        var watched = _system.ActorOf(Props.Create(() => new Idle()));
        var actor = Run("watching", (self, message) =>
        {
            switch (message)
            {
                case "watch":
                    self.Watch(watched);
                    self.PersistAll(Enumerable.Range(0, 50).Select(i => new Said($"{i}")), said =>
                    {
                        if (said.Text == "0")
                            self.Ways.Stop(watched);
                        if (said.Text == "49")
                            self.Probe.Tell("persisted");
                    });
                    break;
                case Terminated terminated:
                    self.Probe.Tell(terminated.ActorRef.Equals(watched) ? "told" : "another");
                    break;
            }
        });
        actor.Tell("watch");

        await Expect("persisted", "told");
    }

    [Fact]
    public async Task Children_and_behaviours_change_with_become()
    {
        var actor = Run("become", (self, message) =>
        {
            if (message is "switch")
                self.Ways.Become(next => self.Probe.Tell($"changed {next}"));
            else
                self.Probe.Tell($"first {message}");
        });
        foreach (var command in new[] { "a", "switch", "b" })
            actor.Tell(command);

        await Expect("first a", "changed b");
    }

    [Fact]
    public async Task An_asynchronous_command_ends_before_the_next_and_then_persists()
    {
        var actor = _system.ActorOf(Props.Create(() => new Asynchronous(_probe.Ref)));
        actor.Tell(1);
        actor.Tell(2);

        await Expect("awaited 1", "persisted 1", "awaited 2", "persisted 2");
    }

    [Fact]
    public async Task Only_so_many_actors_recover_at_the_same_time_and_all_do()
    {
        var system = Start(InMemory + "\nakka.persistence.max-concurrent-recoveries = 2");
        var probe = new Probe(system);
        foreach (var i in Enumerable.Range(0, 20))
            system.ActorOf(Teller.Of($"permit-{i}", probe));

        for (var i = 0; i < 20; i++)
            await probe.Expect("recovered  at 0");
    }

    [Fact]
    public async Task A_missing_journal_plugin_is_named()
    {
        var system = Start("akka.persistence.journal.plugin = \"akka.persistence.journal.nowhere\"");
        var error = Should.Throw<Exception>(() => Akka.Persistence.Persistence.Instance.Apply(system).JournalFor(null!));

        error.Message.ShouldContain("akka.persistence.journal.nowhere");
        await system.Terminate();
    }

    private IActorRef Run(string id, Action<Behaviours, object> command, Action<Behaviours, object>? recover = null) =>
        _system.ActorOf(Behaviours.Of(id, _probe, command, recover));

    private async Task Expect(params string[] told)
    {
        foreach (var expected in told)
            await _probe.Expect(expected);
    }

    private async Task Stop(IActorRef actor)
    {
        await _probe.WatchFor(actor);
        _system.Stop(actor);
        await _probe.Expect<Terminated>();
    }

    private sealed class Idle : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }
    }

    private sealed class Asynchronous : ReceivePersistentActor
    {
        public Asynchronous(IActorRef probe)
        {
            CommandAsync<int>(async number =>
            {
                await Task.Yield();
                probe.Tell($"awaited {number}");
                Persist(new Said($"{number}"), said => probe.Tell($"persisted {said.Text}"));
            });
        }

        public override string PersistenceId => "asynchronous";
    }
}
