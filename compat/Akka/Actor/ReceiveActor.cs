using Akka.Dispatch;

namespace Akka.Actor;

/// <summary>An actor with a handler per message type, tried in the order they were declared; a type's handler gets its subtypes too.</summary>
public abstract class ReceiveActor : UntypedActor
{
    private readonly Stack<MessageHandlers> _configuring = new();
    private MessageHandlers _initial = null!;

    protected ReceiveActor() => _configuring.Push(new MessageHandlers());

    protected sealed override void OnReceive(object message) => Handle(_initial, message);

    internal void FinishConstruction() => _initial = _configuring.Pop();

    /// <summary>Replaces the behaviour on top of the stack with the handlers that <paramref name="configure"/> declares.</summary>
    protected void Become(Action configure) => base.Become(Behaviour(configure));

    /// <summary>Pushes the handlers that <paramref name="configure"/> declares as behaviour.</summary>
    protected void BecomeStacked(Action configure) => base.BecomeStacked(Behaviour(configure));

    protected void Receive<T>(Action<T> handler, Predicate<T>? shouldHandle = null) => Add(new ActionHandler<T>(handler, shouldHandle));

    protected void Receive<T>(Predicate<T> shouldHandle, Action<T> handler) => Receive(handler, shouldHandle);

    protected void Receive<T>(Func<T, bool> handler) => Add(new FuncHandler<T>(handler));

    protected void Receive(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) =>
        Add(new ActionHandler<object>(handler, shouldHandle, messageType));

    protected void Receive(Type messageType, Predicate<object> shouldHandle, Action<object> handler) => Receive(messageType, handler, shouldHandle);

    protected void Receive(Type messageType, Func<object, bool> handler) => Add(new FuncHandler<object>(handler, messageType));

    protected void ReceiveAny(Action<object> handler) => Add(new ActionHandler<object>(handler, null));

    protected void ReceiveAsync<T>(Func<T, Task> handler, Predicate<T>? shouldHandle = null) =>
        Receive(message => ActorTaskScheduler.RunTask(() => handler(message)), shouldHandle);

    protected void ReceiveAsync<T>(Predicate<T> shouldHandle, Func<T, Task> handler) => ReceiveAsync(handler, shouldHandle);

    protected void ReceiveAsync(Type messageType, Func<object, Task> handler, Predicate<object>? shouldHandle = null) =>
        Receive(messageType, message => ActorTaskScheduler.RunTask(() => handler(message)), shouldHandle);

    protected void ReceiveAsync(Type messageType, Predicate<object> shouldHandle, Func<object, Task> handler) =>
        ReceiveAsync(messageType, handler, shouldHandle);

    protected void ReceiveAnyAsync(Func<object, Task> handler) =>
        ReceiveAny(message => ActorTaskScheduler.RunTask(() => handler(message)));

    private UntypedReceive Behaviour(Action configure)
    {
        var handlers = new MessageHandlers();
        _configuring.Push(handlers);
        try
        {
            configure();
        }
        finally
        {
            _configuring.Pop();
        }

        return message => Handle(handlers, message);
    }

    private void Handle(MessageHandlers handlers, object message)
    {
        if (!handlers.TryHandle(message)) Unhandled(message);
    }

    private void Add(MessageHandler handler)
    {
        if (_configuring.Count == 0) throw new InvalidOperationException("You may only call Receive-methods when constructing the actor and inside Become().");
        _configuring.Peek().Add(handler);
    }
}
