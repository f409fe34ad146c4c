using Akka.Actor;

namespace Akka.Persistence;

/// <summary>
/// A persistent actor that declares a handler per message type: <c>Command</c> for what it's told, <c>Recover</c> for what it
/// once persisted. The first handler that matches takes the message.
/// </summary>
public abstract class ReceivePersistentActor : UntypedPersistentActor
{
    private readonly HandlerTable _recover = new();
    private readonly HandlerTable _initial = new();
    private HandlerTable? _configured;
    private bool _constructed;

    protected ReceivePersistentActor() => _configured = _initial;

    protected sealed override void OnCommand(object message) => Handle(_initial, message);

    protected sealed override void OnRecover(object message)
    {
        _constructed = true;
        if (!_recover.TryHandle(message))
            Unhandled(message);
    }

    /// <summary>Replaces the command handlers by those that <paramref name="configure"/> declares.</summary>
    protected void Become(Action configure)
    {
        var handlers = Configure(configure);
        Become(message => Handle(handlers, message));
    }

    protected void BecomeStacked(Action configure)
    {
        var handlers = Configure(configure);
        BecomeStacked(message => Handle(handlers, message));
    }

    protected void Recover<T>(Action<T> handler, Predicate<T>? shouldHandle = null) => Recovers().Add(handler, shouldHandle);

    protected void Recover<T>(Predicate<T> shouldHandle, Action<T> handler) => Recovers().Add(handler, shouldHandle);

    protected void Recover<T>(Func<T, bool> handler) => Recovers().Add(handler);

    protected void Recover(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) => Recovers().Add(messageType, handler, shouldHandle);

    protected void Recover(Type messageType, Predicate<object> shouldHandle, Action<object> handler) => Recovers().Add(messageType, handler, shouldHandle);

    protected void Recover(Type messageType, Func<object, bool> handler) => Recovers().Add(messageType, handler);

    protected void RecoverAny(Action<object> handler) => Recovers().AddAny(handler);

    protected void Command<T>(Action<T> handler, Predicate<T>? shouldHandle = null) => Commands().Add(handler, shouldHandle);

    protected void Command<T>(Predicate<T> shouldHandle, Action<T> handler) => Commands().Add(handler, shouldHandle);

    protected void Command<T>(Func<T, bool> handler) => Commands().Add(handler);

    protected void Command(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) => Commands().Add(messageType, handler, shouldHandle);

    protected void Command(Type messageType, Predicate<object> shouldHandle, Action<object> handler) => Commands().Add(messageType, handler, shouldHandle);

    protected void Command(Type messageType, Func<object, bool> handler) => Commands().Add(messageType, handler);

    protected void Command(Action<object> handler) => Commands().AddAny(handler);

    protected void CommandAny(Action<object> handler) => Commands().AddAny(handler);

    protected void CommandAsync<T>(Func<T, Task> handler, Predicate<T>? shouldHandle = null) =>
        Commands().Add(message => RunTask(() => handler(message)), shouldHandle);

    protected void CommandAsync<T>(Predicate<T> shouldHandle, Func<T, Task> handler) =>
        Commands().Add(message => RunTask(() => handler(message)), shouldHandle);

    protected void CommandAsync(Type messageType, Func<object, Task> handler, Predicate<object>? shouldHandle = null) =>
        Commands().Add(messageType, message => RunTask(() => handler(message)), shouldHandle);

    protected void CommandAsync(Type messageType, Predicate<object> shouldHandle, Func<object, Task> handler) =>
        Commands().Add(messageType, message => RunTask(() => handler(message)), shouldHandle);

    protected void CommandAnyAsync(Func<object, Task> handler) =>
        Commands().AddAny(message => RunTask(() => handler(message)));

    private void Handle(HandlerTable handlers, object message)
    {
        _constructed = true;
        if (!handlers.TryHandle(message))
            Unhandled(message);
    }

    private HandlerTable Configure(Action configure)
    {
        var outer = _configured;
        var handlers = new HandlerTable();
        _configured = handlers;
        try
        {
            configure();
        }
        finally
        {
            _configured = outer;
        }

        return handlers;
    }

    private HandlerTable Commands() =>
        !_constructed || _configured != _initial
            ? _configured!
            : throw new InvalidOperationException("You may only call Command-methods when constructing the actor and inside Become().");

    private HandlerTable Recovers() =>
        !_constructed ? _recover : throw new InvalidOperationException("You may only call Recover-methods when constructing the actor.");
}
