using System.Diagnostics;
using System.Globalization;
using Akka.Actor;
using Akka.Configuration;

namespace Benchmarks.Remoting;

/// <summary>
/// Request-replies between two processes on loopback, a thousand under way at a time: actors over remoting, beside a bare
/// socket that echoes frames of the same size in the same window.
/// </summary>
internal static class RequestReplyBenchmark
{
    private const int Window = 1_000;
    private const int Requests = 1_000_000;
    private const int WarmUp = 200_000;
    private const string Payload = "0123456789abcdef";
    private const string ActorsArgument = "serve-actors";
    private const string FramesArgument = "serve-frames";

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
        SocketEcho.Ask(port, WarmUp, Window);
        var bare = SocketEcho.Ask(port, Requests, Window);

        using var actors = EchoProcess.Start("remoting", ActorsArgument);
        var address = await actors.ReadyAsync();
        using var system = Start("client");
        var echo = await system.ActorSelection(address + "/user/echo").ResolveOne(TimeSpan.FromSeconds(30));
        await AskAsync(system, echo, WarmUp);
        var remoting = await AskAsync(system, echo, Requests);
        await system.Terminate();

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"request-replies between two processes, {Window:N0} under way: {remoting:N0}/s by actors, {bare:N0}/s by a bare socket echo, ratio {remoting / bare:0.00}"));
    }

    private static async Task<double> AskAsync(ActorSystem system, IActorRef echo, int count)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = Stopwatch.GetTimestamp();
        system.ActorOf(Props.Create(() => new Client(echo, count, done)));
        await done.Task;
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
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

    private sealed class EchoActor : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }

    private sealed class Client : UntypedActor
    {
        private readonly IActorRef _echo;
        private readonly TaskCompletionSource _done;
        private readonly int _count;
        private int _sent;
        private int _answered;

        public Client(IActorRef echo, int count, TaskCompletionSource done)
        {
            _echo = echo;
            _count = count;
            _done = done;
        }

        protected override void PreStart()
        {
            for (; _sent < Window; _sent++)
                _echo.Tell(Payload);
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
