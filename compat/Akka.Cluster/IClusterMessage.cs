namespace Akka.Cluster;

/// <summary>Marks what cluster nodes send each other; bound to the cluster's serializer.</summary>
public interface IClusterMessage
{
}
