using Akka.Actor;

namespace Akka.Cluster;

/// <summary>A node couldn't join a cluster.</summary>
public class ClusterJoinFailedException : AkkaException
{
    public ClusterJoinFailedException(string message) : base(message)
    {
    }
}
