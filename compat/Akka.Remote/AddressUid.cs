using System.Security.Cryptography;
using Akka.Actor;

namespace Akka.Remote;

/// <summary>The number of one life of an actor system: a system started again at the same address has another.</summary>
public class AddressUid : IExtension
{
    public readonly int Uid = RandomNumberGenerator.GetInt32(int.MaxValue);
}

/// <summary>Gives an actor system its <see cref="AddressUid"/>.</summary>
public class AddressUidExtension : ExtensionIdProvider<AddressUid>
{
    public static int Uid(ActorSystem system) => system.WithExtension<AddressUid, AddressUidExtension>().Uid;

    public override AddressUid CreateExtension(ExtendedActorSystem system) => new();
}
