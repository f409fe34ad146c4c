using Agent.Node.Probes.OpenVSwitch;
using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace Agent.Node.Tests.Probes.OpenVSwitch;

public sealed class OvsdbProbeTests : TestKit
{
    private readonly FakeOvsdb _database = new();
    private readonly IActorRef _probe;

    public OvsdbProbeTests()
        : base("akka { loggers = [], test.single-expect-default = 30s }")
    {
        _probe = Sys.ActorOf(OvsdbProbe.Props(_database.Path, TestActor));
        ExpectMsg<OvsChanged>();
    }

    [Fact]
    public async Task A_connection_made_for_the_probe_before_it_restarted_is_closed_and_its_own_goes_on()
    {
        var late = await OvsdbMonitor.ConnectAsync(_database.Path, _ => { }, CancellationToken.None);
        AwaitAssert(() => _database.Open.ShouldBe(2));
        _probe.Tell(new OvsdbProbe.Connected(new object(), late));

        AwaitAssert(() => _database.Open.ShouldBe(1));
        Commit("after");
    }

    [Fact]
    public void A_probe_that_failed_follows_the_database_again_on_one_connection()
    {
        _probe.Tell(new OvsdbProbe.Transact("wrong", _ => throw new InvalidOperationException("a defect")));

        FishForMessage<OvsChanged>(_ => true);
        AwaitAssert(() => _database.Open.ShouldBe(1));
        Commit("after");
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _database.Dispose();
    }

    private void Commit(string id) => AwaitAssert(() =>
    {
        _probe.Tell(new OvsdbProbe.Transact(id, _ => []), TestActor);
        FishForMessage<OvsdbProbe.Transacted>(done => done.Id == id);
    });
}
