using Akka.Remote.Transport;

namespace Akka.Remote.Serialization;

/// <summary>An exception as type, message and stack trace; what is read is of the same type if that has a constructor for a message.</summary>
internal static class ExceptionPayload
{
    private const int MaximumDepth = 16;

    public static void Write(FrameWriter to, Exception? exception)
    {
        for (var depth = 0; exception is not null && depth < MaximumDepth; depth++, exception = exception.InnerException)
        {
            to.WriteByte(1);
            to.WriteText(Akka.Serialization.TypeNames.Of(exception.GetType()));
            to.WriteText(exception.Message);
            to.WriteText(exception.StackTrace ?? "");
        }

        to.WriteByte(0);
    }

    public static Exception? Read(ref FrameReader from, int depth = 0)
    {
        if (from.ReadByte() == 0 || depth >= MaximumDepth)
            return null;
        var typeName = from.ReadText();
        var message = from.ReadText();
        var stackTrace = from.ReadText();
        var cause = Read(ref from, depth + 1);
        var exception = Create(typeName, message, cause);
        if (stackTrace.Length > 0)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.SetRemoteStackTrace(exception, stackTrace);
        return exception;
    }

    private static Exception Create(string typeName, string message, Exception? cause)
    {
        var type = Type.GetType(typeName, throwOnError: false);
        if (type is not null && typeof(Exception).IsAssignableFrom(type) && !type.IsAbstract)
        {
            if (cause is not null && type.GetConstructor([typeof(string), typeof(Exception)]) is { } withCause)
                return (Exception)withCause.Invoke([message, cause]);
            if (type.GetConstructor([typeof(string)]) is { } withMessage)
                return (Exception)withMessage.Invoke([message]);
        }

        return new RemoteTransportException($"{typeName}: {message}", cause);
    }
}
