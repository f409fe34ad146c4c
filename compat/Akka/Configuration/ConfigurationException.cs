using Akka.Actor;

namespace Akka.Configuration;

/// <summary>Configuration text doesn't parse, or a value in it isn't what its reader expects; the message says where.</summary>
public class ConfigurationException : AkkaException
{
    public ConfigurationException(string message) : base(message, null)
    {
    }

    public ConfigurationException(string message, Exception? exception) : base(message, exception)
    {
    }

    public static ConfigurationException NullOrEmptyConfig<T>(string? path = null) => new(path is null
        ? $"{typeof(T).FullName} needs a configuration, and got none."
        : $"{typeof(T).FullName} needs a configuration at '{path}', and that is missing or empty.");
}
