using Akka.Actor;
using Shared.Messages.Flows;

namespace Analyzer.Node.Tests.Kit;

/// <summary>Stands for the region of the flows entities: sends each message to its partition's.</summary>
internal sealed class FlowsRegion : ReceiveActor
{
    public FlowsRegion(IReadOnlyList<IActorRef> entities) =>
        ReceiveAny(message => entities[int.Parse(FlowShards.EntityOf(message)!, System.Globalization.CultureInfo.InvariantCulture)].Forward(message));

    public static Props Props(IReadOnlyList<IActorRef> entities) => Akka.Actor.Props.Create(() => new FlowsRegion(entities));
}
