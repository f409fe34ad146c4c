using System.Runtime.CompilerServices;

namespace Akka.Actor;

/// <summary>One declared handler.</summary>
internal abstract class MessageHandler(Type messageType)
{
    public Type MessageType { get; } = messageType;

    /// <summary>True when nothing declared after it can get a message of its type.</summary>
    public abstract bool TakesAll { get; }

    /// <summary>Handles a message that is of <see cref="MessageType"/>; false when it declines.</summary>
    public abstract bool TryHandle(object message);
}

internal sealed class ActionHandler<T>(Action<T> handler, Predicate<T>? shouldHandle, Type? messageType = null) : MessageHandler(messageType ?? typeof(T))
{
    public override bool TakesAll => shouldHandle is null;

    public override bool TryHandle(object message)
    {
        // Handlers are looked up by the message's type, so the cast can't fail; for classes it needs no second check.
        var typed = typeof(T).IsValueType ? (T)message : Unsafe.As<object, T>(ref message);
        if (shouldHandle is not null && !shouldHandle(typed)) return false;
        handler(typed);
        return true;
    }
}

internal sealed class FuncHandler<T>(Func<T, bool> handler, Type? messageType = null) : MessageHandler(messageType ?? typeof(T))
{
    public override bool TakesAll => false;

    public override bool TryHandle(object message) => handler((T)message);
}

/// <summary>
/// The handlers of one behaviour. Which of them may get a message of some type is worked out the first time such a
/// message comes and kept by type, so that the declarations' order holds without a walk over all of them per message.
/// </summary>
internal sealed class MessageHandlers
{
    private static readonly MessageHandler[] s_none = [];

    private readonly List<MessageHandler> _declared = [];
    private readonly Dictionary<Type, MessageHandler[]> _byType = [];
    private MessageHandler? _any;
    private Type? _lastType;
    private MessageHandler[] _lastHandlers = s_none;

    public void Add(MessageHandler handler)
    {
        if (_any is not null)
            throw new InvalidOperationException("A handler that catches all messages has been added. No handler can be added after that.");
        if (handler.MessageType == typeof(object) && handler.TakesAll) _any = handler;
        _declared.Add(handler);
        _byType.Clear();
        _lastType = null;
    }

    public bool TryHandle(object message)
    {
        var type = message.GetType();
        if (type != _lastType)
        {
            if (!_byType.TryGetValue(type, out var found)) _byType[type] = found = Find(type);
            _lastHandlers = found;
            _lastType = type;
        }

        foreach (var handler in _lastHandlers)
        {
            if (handler.TryHandle(message)) return true;
        }

        return false;
    }

    private MessageHandler[] Find(Type type)
    {
        var found = new List<MessageHandler>();
        foreach (var handler in _declared)
        {
            if (!handler.MessageType.IsAssignableFrom(type)) continue;
            found.Add(handler);
            if (handler.TakesAll) break;
        }

        return [.. found];
    }
}
