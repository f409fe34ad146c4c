using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using Akka.Remote;

namespace Compat.Remote.Tests;

/// <summary>An actor system that other systems reach on loopback.</summary>
public sealed class Node : IAsyncDisposable
{
    private Node(ActorSystem system)
    {
        System = system;
        Address = ((ExtendedActorSystem)system).Provider.DefaultAddress;
    }

    public ActorSystem System { get; }

    public Address Address { get; }

    public static Node Start(string name, int port = 0, string settings = "") => new(ActorSystem.Create(name, ConfigurationFactory.ParseString($$"""
        {{settings}}
        akka.actor.provider = remote
        akka.loglevel = WARNING
        akka.log-dead-letters = off
        akka.remote.log-remote-lifecycle-events = off
        akka.remote.retry-gate-closed-for = 500 ms
        akka.remote.dot-netty.tcp.hostname = "127.0.0.1"
        akka.remote.dot-netty.tcp.port = {{port}}
        """)));

    public static ActorSelection Select(Node from, Node to, string path) => from.System.ActorSelection(to.Address + path);

    /// <summary>A ref, as <paramref name="from"/> sees it, of the actor at a path of another node; asks again while the gate is closed.</summary>
    public static async Task<IActorRef> FindAsync(Node from, Address to, string path)
    {
        var patience = TimeSpan.FromSeconds(30);
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await from.System.ActorSelection(to + path).ResolveOne(TimeSpan.FromSeconds(1));
            }
            catch (ActorNotFoundException) when (Stopwatch.GetElapsedTime(start) < patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
        }
    }

    public Probe Listen<TEvent>()
    {
        var probe = new Probe(System);
        System.EventStream.Subscribe(probe.Ref, typeof(TEvent));
        return probe;
    }

    public int Uid => AddressUidExtension.Uid(System);

    public async ValueTask DisposeAsync() => await System.Terminate();
}
