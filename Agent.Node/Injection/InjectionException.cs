namespace Agent.Node.Injection;

/// <summary>An injection can't be done; the message says why, in words for its user.</summary>
internal sealed class InjectionException : Exception
{
    internal InjectionException(string message) : base(message)
    {
    }

    internal InjectionException(string message, Exception inner) : base(message, inner)
    {
    }
}
