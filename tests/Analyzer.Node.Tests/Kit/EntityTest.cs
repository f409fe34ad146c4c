using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace Analyzer.Node.Tests.Kit;

/// <summary>Tests a persistent actor with a journal in memory, and with a probe where the cluster's pub-sub mediator would be.</summary>
public abstract class EntityTest : TestKit
{
    private const string Hocon = """
        akka {
          loglevel = WARNING
          test.single-expect-default = 20s
          persistence {
            journal.plugin = "akka.persistence.journal.inmem"
            snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
          }
        }
        """;

    protected EntityTest() : base(Hocon) => Mediator = CreateTestProbe();

    protected TestProbe Mediator { get; }

    /// <summary>Ends the actor and waits for its end, so that its successor finds all it stored.</summary>
    protected void StopAndWait(IActorRef actor)
    {
        var watcher = CreateTestProbe();
        watcher.Watch(actor);
        Sys.Stop(actor);
        watcher.ExpectTerminated(actor);
    }
}
