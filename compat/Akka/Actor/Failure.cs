namespace Akka.Actor;

/// <summary>A failure told to an asker.</summary>
public class Failure
{
    public Exception? Exception { get; set; }

    public DateTime Timestamp { get; set; }
}
