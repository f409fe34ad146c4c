namespace Akka.Actor;

/// <summary>Base of the exceptions that the toolkit itself throws.</summary>
public abstract class AkkaException : Exception
{
    protected AkkaException()
    {
    }

    protected AkkaException(string? message, Exception? cause = null) : base(message, cause)
    {
    }

    protected Exception? Cause => InnerException;
}
