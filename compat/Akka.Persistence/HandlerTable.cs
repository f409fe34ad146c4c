namespace Akka.Persistence;

/// <summary>Handlers in the order they were declared; the first that fits and takes the message ends the search.</summary>
internal sealed class HandlerTable
{
    private readonly List<(Type Type, Func<object, bool> Handle)> _handlers = [];
    private bool _complete;

    public void Add<T>(Action<T> handler, Predicate<T>? shouldHandle) => Add(typeof(T), message =>
    {
        var typed = (T)message;
        if (shouldHandle is not null && !shouldHandle(typed))
            return false;
        handler(typed);
        return true;
    });

    public void Add<T>(Func<T, bool> handler) => Add(typeof(T), message => handler((T)message));

    public void Add(Type type, Action<object> handler, Predicate<object>? shouldHandle) => Add(type, message =>
    {
        if (shouldHandle is not null && !shouldHandle(message))
            return false;
        handler(message);
        return true;
    });

    public void Add(Type type, Func<object, bool> handler)
    {
        if (_complete)
            throw new InvalidOperationException("A handler that catches all messages has been added. No handler can be added after that.");
        _handlers.Add((type, handler));
    }

    public void AddAny(Action<object> handler)
    {
        Add(handler, null);
        _complete = true;
    }

    public bool TryHandle(object message)
    {
        foreach (var (type, handle) in _handlers)
        {
            if (type.IsInstanceOfType(message) && handle(message))
                return true;
        }

        return false;
    }
}
