namespace Akka.Serialization;

/// <summary>Placeholder until compat/Akka/Serialization lands; that landing deletes this file.</summary>
public class Serialization
{
    public Serialization(Akka.Actor.ExtendedActorSystem system) => System = system;

    public Akka.Actor.ActorSystem System { get; }
}
