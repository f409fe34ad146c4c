using System.Text.Json;
using Agent.Node.Capture;
using Agent.Node.Interfaces;
using Agent.Node.Probes.OpenVSwitch;
using Agent.Node.Topology;
using Akka.Actor;
using Shared.Messages.Captures;
using Shared.Messages.Configuration;
using static Agent.Node.Tests.Topology.HostGraphTests;

namespace Agent.Node.Tests.Interfaces;

/// <summary>What is decided for an interface's captures, without an actor.</summary>
public sealed class InterfaceStateTests
{
    private static readonly SkydiveConfig Config = SkydiveConfig.Load();
    private static readonly CapturePlace Bridge = new CapturePlace.Bridge("br0");
    private static readonly InterfaceState Empty = new("h1", Config.Agent.Capture, Config.Flow);

    [Fact]
    public void A_mirror_is_asked_for_then_its_port_is_awaited_brought_up_and_captured()
    {
        var (state, tasks) = OnBridge(Ovs()).Want([Wanted("c1")]);
        tasks.ShouldHaveSingleItem().ShouldBeOfType<InterfaceTask.ChangeOvs>().Id.ShouldBe("c1");

        (state, tasks) = state.Changed("c1");
        tasks.ShouldHaveSingleItem().ShouldBe(new InterfaceTask.AwaitPort("c1"));

        (state, tasks) = state.At(Bridge, WithPort("c1"));
        tasks.ShouldBe([new InterfaceTask.StopAwaiting("c1"), new InterfaceTask.BringUp("c1", BridgeMirror.PortName("br0", "c1"))]);

        (state, tasks) = state.PortUp("c1", null);
        tasks.ShouldHaveSingleItem().ShouldBeOfType<InterfaceTask.Run>().Plan.Type.ShouldBe("ovsmirror");
        state.States.ShouldHaveSingleItem().State.ShouldBe(CaptureState.Starting);
    }

    [Fact]
    public void A_port_that_comes_to_nothing_fails_the_capture_with_the_reason()
    {
        var (waiting, _) = OnBridge(Ovs()).Want([Wanted("c1")]).State.Changed("c1");

        waiting.PortOverdue("c1", TimeSpan.FromSeconds(10)).State.States.ShouldHaveSingleItem().Error.ShouldContain("within 10 s");
        var refused = waiting.At(Bridge, WithPort("c1")).State.PortUp("c1", "Operation not permitted");
        refused.Tasks.ShouldHaveSingleItem().ShouldBe(new InterfaceTask.TellWhy("c1", "Operation not permitted"));
        refused.State.States.ShouldHaveSingleItem().State.ShouldBe(CaptureState.Failed);
    }

    [Fact]
    public void The_same_failure_again_is_told_once()
    {
        var (state, tasks) = Empty.Want([Wanted("c1")]);
        tasks.OfType<InterfaceTask.TellWhy>().Count().ShouldBe(1);
        (state, tasks) = state.Want([Wanted("c1")]);
        tasks.ShouldBeEmpty();
        state.States.ShouldHaveSingleItem().Error.ShouldContain("no device to capture on");
    }

    [Fact]
    public void A_capture_unwanted_while_Open_vSwitch_makes_its_mirror_is_forgotten_and_the_mirror_removed()
    {
        var (preparing, _) = OnBridge(Ovs()).Want([Wanted("c1")]);
        var (unwanted, _) = preparing.Want([]);
        unwanted.States.ShouldBeEmpty();

        var (state, tasks) = unwanted.At(Bridge, WithPort("c1"));
        tasks.ShouldHaveSingleItem().ShouldBeOfType<InterfaceTask.ChangeOvs>().Id.ShouldBeEmpty();
        state.IsRemoving.ShouldBeTrue();
        state.At(Bridge, WithPort("c1")).Tasks.ShouldBeEmpty();
        state.Changed("").State.IsRemoving.ShouldBeFalse();
    }

    [Fact]
    public void What_an_actor_before_says_is_late()
    {
        var (state, _) = Empty.At(new CapturePlace.Device("eth0", 2, null), OvsTables.Empty).State.Want([Wanted("c1")]);
        state = state.Running("c1", ActorRefs.Nobody);

        var told = state.Tells("c1", new Another(), before => before with { State = CaptureState.Active });

        told.ShouldBe(state);
        state.Tells("c1", ActorRefs.Nobody, before => before with { State = CaptureState.Active }).States.ShouldHaveSingleItem().State.ShouldBe(CaptureState.Active);
    }

    private static InterfaceState OnBridge(OvsTables ovs) => Empty.At(Bridge, ovs).State;

    private static WantedCapture Wanted(string id) =>
        new(new NodeCapture { NodeId = "node", NodeTid = "tid", Capture = new Shared.Messages.Captures.Capture { Uuid = id } }, 0);

    /// <summary>The bridge with a mirror's port that Open vSwitch has made.</summary>
    private static OvsTables WithPort(string capture)
    {
        var name = BridgeMirror.PortName("br0", capture);
        var ports = Ovs($$$"""
            "00000000-0000-0000-0000-0000000000d0": {"new": {"name": "{{{name}}}", "interfaces": ["uuid", "00000000-0000-0000-0000-0000000000d1"],
                "external_ids": ["map", [["skydive-capture", "{{{capture}}}"]]]}}
            """);
        using var made = JsonDocument.Parse($$$"""{"Interface": {"00000000-0000-0000-0000-0000000000d1": {"new": {"name": "{{{name}}}", "type": "internal", "ifindex": 9} } } }""");
        return ports.Apply(made.RootElement);
    }

    private sealed class Another : MinimalActorRef
    {
        public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / "another";

        public override IActorRefProvider Provider => throw new NotSupportedException();
    }
}
