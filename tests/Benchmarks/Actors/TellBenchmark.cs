using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;

namespace Benchmarks.Actors;

/// <summary>Two producers tell to a sink each, as fast as they can; counted when both sinks have handled everything.</summary>
internal static class TellBenchmark
{
    private const int Pairs = 2;

    private static readonly object s_message = new Message();

    public static async Task<(Measurement Actors, Measurement Channels)> RunAsync(long messages)
    {
        var system = ActorSystem.Create("tells", ConfigurationFactory.ParseString("akka.loglevel = WARNING"));
        var actors = await Measurement.OfAsync("tell: 2 producers, 2 sinks", messages, count => TellAsync(system, count / Pairs));
        await system.Terminate();
        var channels = await Measurement.OfAsync("tell: the same over channels", messages, count => WriteAsync(count / Pairs));
        return (actors, channels);
    }

    private static async Task TellAsync(ActorSystem system, long each)
    {
        var done = Enumerable.Range(0, Pairs).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var sinks = done.Select(end => system.ActorOf(Props.Create(() => new Sink(each, end)))).ToArray();
        var producers = sinks.Select(sink => Task.Run(() =>
        {
            for (long i = 0; i < each; i++)
            {
                sink.Tell(s_message, ActorRefs.NoSender);
            }
        }));
        await Task.WhenAll(producers);
        await Task.WhenAll(done.Select(end => end.Task));
        foreach (var sink in sinks)
        {
            system.Stop(sink);
        }
    }

    private static async Task WriteAsync(long each)
    {
        var pairs = Enumerable.Range(0, Pairs).Select(_ => Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true })).ToArray();
        var consumers = pairs.Select(channel => Task.Run(async () =>
        {
            long handled = 0;
            while (handled < each && await channel.Reader.WaitToReadAsync())
            {
                while (channel.Reader.TryRead(out _))
                {
                    handled++;
                }
            }
        })).ToArray();
        var producers = pairs.Select(channel => Task.Run(() =>
        {
            for (long i = 0; i < each; i++)
            {
                channel.Writer.TryWrite(s_message);
            }
        }));
        await Task.WhenAll(producers);
        await Task.WhenAll(consumers);
    }

    private sealed class Message;

    private sealed class Sink : ReceiveActor
    {
        private long _left;

        public Sink(long messages, TaskCompletionSource done)
        {
            _left = messages;
            Receive<Message>(_ =>
            {
                if (--_left == 0)
                {
                    done.SetResult();
                }
            });
        }
    }
}
