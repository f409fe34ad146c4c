using System.Collections.Concurrent;
using Akka.Event;

namespace Akka.Actor;

public sealed class CoordinatedShutdownExtension : ExtensionIdProvider<CoordinatedShutdown>
{
    public override CoordinatedShutdown CreateExtension(ExtendedActorSystem system) => new(system);
}

/// <summary>
/// Shuts a system down in phases: those of akka.coordinated-shutdown.phases in the order their depends-on gives; a
/// phase's tasks run side by side, up to the phase's timeout.
/// </summary>
public sealed class CoordinatedShutdown : IExtension
{
    public const string PhaseBeforeServiceUnbind = "before-service-unbind";
    public const string PhaseServiceUnbind = "service-unbind";
    public const string PhaseServiceRequestsDone = "service-requests-done";
    public const string PhaseServiceStop = "service-stop";
    public const string PhaseBeforeClusterShutdown = "before-cluster-shutdown";
    public const string PhaseClusterShardingShutdownRegion = "cluster-sharding-shutdown-region";
    public const string PhaseClusterLeave = "cluster-leave";
    public const string PhaseClusterExiting = "cluster-exiting";
    public const string PhaseClusterExitingDone = "cluster-exiting-done";
    public const string PhaseClusterShutdown = "cluster-shutdown";
    public const string PhaseBeforeActorSystemTerminate = "before-actor-system-terminate";
    public const string PhaseActorSystemTerminate = "actor-system-terminate";

    private readonly Dictionary<string, Phase> _phases;
    private readonly IReadOnlyList<string> _order;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<(string Name, Func<Task<Done>> Run)>> _tasks = new();
    private readonly TaskCompletionSource<Done> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILoggingAdapter _log;
    private Reason? _reason;

    internal CoordinatedShutdown(ExtendedActorSystem system)
    {
        System = system;
        _log = Logging.GetLogger(system, this);
        var config = system.Settings.Config.GetConfig("akka.coordinated-shutdown");
        _phases = Phase.FromConfig(config);
        _order = Phase.Sort(_phases);
        var exits = config.GetBoolean("exit-clr");
        if (system.Settings.CoordinatedShutdownTerminateActorSystem)
        {
            AddTask(PhaseActorSystemTerminate, "terminate-system", async () =>
            {
                await ((ActorSystemImpl)system).FinalTerminate().ConfigureAwait(false);
                if (exits && _reason is not ClrExitReason) Environment.Exit(0);
                return Done.Instance;
            });
        }
        else if (exits)
        {
            AddTask(PhaseActorSystemTerminate, "exit-clr", () =>
            {
                Environment.Exit(0);
                return Task.FromResult(Done.Instance);
            });
        }

        if (config.GetBoolean("run-by-clr-shutdown-hook")) RunAtProcessExit();
    }

    /// <summary>Why a system is shut down.</summary>
    public class Reason
    {
        protected Reason()
        {
        }
    }

    public class UnknownReason : Reason
    {
        public static readonly Reason Instance = new UnknownReason();

        private UnknownReason()
        {
        }
    }

    /// <summary><see cref="ActorSystem.Terminate"/> was called.</summary>
    public class ActorSystemTerminateReason : Reason
    {
        public static readonly Reason Instance = new ActorSystemTerminateReason();

        private ActorSystemTerminateReason()
        {
        }
    }

    /// <summary>The process ends.</summary>
    public class ClrExitReason : Reason
    {
        public static readonly Reason Instance = new ClrExitReason();

        private ClrExitReason()
        {
        }
    }

    /// <summary>The cluster has downed this node.</summary>
    public class ClusterDowningReason : Reason
    {
        public static readonly Reason Instance = new ClusterDowningReason();

        private ClusterDowningReason()
        {
        }
    }

    /// <summary>This node left its cluster.</summary>
    public class ClusterLeavingReason : Reason
    {
        public static readonly Reason Instance = new ClusterLeavingReason();

        private ClusterLeavingReason()
        {
        }
    }

    /// <summary>No seed node let this node in.</summary>
    public class ClusterJoinUnsuccessfulReason : Reason
    {
        public static readonly Reason Instance = new ClusterJoinUnsuccessfulReason();

        private ClusterJoinUnsuccessfulReason()
        {
        }
    }

    public ExtendedActorSystem System { get; }

