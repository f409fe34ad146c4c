using Akka.Event;

namespace Akka.Cluster.Tools.Singleton;

/// <summary>Marks what managers send each other; bound to their serializer.</summary>
public interface IClusterSingletonMessage
{
}

/// <summary>What a manager's state machine carries along.</summary>
public interface IClusterSingletonData
{
}

/// <summary>Where a manager stands.</summary>
public enum ClusterSingletonState
{
    Start = 0,
    AcquiringLease = 1,
    Oldest = 2,
    Younger = 3,
    BecomingOldest = 4,
    WasOldest = 5,
    HandingOver = 6,
    TakeOver = 7,
    Stopping = 8,
    End = 9,
}

/// <summary>From the manager on the new oldest node to the one on the node before.</summary>
internal sealed class HandOverToMe : IClusterSingletonMessage, IDeadLetterSuppression
{
    public static readonly HandOverToMe Instance = new();
}

/// <summary>The singleton is being stopped there.</summary>
internal sealed class HandOverInProgress : IClusterSingletonMessage
{
    public static readonly HandOverInProgress Instance = new();
}

/// <summary>No singleton runs there any more.</summary>
internal sealed class HandOverDone : IClusterSingletonMessage
{
    public static readonly HandOverDone Instance = new();
}

/// <summary>From the manager on a node on its way out to the next oldest, which may not have heard of it.</summary>
internal sealed class TakeOverFromMe : IClusterSingletonMessage, IDeadLetterSuppression
{
    public static readonly TakeOverFromMe Instance = new();
}
