using Akka.Actor;

namespace Compat.Cluster.Tests;

/// <summary>Answers every text with the address it runs at, behind the text.</summary>
internal sealed class Echo : ReceiveActor
{
    public Echo()
    {
        var self = Akka.Cluster.Cluster.Get(Context.System).SelfAddress;
        Receive<string>(text => Sender.Tell($"{text}@{self.Port}"));
    }
}
