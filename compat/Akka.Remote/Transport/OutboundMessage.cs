using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace Akka.Remote.Transport;

/// <summary>A message on its way out. Without a recipient it is a sign to the connection itself.</summary>
internal readonly record struct OutboundMessage(object Message, IActorRef? Sender, RemoteActorRef? Recipient)
{
    public static readonly OutboundMessage Ping = new(new object(), null, null);

    public bool IsPing => Recipient is null;

    public bool IsSystemMessage => Message is ISystemMessage;
}
