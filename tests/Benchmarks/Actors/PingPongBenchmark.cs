using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;

namespace Benchmarks.Actors;

/// <summary>
/// Two actors send what they get back to its sender. The window is how many messages go round at a time: with 1,000,
/// as Akka.NET's own ping-pong has it, both sides stay busy; with 1, each message wakes the other side up.
/// </summary>
internal static class PingPongBenchmark
{
    private static readonly object s_message = new Message();

    public static async Task<(Measurement Actors, Measurement Channels)> RunAsync(long messages, int window)
    {
        var system = ActorSystem.Create("ping-pong", ConfigurationFactory.ParseString("akka.loglevel = WARNING"));
        var actors = await Measurement.OfAsync($"ping-pong: 1 pair, window {window}", messages, count => PlayAsync(system, count, window));
        await system.Terminate();
        var channels = await Measurement.OfAsync("ping-pong: the same over channels", messages, count => PlayOverChannelsAsync(count, window));
        return (actors, channels);
    }

    private static async Task PlayAsync(ActorSystem system, long messages, int window)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ponger = system.ActorOf(Props.Create(() => new Ponger()));
        var pinger = system.ActorOf(Props.Create(() => new Pinger(messages / 2, done)));
        for (var i = 0; i < window; i++)
        {
            ponger.Tell(s_message, pinger);
        }

        await done.Task;
        system.Stop(pinger);
        system.Stop(ponger);
    }

    private static async Task PlayOverChannelsAsync(long messages, int window)
    {
        var options = new UnboundedChannelOptions { SingleReader = true };
        var pings = Channel.CreateUnbounded<object>(options);
        var pongs = Channel.CreateUnbounded<object>(options);
        var ponger = Task.Run(async () =>
        {
            while (await pings.Reader.WaitToReadAsync())
            {
                while (pings.Reader.TryRead(out var message))
                {
                    pongs.Writer.TryWrite(message);
                }
            }
        });
        var pinger = Task.Run(async () =>
        {
            var left = messages / 2;
            while (left > 0 && await pongs.Reader.WaitToReadAsync())
            {
                while (left > 0 && pongs.Reader.TryRead(out var message))
                {
                    if (--left >= window)
                    {
                        pings.Writer.TryWrite(message);
                    }
                }
            }

            pings.Writer.Complete();
        });
        for (var i = 0; i < window; i++)
        {
            pings.Writer.TryWrite(s_message);
        }

        await Task.WhenAll(pinger, ponger);
    }

    private sealed class Message;

    private sealed class Ponger : ReceiveActor
    {
        public Ponger() => Receive<Message>(message => Sender.Tell(message, Self));
    }

    private sealed class Pinger : ReceiveActor
    {
        private long _left;

        public Pinger(long rounds, TaskCompletionSource done)
        {
            _left = rounds;
            Receive<Message>(message =>
            {
                if (--_left > 0)
                {
                    Sender.Tell(message, Self);
                }
                else if (_left == 0)
                {
                    done.SetResult();
                }
            });
        }
    }
}
