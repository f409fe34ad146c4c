using Akka.Actor;

namespace Akka.Remote.Transport;

/// <summary>One life of a remote system.</summary>
internal readonly record struct Peer(Address Address, int Uid)
{
    public override string ToString() => $"{Address} (uid {Uid})";
}