    /// <summary>Why it runs or ran, null while it hasn't begun.</summary>
    public Reason? ShutdownReason => Volatile.Read(ref _reason);

    public TimeSpan TotalTimeout => _tasks.Keys.Aggregate(TimeSpan.Zero, (sum, phase) => sum + Timeout(phase));

    public static CoordinatedShutdown Get(ActorSystem sys) => sys.WithExtension<CoordinatedShutdown, CoordinatedShutdownExtension>();

    /// <summary>Adds work to a phase.</summary>
    /// <exception cref="ArgumentException">There's no such phase, or the task has no name.</exception>
    public void AddTask(string phase, string taskName, Func<Task<Done>> task)
    {
        if (!_phases.ContainsKey(phase))
            throw new ArgumentException($"Unknown phase [{phase}], known phases [{string.Join(", ", _phases.Keys)}]. All phases (along with their optional dependencies) must be defined in configuration.", nameof(phase));
        if (string.IsNullOrEmpty(taskName))
            throw new ArgumentException("Set a task name when adding tasks to the Coordinated Shutdown. Try to use unique, self-explanatory names.", nameof(taskName));
        _tasks.GetOrAdd(phase, _ => new()).Enqueue((taskName, task));
    }

    /// <summary>How long a phase may take.</summary>
    public TimeSpan Timeout(string phase) => _phases.TryGetValue(phase, out var known)
        ? known.Timeout
        : throw new ArgumentException($"Unknown phase [{phase}]. All phases must be defined in configuration.", nameof(phase));

    /// <summary>Runs the phases, once: whoever calls again gets the same end.</summary>
    public Task<Done> Run(Reason reason, string? fromPhase = null)
    {
        if (Interlocked.CompareExchange(ref _reason, reason, null) is null) _ = RunPhases(fromPhase);
        return _done.Task;
    }

    private async Task RunPhases(string? fromPhase)
    {
        await Task.Yield();
        try
        {
            _log.Debug("Running CoordinatedShutdown with reason [{0}]", _reason!.GetType().Name);
            var from = fromPhase is null ? 0 : _order.ToList().IndexOf(fromPhase);
            foreach (var phase in _order.Skip(Math.Max(from, 0)))
            {
                if (_phases[phase].Enabled) await RunPhase(phase).ConfigureAwait(false);
                else if (_tasks.TryGetValue(phase, out var skipped)) _log.Info("Phase [{0}] disabled through configuration, skipping {1} tasks.", phase, skipped.Count);
            }

            _done.TrySetResult(Done.Instance);
        }
        catch (Exception exception)
        {
            _done.TrySetException(exception);
        }
    }

    private async Task RunPhase(string phase)
    {
        if (!_tasks.TryGetValue(phase, out var tasks)) return;
        _log.Debug("Performing phase [{0}] with [{1}] tasks", phase, tasks.Count);
        var recover = _phases[phase].Recover;
        var running = tasks.Select(task => RunTask(phase, task.Name, task.Run, recover)).ToArray();
        try
        {
            await Task.WhenAll(running).WaitAsync(Timeout(phase)).ConfigureAwait(false);
        }
        catch (TimeoutException) when (running.Any(task => !task.IsCompleted))
        {
            // The last phase outlives its timeout: nothing follows that could.
            var late = string.Join(", ", tasks.Zip(running).Where(pair => !pair.Second.IsCompleted).Select(pair => pair.First.Name));
            if (!recover) throw new TimeoutException($"Coordinated shutdown phase [{phase}] timed out after {Timeout(phase)}, still running: {late}");
            _log.Warning("Coordinated shutdown phase [{0}] timed out after {1}, still running: {2}", phase, Timeout(phase), late);
        }
    }

    private async Task RunTask(string phase, string name, Func<Task<Done>> run, bool recover)
    {
        try
        {
            await run().ConfigureAwait(false);
        }
        catch (Exception exception) when (recover)
        {
            _log.Warning(exception, "Task [{0}] failed in phase [{1}]: {2}", name, phase, exception.Message);
        }
    }

    private void RunAtProcessExit()
    {
        void Hook(object? sender, EventArgs e)
        {
            if (!System.WhenTerminated.IsCompleted) Run(ClrExitReason.Instance).Wait(TotalTimeout);
        }

        AppDomain.CurrentDomain.ProcessExit += Hook;
        System.RegisterOnTermination(() => AppDomain.CurrentDomain.ProcessExit -= Hook);
    }
}
