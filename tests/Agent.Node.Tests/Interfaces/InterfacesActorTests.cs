using Agent.Node.Capture;
using Agent.Node.Interfaces;
using Agent.Node.Linux;
using Agent.Node.Probes.Netlink;
using Agent.Node.Probes.OpenVSwitch;
using Agent.Node.Topology;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.TestActors;
using Akka.TestKit.Xunit2;
using Shared.Messages.Captures;
using Shared.Messages.Configuration;
using Topology.Fabric.Model;
using static Agent.Node.Tests.Topology.HostGraphTests;

namespace Agent.Node.Tests.Interfaces;

/// <summary>Captures come to the interfaces they're wanted on, whichever is there first.</summary>
public sealed class InterfacesActorTests : TestKit
{
    private static readonly SkydiveConfig Config = SkydiveConfig.Load();
    private static readonly NamespaceId Own = new(4, 1);

    private readonly TestProbe _topology;
    private readonly TestProbe _captures;
    private readonly IActorRef _interfaces;
    private HostFacts _facts = new("h1", Own);
    private HostGraph _graph = HostGraph.Empty;

    public InterfacesActorTests()
        : base("akka.test.single-expect-default = 30 s")
    {
        _topology = CreateTestProbe();
        _captures = CreateTestProbe();
        var captures = _captures.Ref;
        var surroundings = new InterfaceSurroundings(_topology.Ref, CreateTestProbe().Ref, (settings, _) =>
        {
            captures.Tell(settings);
            return BlackHoleActor.Props;
        });
        _interfaces = Sys.ActorOf(InterfacesActor.Props("h1", Config.Agent.Capture, Config.Flow, surroundings));
        _topology.ExpectMsg<WatchGraph>();
    }

    [Fact]
    public void A_capture_starts_on_the_interface_where_it_is_wanted_and_each_interface_has_its_actor()
    {
        Update(Seen([.. Enumerable.Range(1, 100).Select(i => Link(i, $"eth{i}"))]));
        Want("eth7");
        _captures.ExpectMsg<CaptureSettings>().Device.ShouldBe("eth7");
        _captures.ExpectNoMsg(TimeSpan.FromMilliseconds(200));
        Enumerable.Range(1, 100).Select(i => Id($"eth{i}")).Except(Running()).ShouldBeEmpty();
    }

    [Fact]
    public void A_capture_waits_for_its_interface_and_runs_again_when_that_comes_back()
    {
        Update(Seen(Link(1, "lo")));
        Want("eth7");
        _captures.ExpectNoMsg(TimeSpan.FromMilliseconds(200));
        Update(Seen(Link(7, "eth7")));
        _captures.ExpectMsg<CaptureSettings>().Device.ShouldBe("eth7");

        Update(new([], [7]));
        AwaitAssert(() => Running().ShouldNotContain(Id("eth7")));
        Update(Seen(Link(8, "eth7")));
        _captures.ExpectMsg<CaptureSettings>().Device.ShouldBe("eth7");
    }

    [Fact]
    public void A_capture_that_isnt_wanted_any_more_ends()
    {
        Update(Seen(Link(7, "eth7")));
        Want("eth7");
        _captures.ExpectMsg<CaptureSettings>();
        Want();
        _topology.FishForMessage(message => message is CapturesChanged { Captures.IsEmpty: true });
    }

    private static string Id(string name) => NameUuid.Of("node", "h1", "interface", "", name);

    private List<string> Running() =>
        [.. ((ActorRefWithCell)_interfaces).Children.Select(child => child.Path.Name)];

    private void Update(InterfaceChanges changes)
    {
        _facts = _facts.WithInterfaces(Own, changes, 1);
        (_graph, var told) = _graph.Update(_facts, 1);
        _interfaces.Tell(new GraphUpdate(_graph, OvsTables.Empty, told));
    }

    private void Want(params string[] names) => _interfaces.Tell(new SetCaptures
    {
        Captures = { names.Select(name => new HostCapture { Capture = new Shared.Messages.Captures.Capture { Uuid = "c1" }, Nodes = { new CaptureNode { Id = Id(name), Tid = "t" } } }) },
    });
}
