using Akka.Actor;
using Akka.Event;
using Analyzer.Node.Logging;
using Microsoft.Extensions.Logging;
using Shared.Messages.Logging;

namespace Analyzer.Node.Host;

/// <summary>Looks after the database and logs when it goes and when it comes back, not every failure in between.</summary>
internal sealed class StorageWatch : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly ILogger _log = Context.Log();
    private readonly StorageHealth _health;
    private string? _problem;

    public StorageWatch(StorageHealth health)
    {
        _health = health;
        Receive<CheckDue>(_ => _health.CheckAsync(CancellationToken.None).PipeTo(Self, success: problem => new Checked(problem)));
        Receive<Checked>(OnChecked);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(StorageHealth health) => Akka.Actor.Props.Create(() => new StorageWatch(health));

    protected override void PreStart() => Self.Tell(CheckDue.Instance);

    private void OnChecked(Checked result)
    {
        if (result.Problem is { } problem && problem != _problem)
        {
            _log.StorageUnusable(problem);
        }
        else if (result.Problem is null && _problem is not null)
        {
            _log.StorageBack(_health.Place);
        }

        _problem = result.Problem;
        Timers.StartSingleTimer(CheckDue.Instance, CheckDue.Instance, Every);
    }

    private sealed record Checked(string? Problem);

    private sealed class CheckDue : IDeadLetterSuppression
    {
        public static readonly CheckDue Instance = new();
    }
}
