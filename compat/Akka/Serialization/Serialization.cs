using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;

namespace Akka.Serialization;

/// <summary>
/// The actor system's serializers, from <c>akka.actor.serializers</c>, and which type each of them writes, from
/// <c>akka.actor.serialization-bindings</c>. A type without a binding is not serialized.
/// </summary>
public class Serialization
{
    [ThreadStatic]
    private static Information? s_transport;

    private readonly ConcurrentDictionary<int, Serializer> _byId = new();
    private readonly ConcurrentDictionary<string, Serializer> _byName = new(StringComparer.Ordinal);
    private readonly SerializerBindings _bindings = new();
    private readonly NullSerializer _null;
    private Information? _transport;

    public Serialization(ExtendedActorSystem system)
    {
        System = system;
        _null = new NullSerializer(system);
        AddSerializer(_null);
        var config = system.Settings.Config;
        foreach (var (name, type) in config.GetConfig("akka.actor.serializers").AsEnumerable())
            AddSerializer(name, Create(name, type.GetString(), config.GetConfig($"akka.actor.serialization-settings.{ConfigPath.Quote(name)}")));
        foreach (var (typeName, serializer) in config.GetConfig("akka.actor.serialization-bindings").AsEnumerable())
        {
            var type = Type.GetType(typeName, throwOnError: false)
                ?? throw new ConfigurationException($"akka.actor.serialization-bindings binds '{typeName}', and there is no such type.");
            var name = serializer.GetString() ?? "";
            AddSerializationMap(type, _byName.GetValueOrDefault(name)
                ?? throw new ConfigurationException($"akka.actor.serialization-bindings binds '{typeName}' to '{name}', which akka.actor.serializers lacks."));
        }
    }

    public ExtendedActorSystem System { get; }

    /// <summary>The address that this system is known by.</summary>
    internal Information Transport
    {
        get
        {
            var address = System.Provider.DefaultAddress;
            var known = _transport;
            return known is not null && ReferenceEquals(known.Address, address) ? known : _transport = new Information(address, System);
        }
    }

    /// <summary>Runs <paramref name="action"/>; actor references serialized in it get the address this system is known by.</summary>
    public static T WithTransport<T>(ExtendedActorSystem system, Func<T> action) => WithTransport(system.Serialization.Transport, action, static a => a());

    public static T WithTransport<TState, T>(ExtendedActorSystem system, TState state, Func<TState, T> action) =>
        WithTransport(system.Serialization.Transport, state, action);

    public static T WithTransport<T>(ActorSystem system, Address address, Func<T> action) => WithTransport(new Information(address, system), action, static a => a());

    /// <exception cref="InvalidOperationException">Nothing is being serialized for a transport on this thread.</exception>
    public static Information GetCurrentTransportInformation() =>
        s_transport ?? throw new InvalidOperationException("No transport is known on this thread: serialize inside Serialization.WithTransport.");

    /// <summary>The path by which the reader of what is being serialized finds the actor; empty for none.</summary>
    public static string SerializedActorPath(IActorRef? actorRef)
    {
        if (actorRef is null || Equals(actorRef, ActorRefs.NoSender))
            return string.Empty;
        var transport = s_transport;
        if (transport is not null)
            return actorRef.Path.ToSerializationFormatWithAddress(transport.Address);
        return actorRef is IInternalActorRef { IsLocal: true } local and not Nobody
            ? actorRef.Path.ToSerializationFormatWithAddress(local.Provider.DefaultAddress)
            : actorRef.Path.ToSerializationFormat();
    }

    /// <summary>What goes next to the bytes for <paramref name="s"/> to read them again; empty if it needs nothing.</summary>
    public static string ManifestFor(Serializer s, object msg)
    {
        if (s is SerializerWithStringManifest named)
            return named.Manifest(msg);
        return s.IncludeManifest ? TypeNames.Of(msg.GetType()) : string.Empty;
    }

    /// <exception cref="ArgumentException">Another serializer has the same identifier.</exception>
    public void AddSerializer(Serializer serializer)
    {
        var known = _byId.GetOrAdd(serializer.Identifier, serializer);
        if (known != serializer && known.GetType() != serializer.GetType())
            throw new ArgumentException($"{serializer.GetType().FullName} and {known.GetType().FullName} have the same identifier, {serializer.Identifier}.");
    }

