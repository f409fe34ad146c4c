using Agent.Node.Capture;
using Agent.Node.Logging;
using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Shared.Messages.Captures;
using Shared.Messages.Configuration;
using Shared.Messages.Logging;

namespace Agent.Node.Host;

/// <summary>Capture files posted to the analyzers, that this host reads: a child each, a few at a time.</summary>
internal sealed class PcapsActor : ReceiveActor
{
    private const int MostAtATime = 4;

    private readonly ILogger _log = Context.Log();

    /// <param name="uplink">Gets the flows.</param>
    /// <param name="options">Defaults of captures.</param>
    /// <param name="flows">Defaults of flow tables.</param>
    /// <param name="capture">Makes the capture that reads a file.</param>
    internal static Props Props(IActorRef uplink, CaptureOptions options, FlowOptions flows, Func<CaptureSettings, IActorRef, Props> capture) =>
        Akka.Actor.Props.Create(() => new PcapsActor(uplink, options, flows, capture));

    public PcapsActor(IActorRef uplink, CaptureOptions options, FlowOptions flows, Func<CaptureSettings, IActorRef, Props> capture) => Receive<ReadPcap>(read =>
    {
        if (Context.GetChildren().Count() >= MostAtATime)
        {
            Sender.Tell(new PcapRefused { Reason = $"host {read.Host} reads {MostAtATime} files already: try again", Unavailable = true });
            return;
        }

        _log.ReadsPcap(read.File.Length, read.Uuid);
        Context.ActorOf(PcapActor.Props(read, Sender, uplink, options, flows, capture), read.Uuid);
    });

    // Who asked gets no answer in time, and may ask again.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e =>
    {
        _log.ReadingPcapFailed(e);
        return Directive.Stop;
    });
}
