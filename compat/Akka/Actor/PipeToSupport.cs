namespace Akka.Actor;

/// <summary>Sending tasks' outcomes to actors.</summary>
public static class PipeToSupport
{
    public static Task PipeTo<T>(this Task<T> taskToPipe, ICanTell recipient, IActorRef? sender = null, Func<T, object>? success = null, Func<Exception, object>? failure = null) =>
        Pipe(taskToPipe, recipient, sender ?? ActorRefs.NoSender, result => success is null ? result! : success(result), failure);

    public static Task PipeTo(this Task taskToPipe, ICanTell recipient, IActorRef? sender = null, Func<object>? success = null, Func<Exception, object>? failure = null) =>
        Pipe(WithResult(taskToPipe), recipient, sender ?? ActorRefs.NoSender, _ => success is null ? Status.Success.Instance : success(), failure, silentOnSuccess: success is null);

    public static Task PipeTo<T>(this ValueTask<T> taskToPipe, ICanTell recipient, IActorRef? sender = null, Func<T, object>? success = null, Func<Exception, object>? failure = null) =>
        taskToPipe.AsTask().PipeTo(recipient, sender, success, failure);

    private static async Task<bool> WithResult(Task task)
    {
        await task.ConfigureAwait(false);
        return true;
    }

    private static async Task Pipe<T>(Task<T> task, ICanTell recipient, IActorRef? sender, Func<T, object> success, Func<Exception, object>? failure, bool silentOnSuccess = false)
    {
        T result;
        try
        {
            result = await task.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            recipient.Tell(failure is null ? new Status.Failure(exception) : failure(exception), sender);
            return;
        }

        if (!silentOnSuccess) recipient.Tell(success(result), sender);
    }
}
