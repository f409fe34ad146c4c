using Agent.Node.Capture;
using Akka.Actor;
using Shared.Messages.Configuration;

namespace Agent.Node.Tests.Capture;

/// <summary>What captures share, of tests that don't look at it: as an agent has it by default.</summary>
internal static class TestSharing
{
    internal static CaptureSharing All { get; } = CaptureSharing.Of(SkydiveConfig.Load().Agent.Capture, SkydiveConfig.Load().Flow);

    internal static Props Capture(CaptureSettings settings, IActorRef uplink) => CaptureActor.Props(settings, uplink, All);
}
