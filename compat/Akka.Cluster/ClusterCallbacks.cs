namespace Akka.Cluster;

/// <summary>What to run when this node has reached some status. Each runs once, on the thread pool.</summary>
internal sealed class ClusterCallbacks
{
    private readonly Lock _gate = new();
    private readonly List<(Func<MemberStatus, bool> When, Action Run)> _waiting = [];

    /// <param name="now">This node's status; read under the same lock that <see cref="SelfIs"/> takes, so no change is missed.</param>
    public void Add(Func<MemberStatus, bool> when, Func<MemberStatus?> now, Action callback)
    {
        lock (_gate)
        {
            if (now() is not { } status || !when(status))
            {
                _waiting.Add((when, callback));
                return;
            }
        }

        Run(callback);
    }

    public void SelfIs(MemberStatus status)
    {
        List<(Func<MemberStatus, bool> When, Action Run)> due;
        lock (_gate)
        {
            due = _waiting.FindAll(w => w.When(status));
            _waiting.RemoveAll(w => w.When(status));
        }

        due.ForEach(w => Run(w.Run));
    }

    private static void Run(Action callback) => ThreadPool.QueueUserWorkItem(run => run(), callback, preferLocal: false);
}
