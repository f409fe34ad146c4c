namespace Agent.Node.Capture;

/// <summary>A capture can't start or go on; the message says why, in words for its user.</summary>
internal sealed class CaptureException : Exception
{
    /// <summary>Without a reason.</summary>
    public CaptureException()
    {
    }

    /// <summary>With a reason.</summary>
    public CaptureException(string message) : base(message)
    {
    }

    /// <summary>With a reason and what led to it.</summary>
    public CaptureException(string message, Exception inner) : base(message, inner)
    {
    }
}
