namespace Akka.Remote.Transport;

/// <summary>
/// Which system messages of one life of a peer were delivered; outlives connections, so that what is sent again after
/// a reconnect is delivered once. Safe for use by several threads.
/// </summary>
internal sealed class SystemMessageInbox
{
    private readonly Lock _gate = new();
    private long _delivered;

    public long Delivered
    {
        get
        {
            lock (_gate)
                return _delivered;
        }
    }

    /// <summary>Whether the message is the next to be delivered; runs <paramref name="deliver"/> if so.</summary>
    public bool TryDeliver(long number, Action deliver)
    {
        lock (_gate)
        {
            if (number != _delivered + 1)
                return false;
            _delivered = number;
            deliver();
            return true;
        }
    }
}
