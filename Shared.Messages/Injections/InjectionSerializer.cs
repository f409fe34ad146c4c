using Akka.Actor;
using Shared.Messages.Serialization;

namespace Shared.Messages.Injections;

/// <summary>
/// Serializes the protocol of injections: the gateway, the registry, agents and the journal.
/// Manifests are part of the journal's format: add, never change.
/// </summary>
public sealed class InjectionSerializer(ExtendedActorSystem system) : ProtocolSerializer(system, Protocol)
{
    internal static readonly Protocol Protocol = new(1004, "injections",
    [
        new("injection", Injection.Parser),
        new("start-injection", StartInjection.Parser),
        new("stop-injection", StopInjection.Parser),
        new("injection-progress", InjectionProgress.Parser),
        new("injection-created", InjectionCreated.Parser),
        new("injection-changed", InjectionChanged.Parser),
        new("injection-deleted", InjectionDeleted.Parser),
        new("injection-registry-state", InjectionRegistryState.Parser),
        new("create-injection", CreateInjection.Parser),
        new("delete-injection", DeleteInjection.Parser),
        new("get-injections", GetInjections.Parser),
        new("injections", Injections.Parser),
        new("injection-refused", InjectionRefused.Parser),
        new("get-injector", GetInjector.Parser),
        new("injector", Injector.Parser),
    ]);
}
