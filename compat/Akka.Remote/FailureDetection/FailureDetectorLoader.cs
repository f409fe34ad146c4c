using System.Reflection;
using Akka.Actor;
using Akka.Configuration;

namespace Akka.Remote;

/// <summary>Makes the failure detector that <c>implementation-class</c> names.</summary>
public static class FailureDetectorLoader
{
    /// <exception cref="ConfigurationException">No such class, or it refuses its configuration.</exception>
    public static FailureDetector Load(string fqcn, Config config, ActorSystem system)
    {
        var type = Type.GetType(fqcn, throwOnError: false) ?? throw new ConfigurationException($"The failure detector '{fqcn}' is no type here.");
        try
        {
            return Activator.CreateInstance(type, config, system.EventStream) as FailureDetector
                ?? throw new ConfigurationException($"'{fqcn}' is no failure detector.");
        }
        catch (TargetInvocationException e) when (e.InnerException is { } cause)
        {
            throw new ConfigurationException($"The failure detector '{fqcn}' can't be made: {cause.Message}", cause);
        }
        catch (MissingMethodException e)
        {
            throw new ConfigurationException($"The failure detector '{fqcn}' has no constructor that takes a Config and an EventStream.", e);
        }
    }

    public static FailureDetector LoadFailureDetector(this IActorContext context, string fqcn, Config config) => Load(fqcn, config, context.System);
}
