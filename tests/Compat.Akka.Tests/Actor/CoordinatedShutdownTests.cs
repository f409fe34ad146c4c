using System.Collections.Concurrent;
using Akka;
using Akka.Actor;
using Akka.Configuration;

namespace Compat.Akka.Tests.Actor;

public sealed class CoordinatedShutdownTests
{
    private static readonly Config s_quiet = ConfigurationFactory.ParseString("""
        akka.loglevel = OFF
        akka.stdout-loglevel = OFF
        akka.coordinated-shutdown.run-by-clr-shutdown-hook = off
        """);

    [Fact]
    public async Task Phases_run_in_the_order_of_their_dependencies()
    {
        var system = ActorSystem.Create("shutdown", s_quiet);
        var ran = new ConcurrentQueue<string>();
        var shutdown = CoordinatedShutdown.Get(system);
        foreach (var phase in (string[])[CoordinatedShutdown.PhaseClusterExiting, CoordinatedShutdown.PhaseServiceStop, CoordinatedShutdown.PhaseBeforeServiceUnbind, CoordinatedShutdown.PhaseBeforeActorSystemTerminate])
        {
            shutdown.AddTask(phase, phase, async () =>
            {
                await Task.Delay(10);
                ran.Enqueue(phase);
                return Done.Instance;
            });
        }

        await shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance);
        ran.ShouldBe([CoordinatedShutdown.PhaseBeforeServiceUnbind, CoordinatedShutdown.PhaseServiceStop, CoordinatedShutdown.PhaseClusterExiting, CoordinatedShutdown.PhaseBeforeActorSystemTerminate]);
        shutdown.ShutdownReason.ShouldBe(CoordinatedShutdown.ClrExitReason.Instance);
        system.WhenTerminated.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task It_runs_once()
    {
        var system = ActorSystem.Create("shutdown", s_quiet);
        var runs = 0;
        var shutdown = CoordinatedShutdown.Get(system);
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "count", () =>
        {
            Interlocked.Increment(ref runs);
            return Task.FromResult(Done.Instance);
        });
        await Task.WhenAll(shutdown.Run(CoordinatedShutdown.UnknownReason.Instance), shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance));
        runs.ShouldBe(1);
        shutdown.ShutdownReason.ShouldBe(CoordinatedShutdown.UnknownReason.Instance);
    }

    [Fact]
    public async Task Terminating_a_system_runs_it()
    {
        var system = ActorSystem.Create("shutdown", s_quiet);
        var ran = false;
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseServiceStop, "note", () =>
        {
            ran = true;
            return Task.FromResult(Done.Instance);
        });
        await system.Terminate();
        ran.ShouldBeTrue();
        CoordinatedShutdown.Get(system).ShutdownReason.ShouldBe(CoordinatedShutdown.ActorSystemTerminateReason.Instance);
    }

    [Fact]
    public async Task A_failing_or_slow_task_does_not_stop_what_follows()
    {
        var system = ActorSystem.Create("shutdown", ConfigurationFactory.ParseString("akka.coordinated-shutdown.phases.service-stop.timeout = 50ms").WithFallback(s_quiet));
        var shutdown = CoordinatedShutdown.Get(system);
        var reached = false;
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceUnbind, "fails", () => Task.FromException<Done>(new InvalidOperationException()));
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "never ends", () => new TaskCompletionSource<Done>().Task);
        shutdown.AddTask(CoordinatedShutdown.PhaseBeforeClusterShutdown, "note", () =>
        {
            reached = true;
            return Task.FromResult(Done.Instance);
        });
        await shutdown.Run(CoordinatedShutdown.UnknownReason.Instance);
        reached.ShouldBeTrue();
    }

    [Fact]
    public async Task A_task_of_an_unknown_phase_is_refused()
    {
        var system = ActorSystem.Create("shutdown", s_quiet);
        Should.Throw<ArgumentException>(() => CoordinatedShutdown.Get(system).AddTask("lunch", "eat", () => Task.FromResult(Done.Instance)));
        await system.Terminate();
    }
}
