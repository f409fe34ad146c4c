namespace Akka.Actor;

/// <summary>Makes actors in another way than by a constructor.</summary>
public interface IIndirectActorProducer
{
    Type ActorType { get; }

    ActorBase Produce();

    void Release(ActorBase actor);
}
