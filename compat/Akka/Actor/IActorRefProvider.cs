using Akka.Event;

namespace Akka.Actor;

/// <summary>
/// Makes, finds and names actors. This is the seam on which remoting and clustering hang:
/// <list type="bullet">
/// <item>akka.actor.provider names the type ("local", "remote", "cluster" or a type name); it's constructed with
/// (string systemName, Settings settings, EventStream eventStream), then <see cref="Init"/> is called once with the system.</item>
/// <item>A remote provider wraps a <see cref="LocalActorRefProvider"/>, which has the guardians, temp container and dead
/// letters, and adds: refs for other addresses in <see cref="ResolveActorRef(ActorPath)"/> and <see cref="RootGuardianAt"/>,
/// its transport's address in <see cref="DefaultAddress"/> and <see cref="GetExternalAddressFor"/>.</item>
/// <item>Refs to other nodes derive from <see cref="InternalActorRefBase"/>; Watch, Unwatch and DeathWatchNotification reach
/// them by SendSystemMessage. Local refs take the same messages from the wire by SendSystemMessage.</item>
/// <item>Services are started below /system by <see cref="ExtendedActorSystem.SystemActorOf(Props, string)"/>; an ask's ref
/// is registered below /temp the moment its path is read, so answers from the wire resolve.</item>
/// <item>Paths of local refs have no host; <see cref="ActorPath.ToSerializationFormatWithAddress"/> puts the wire's one in.</item>
/// </list>
/// </summary>
public interface IActorRefProvider
{
    IInternalActorRef RootGuardian { get; }

    /// <summary>The root of the system at an address; dead letters when that's neither here nor reachable.</summary>
    IActorRef RootGuardianAt(Address address);

    IActorRef DeadLetters { get; }

    ActorPath RootPath { get; }

    Settings Settings { get; }

    IInternalActorRef TempContainer { get; }

    /// <summary>Ends when the last actor has.</summary>
    Task TerminationTask { get; }

    /// <summary>The address others know this system by.</summary>
    Address DefaultAddress { get; }

    ActorPath TempPath();

    void RegisterTempActor(IInternalActorRef actorRef, ActorPath path);

    void UnregisterTempActor(ActorPath path);

    /// <summary>The ref of a full path; one that leads to dead letters where there's no actor.</summary>
    IActorRef ResolveActorRef(string path);

    IActorRef ResolveActorRef(ActorPath actorPath);

    /// <summary>This system's address as seen from another one, null when it can't reach us.</summary>
    Address? GetExternalAddressFor(Address address);

    internal LocalActorRef Guardian { get; }

    internal LocalActorRef SystemGuardian { get; }

    internal EventStream EventStream { get; }

    internal void Init(ActorSystemImpl system);

    internal IInternalActorRef ActorOf(ActorSystemImpl system, Props props, IInternalActorRef supervisor, ActorPath path, bool systemService);
}
