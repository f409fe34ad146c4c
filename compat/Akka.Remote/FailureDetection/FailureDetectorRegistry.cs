using System.Collections.Concurrent;

namespace Akka.Remote;

/// <summary>A failure detector for each of many resources.</summary>
public interface IFailureDetectorRegistry<T>
{
    /// <summary>True also for a resource that never had a heartbeat.</summary>
    bool IsAvailable(T resource);

    bool IsMonitoring(T resource);

    void Heartbeat(T resource);

    void Remove(T resource);

    void Reset();
}

/// <summary>Makes a resource's failure detector at its first heartbeat. Safe for use by several threads.</summary>
public class DefaultFailureDetectorRegistry<T> : IFailureDetectorRegistry<T>
    where T : notnull
{
    private readonly Func<FailureDetector> _factory;
    private readonly ConcurrentDictionary<T, FailureDetector> _detectors = new();

    public DefaultFailureDetectorRegistry(Func<FailureDetector> factory) => _factory = factory;

    public bool IsAvailable(T resource) => !_detectors.TryGetValue(resource, out var detector) || detector.IsAvailable;

    public bool IsMonitoring(T resource) => _detectors.TryGetValue(resource, out var detector) && detector.IsMonitoring;

    public void Heartbeat(T resource) => _detectors.GetOrAdd(resource, static (r, factory) => Named(factory(), r), _factory).HeartBeat();

    public void Remove(T resource) => _detectors.TryRemove(resource, out _);

    public void Reset() => _detectors.Clear();

    internal FailureDetector? GetFailureDetector(T resource) => _detectors.GetValueOrDefault(resource);

    private static FailureDetector Named(FailureDetector detector, T resource)
    {
        if (detector is PhiAccrualFailureDetector phi)
            phi.Address = resource.ToString() ?? phi.Address;
        return detector;
    }
}
