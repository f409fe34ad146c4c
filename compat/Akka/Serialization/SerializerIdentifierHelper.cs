using Akka.Actor;
using Akka.Configuration;

namespace Akka.Serialization;

/// <summary>Serializers' numbers, from <c>akka.actor.serialization-identifiers</c>.</summary>
public static class SerializerIdentifierHelper
{
    /// <exception cref="ConfigurationException">The section has no number for the type.</exception>
    public static int GetSerializerIdentifierFromConfig(Type type, ExtendedActorSystem system)
    {
        const string Section = "akka.actor.serialization-identifiers";
        foreach (var (name, id) in system.Settings.Config.GetConfig(Section).AsEnumerable())
        {
            if (name == TypeNames.Of(type) || name == type.FullName || Type.GetType(name, throwOnError: false) == type)
                return id.GetInt();
        }

        throw new ConfigurationException($"The serializer {type.FullName} overrides no Identifier, and {Section} has none for it.");
    }
}
