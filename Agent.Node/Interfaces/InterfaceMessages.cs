using System.Collections.Immutable;
using Agent.Node.Probes.OpenVSwitch;
using Agent.Node.Topology;
using Akka.Actor;
using Shared.Messages.Captures;

namespace Agent.Node.Interfaces;

/// <summary>A capture wanted on a node, with the UDP port kept for it when it's an sFlow one (else 0).</summary>
internal sealed record WantedCapture(NodeCapture Capture, int SflowPort);

/// <summary>Interfaces -> interface: the captures that are to run there, all of them.</summary>
internal sealed record SetNodeCaptures(ImmutableArray<WantedCapture> Captures);

/// <summary>Interfaces -> interface: what there is to capture now, and Open vSwitch's database for a bridge.</summary>
internal sealed record PlaceChanged(CapturePlace Place, OvsTables Ovs);

/// <summary>What interfaces need of the agent around them.</summary>
/// <param name="Topology">Told of captures' states, and passes changes of Open vSwitch's database on.</param>
/// <param name="Uplink">Takes flows.</param>
/// <param name="Capture">Makes a capture.</param>
internal sealed record InterfaceSurroundings(IActorRef Topology, IActorRef Uplink, Func<Capture.CaptureSettings, IActorRef, Props> Capture);
