using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace Compat.Cluster.Tests.Sharding;

/// <summary>An entity that answers every text with who and where it is and how many it has got.</summary>
internal sealed class Counter : ReceiveActor
{
    public const string Passivate = "passivate";
    public const string StopSuddenly = "stop suddenly";

    private readonly string _id;
    private readonly ConcurrentQueue<string>? _started;
    private int _count;

    public Counter(string id, ConcurrentQueue<string>? started)
    {
        _id = id;
        _started = started;
        var port = Akka.Cluster.Cluster.Get(Context.System).SelfAddress.Port;
        Receive<string>(text => text == Passivate, _ => Context.Parent.Tell(new Passivate(PoisonPill.Instance)));
        Receive<string>(text => text == StopSuddenly, _ => Context.Stop(Self));
        Receive<string>(text => text == "path", _ => Sender.Tell(Self.Path.ToStringWithoutAddress()));
        Receive<string>(_ => Sender.Tell($"{_id}:{++_count}@{port}"));
    }

    protected override void PreStart() => _started?.Enqueue(_id);
}
