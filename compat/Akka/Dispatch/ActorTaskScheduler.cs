using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace Akka.Dispatch;

/// <summary>Runs the continuations of an actor's asynchronous handlers as that actor: on its mailbox, with its context.</summary>
public class ActorTaskScheduler : TaskScheduler
{
    private readonly ActorCell _cell;

    internal ActorTaskScheduler(ActorCell cell) => _cell = cell;

    /// <summary>The message whose handler is awaiting.</summary>
    public object? CurrentMessage => _cell.CurrentMessage;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Runs an action as the current actor.</summary>
    public static void RunTask(Action action) => RunTask(() =>
    {
        action();
        return Task.CompletedTask;
    });

    /// <summary>Runs asynchronous work as the current actor, which handles no further message until it has ended; what it throws fails the actor.</summary>
    /// <exception cref="InvalidOperationException">No actor runs on this thread.</exception>
    public static void RunTask(Func<Task> asyncAction)
    {
        var cell = ActorCell.Current ?? throw new InvalidOperationException("RunTask must be called from an actor context.");
        var starter = new Task<Task>(asyncAction);
        starter.RunSynchronously(cell.TaskScheduler);
        var work = starter.IsCompletedSuccessfully ? starter.Result : starter;
        if (work is null) return;
        if (!work.IsCompleted) cell.AwaitTask(work);
        else if (FailureOf(work) is { } failure) global::System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    internal static Exception? FailureOf(Task task) =>
        task.IsFaulted ? (task.Exception!.InnerExceptions.Count == 1 ? task.Exception.InnerException : task.Exception)
        : task.IsCanceled ? new TaskCanceledException(task)
        : null;

    internal void Execute(Task task) => TryExecuteTask(task);

    protected override void QueueTask(Task task) => _cell.SendSystemMessage(new ActorTask(task));

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && ReferenceEquals(ActorCell.Current, _cell) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
