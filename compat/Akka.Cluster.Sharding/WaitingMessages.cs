using Akka.Actor;

namespace Akka.Cluster.Sharding;

/// <summary>Messages for shards whose home isn't known yet, in the order they came; so many in all.</summary>
internal sealed class WaitingMessages(int capacity)
{
    private readonly Dictionary<string, Queue<(object Message, IActorRef Sender)>> _byShard = [];
    private int _count;

    public IEnumerable<string> Shards => _byShard.Keys;

    public bool Holds(string shard) => _byShard.ContainsKey(shard);

    /// <returns>False when there is no room.</returns>
    public bool TryAdd(string shard, object message, IActorRef sender)
    {
        if (_count >= capacity)
        {
            return false;
        }

        if (!_byShard.TryGetValue(shard, out var waiting))
        {
            _byShard[shard] = waiting = new Queue<(object, IActorRef)>();
        }

        waiting.Enqueue((message, sender));
        _count++;
        return true;
    }

    public IReadOnlyCollection<(object Message, IActorRef Sender)> Take(string shard)
    {
        if (!_byShard.Remove(shard, out var waiting))
        {
            return [];
        }

        _count -= waiting.Count;
        return waiting;
    }
}