    public void AddSerializer(string name, Serializer serializer)
    {
        AddSerializer(serializer);
        _byName[name] = serializer;
    }

    public void AddSerializationMap(Type type, Serializer serializer) => _bindings.Bind(type, serializer);

    /// <exception cref="SerializationException">Nothing is bound to the object's type.</exception>
    public Serializer FindSerializerFor(object? obj, string? defaultSerializerName = null) =>
        obj is null ? _null : FindSerializerForType(obj.GetType(), defaultSerializerName);

    /// <param name="objectType">The type of what is to be written.</param>
    /// <param name="defaultSerializerName">The serializer to use if nothing but <see cref="object"/> is bound.</param>
    /// <exception cref="SerializationException">Nothing is bound to the type.</exception>
    public Serializer FindSerializerForType(Type objectType, string? defaultSerializerName = null)
    {
        if (_bindings.Find(objectType) is { } bound)
            return bound;
        if (!string.IsNullOrEmpty(defaultSerializerName) && _byName.TryGetValue(defaultSerializerName, out var named))
            return named;
        return _bindings.OfObject ?? throw new SerializationException(
            $"No serializer is bound to {objectType.FullName}: bind it, a base class or an interface of it in akka.actor.serialization-bindings.");
    }

    public byte[] Serialize(object o) => WithTransport(System, (Serialization: this, Message: o), static s => s.Serialization.FindSerializerFor(s.Message).ToBinary(s.Message));

    /// <exception cref="SerializationException">The serializer or the type is unknown here.</exception>
    public object Deserialize(byte[] bytes, int serializerId, Type type) =>
        WithTransport(System, (Serializer: GetSerializerById(serializerId), bytes, type), static s => s.Serializer.FromBinary(s.bytes, s.type));

    /// <exception cref="SerializationException">The serializer or the type is unknown here.</exception>
    public object Deserialize(byte[] bytes, int serializerId, string manifest) =>
        WithTransport(System, (Serializer: GetSerializerById(serializerId), bytes, manifest), static s => FromBinary(s.Serializer, s.bytes, s.manifest));

    public IActorRef DeserializeActorRef(string path) => System.Provider.ResolveActorRef(path);

    /// <summary>As <see cref="WithTransport{TState,T}"/>, for a caller that has the address at hand.</summary>
    internal static T WithTransport<TState, T>(Information transport, TState state, Func<TState, T> action)
    {
        var outer = s_transport;
        s_transport = transport;
        try
        {
            return action(state);
        }
        finally
        {
            s_transport = outer;
        }
    }

    internal static object FromBinary(Serializer serializer, byte[] bytes, string? manifest)
    {
        if (serializer is SerializerWithStringManifest named)
            return named.FromBinary(bytes, manifest ?? "");
        return serializer.FromBinary(bytes, string.IsNullOrEmpty(manifest) ? null! : TypeNames.Find(manifest));
    }

    internal Serializer GetSerializerById(int serializerId) => _byId.GetValueOrDefault(serializerId)
        ?? throw new SerializationException($"There is no serializer with identifier {serializerId} here; akka.actor.serializers differs from the writer's.");

    private Serializer Create(string name, string? typeName, Config settings)
    {
        var type = Type.GetType(typeName ?? "", throwOnError: false)
            ?? throw new ConfigurationException($"akka.actor.serializers.{name} is '{typeName}', and there is no such type.");
        try
        {
            var withSettings = type.GetConstructor([typeof(ExtendedActorSystem), typeof(Config)]);
            var serializer = withSettings is not null && !settings.IsEmpty ? withSettings.Invoke([System, settings]) : Activator.CreateInstance(type, System);
            return serializer as Serializer ?? throw new ConfigurationException($"akka.actor.serializers.{name}: {typeName} is no Serializer.");
        }
        catch (TargetInvocationException e) when (e.InnerException is { } cause)
        {
            throw new ConfigurationException($"akka.actor.serializers.{name}: {typeName} can't be created: {cause.Message}", cause);
        }
        catch (MissingMethodException e)
        {
            throw new ConfigurationException($"akka.actor.serializers.{name}: {typeName} has no constructor that takes an ExtendedActorSystem.", e);
        }
    }
}
