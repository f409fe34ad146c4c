using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace Compat.Akka.Tests.Event;

public sealed class LoggingTests(ITestOutputHelper output) : TestKit("akka.loglevel = DEBUG", output)
{
    [Fact]
    public void An_actors_log_names_its_path()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Info));
        var actor = Sys.ActorOf(Props.Create<Chatty>(), "chatty");
        actor.Tell("x");
        var logged = FishForMessage<Info>(info => info.LogClass == typeof(Chatty));
        logged.Message.ToString().ShouldBe("got x, 1 so far");
        logged.LogSource.ShouldContain("/user/chatty");
    }

    [Fact]
    public void Each_level_has_its_event()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(LogEvent));
        var failure = new InvalidOperationException("cause");
        Sys.Log.Debug("d {0}", 1);
        Sys.Log.Info("i");
        Sys.Log.Warning("w {0} {1}", 1, 2);
        Sys.Log.Error(failure, "e {0} {1} {2}", 1, 2, 3);
        FishForMessage<Debug>(logged => logged.Message.ToString() == "d 1").LogLevel().ShouldBe(LogLevel.DebugLevel);
        FishForMessage<Info>(logged => logged.Message.ToString() == "i");
        FishForMessage<Warning>(logged => logged.Message.ToString() == "w 1 2");
        FishForMessage<Error>(logged => logged.Message.ToString() == "e 1 2 3").Cause.ShouldBe(failure);
    }

    [Fact]
    public void Event_filters_wait_for_what_they_expect()
    {
        var actor = Sys.ActorOf(Props.Create<Chatty>());
        EventFilter.Info(start: "got y").ExpectOne(() => actor.Tell("y"));
        EventFilter.Error(contains: "bad").Expect(2, () =>
        {
            actor.Tell(1);
            actor.Tell(2);
        });
        EventFilter.Exception<InvalidOperationException>("thrown").ExpectOne(() => actor.Tell(true));
    }

    [Fact]
    public async Task A_level_that_is_off_is_not_published()
    {
        var system = ActorSystem.Create("levels", ConfigurationFactory.ParseString($$"""
            akka.loglevel = WARNING
            akka.stdout-loglevel = OFF
            akka.loggers = ["{{typeof(Recorder).AssemblyQualifiedName}}"]
            """));
        system.Log.IsInfoEnabled.ShouldBeFalse();
        system.Log.IsWarningEnabled.ShouldBeTrue();
        system.Log.Info("unseen");
        system.Log.Warning("seen {0}", 1);
        system.Log.Error("seen 2");
        // Events are in order, so when the last is there, all are.
        await AwaitConditionAsync(() => Recorder.Seen.Contains("seen 2"), TimeSpan.FromSeconds(10), "The logger got the last event.");
        await system.Terminate();
        Recorder.Seen.Where(text => text.Contains("seen", StringComparison.Ordinal)).ShouldBe(["seen 1", "seen 2"]);
    }

    private sealed class Chatty : ReceiveActor
    {
        private readonly ILoggingAdapter _log = Context.GetLogger();
        private int _count;

        public Chatty()
        {
            Receive<string>(text => _log.Info("got {0}, {1} so far", text, ++_count));
            Receive<int>(_ => _log.Error("bad number"));
            Receive<bool>(_ => throw new InvalidOperationException("thrown"));
        }
    }

    public sealed class Recorder : ReceiveActor
    {
        public static readonly ConcurrentQueue<string> Seen = new();

        public Recorder()
        {
            Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
            Receive<LogEvent>(logged => Seen.Enqueue(logged.Message.ToString()!));
        }
    }
}
