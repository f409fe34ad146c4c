using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace Analyzer.Node.Tests.Kit;

/// <summary>Tests a persistent actor with a journal in memory, and with a probe where the cluster's pub-sub mediator would be.</summary>
public abstract class EntityTest : TestKit
{
    private const string Hocon = """
        akka {
          loglevel = WARNING
          test.single-expect-default = 60s
          persistence {
            journal.plugin = "akka.persistence.journal.inmem"
            snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
          }
        }
        """;

    /// <summary>Has time stand still but for <see cref="Pass"/>.</summary>
    protected const string StandingTime = "akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"";

    /// <param name="more">HOCON that wins over what all of these tests have.</param>
    protected EntityTest(string more = "")
        : this(ConfigurationFactory.ParseString(more))
    {
    }

    /// <param name="more">What wins over what all of these tests have.</param>
    protected EntityTest(Config more)
        : base(more.WithFallback(ConfigurationFactory.ParseString(Hocon))) => Mediator = CreateTestProbe();

    protected TestProbe Mediator { get; }

    /// <summary>Lets standing time pass: what is due by then is told.</summary>
    protected void Pass(TimeSpan time) => ((TestScheduler)Sys.Scheduler).Advance(time);

    /// <summary>Ends the actor and waits for its end, so that its successor finds all it stored.</summary>
    protected void StopAndWait(IActorRef actor)
    {
        var watcher = CreateTestProbe();
        watcher.Watch(actor);
        Sys.Stop(actor);
        watcher.ExpectTerminated(actor);
    }
}
