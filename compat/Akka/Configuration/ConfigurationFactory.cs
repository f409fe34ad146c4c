using System.Reflection;
using Akka.Configuration.Hocon;

namespace Akka.Configuration;

/// <summary>Makes configurations from HOCON text.</summary>
public class ConfigurationFactory
{
    public static Config Empty => Config.Empty;

    /// <exception cref="ConfigurationException">The text isn't HOCON; the message names line and column.</exception>
    public static Config ParseString(string hocon) => new(HoconParser.Parse(hocon, null));

    /// <param name="hocon">The text.</param>
    /// <param name="includeCallback">Finds what <c>include "name"</c> names.</param>
    /// <exception cref="ConfigurationException">The text isn't HOCON; the message names line and column.</exception>
    public static Config ParseString(string hocon, Func<string, HoconRoot> includeCallback) => new(HoconParser.Parse(hocon, includeCallback));

    /// <summary>The configuration of the executable. There is no App.config section to read it from here, so it is empty.</summary>
    public static Config Load() => Config.Empty;

    /// <summary>The defaults of the actor system itself.</summary>
    public static Config Default() => FromResource("Akka.Configuration.Pigeon.conf", typeof(ConfigurationFactory).Assembly);

    public static Config FromResource<TAssembly>(string resourceName) => FromResource(resourceName, typeof(TAssembly).Assembly);

    public static Config FromResource(string resourceName, object instanceInAssembly) => FromResource(resourceName, (instanceInAssembly as Type ?? instanceInAssembly.GetType()).Assembly);

    public static Config FromResource(string resourceName, Assembly assembly)
    {
        using var stream = assembly.GetManifestResourceStream(resourceName)
            ?? throw new ConfigurationException($"{assembly.GetName().Name} has no embedded resource '{resourceName}'.");
        using var reader = new StreamReader(stream);
        try
        {
            return ParseString(reader.ReadToEnd());
        }
        catch (ConfigurationException e)
        {
            throw new ConfigurationException($"{resourceName}: {e.Message}", e);
        }
    }
}
