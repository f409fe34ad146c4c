using System.Diagnostics;
using System.Globalization;
using Akka.Actor;
using Akka.Configuration;
using Spectre.Console;

namespace Benchmarks.Remoting;

/// <summary>
/// Request-replies between two processes on loopback, one and a thousand under way at a time: actors over Akka.Remote, beside a
/// bare socket that echoes frames of the same size in the same window.
/// </summary>
internal static class RequestReplyBenchmark
{
    private const int Runs = 3;
    private const string Payload = "0123456789abcdef";
    private const string ActorsArgument = "serve-actors";
    private const string FramesArgument = "serve-frames";

    private static readonly (int Window, int Requests)[] Loads = [(1, 5_000), (1_000, 300_000)];

    public static async Task<int> RunAsync(string[] arguments)
    {
        switch (arguments)
        {
            case []:
                await MeasureAsync();
                return 0;
            case [ActorsArgument]:
                using (var system = Start("server"))
                {
                    system.ActorOf(Props.Create<EchoActor>(), "echo");
                    ServeUntilInputEnds(((ExtendedActorSystem)system).Provider.DefaultAddress.ToString());
                }

                return 0;
            case [FramesArgument]:
                ServeUntilInputEnds(SocketEcho.Serve().ToString(CultureInfo.InvariantCulture));
                return 0;
            default:
                Console.Error.WriteLine($"remoting takes no arguments, and not '{string.Join(' ', arguments)}'.");
                return 2;
        }
    }

    private static async Task MeasureAsync()
    {
        using var frames = EchoProcess.Start("remoting", FramesArgument);
        var port = int.Parse(await frames.ReadyAsync(), CultureInfo.InvariantCulture);
        using var actors = EchoProcess.Start("remoting", ActorsArgument);
        var address = await actors.ReadyAsync();
        using var system = Start("client");
        var echo = await system.ActorSelection(address + "/user/echo").ResolveOne(TimeSpan.FromSeconds(30));

        var table = new Table().AddColumns("request-replies between two processes", "per second", "against the socket", "CPU µs each, both processes");
        foreach (var (window, requests) in Loads)
        {
            var remoting = await Measurement.OfAsync(actors, requests, count => AskAsync(system, echo, count, window));
            var bare = await Measurement.OfAsync(frames, requests, count => Task.Run(() => SocketEcho.Ask(port, count, window)));
            Add(table, $"actors over Akka.Remote, {window:N0} under way", remoting, remoting.PerSecond / bare.PerSecond);
            Add(table, $"a bare socket, {window:N0} under way", bare, 1);
        }

        AnsiConsole.Write(table);
        await system.Terminate();
    }

    private static void Add(Table table, string name, Measurement measured, double ratio) => table.AddRow(
        name,
        FormattableString.Invariant($"{measured.PerSecond:N0}"),
        FormattableString.Invariant($"{ratio:0.000}"),
        FormattableString.Invariant($"{measured.Microseconds:0.00}"));

    private static async Task AskAsync(ActorSystem system, IActorRef echo, int count, int window)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ActorOf(Props.Create(() => new Client(echo, count, window, done)));
        await done.Task;
    }

    private static ActorSystem Start(string name) => ActorSystem.Create(name, ConfigurationFactory.ParseString("""
        akka.actor.provider = remote
        akka.loglevel = WARNING
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        """));

    private static void ServeUntilInputEnds(string ready)
    {
        Console.WriteLine(EchoProcess.Ready + ready);
        while (Console.ReadLine() is not null)
        {
        }
    }

    /// <summary>How many a second, and the processor time each took on both sides together.</summary>
    private sealed record Measurement(double PerSecond, double Microseconds)
    {
        /// <summary>Runs once to warm up, then three times; the fastest counts.</summary>
        internal static async Task<Measurement> OfAsync(EchoProcess other, int count, Func<int, Task> run)
        {
            await run(count / 2);
            Measurement? best = null;
            for (var i = 0; i < Runs; i++)
            {
                var processor = Processor(other);
                var start = Stopwatch.GetTimestamp();
                await run(count);
                var elapsed = Stopwatch.GetElapsedTime(start);
                var measured = new Measurement(count / elapsed.TotalSeconds, (Processor(other) - processor).TotalMicroseconds / count);
                if (best is null || measured.PerSecond > best.PerSecond)
                {
                    best = measured;
                }
            }

            return best!;
        }

        private static TimeSpan Processor(EchoProcess other) => Process.GetCurrentProcess().TotalProcessorTime + other.ProcessorTime;
    }

    private sealed class EchoActor : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }

    private sealed class Client : UntypedActor
    {
        private readonly IActorRef _echo;
        private readonly TaskCompletionSource _done;
        private readonly int _count;
        private readonly int _window;
        private int _sent;
        private int _answered;

        public Client(IActorRef echo, int count, int window, TaskCompletionSource done)
        {
            _echo = echo;
            _count = count;
            _window = window;
            _done = done;
        }

        protected override void PreStart()
        {
            for (; _sent < _window; _sent++)
            {
                _echo.Tell(Payload);
            }
        }

        protected override void OnReceive(object message)
        {
            if (++_answered == _count)
            {
                _done.SetResult();
                Context.Stop(Self);
            }
            else if (_sent < _count)
            {
                _sent++;
                _echo.Tell(message);
            }
        }
    }
}
