namespace Akka.Event;

/// <summary>A format and its arguments, put together only when somebody prints them.</summary>
public abstract class LogMessage
{
    protected readonly ILogMessageFormatter Formatter;

    public LogMessage(ILogMessageFormatter formatter, string format)
    {
        Formatter = formatter;
        Format = format;
    }

    public string Format { get; }

    public abstract string Unformatted();

    public abstract IEnumerable<object> Parameters();
}

internal sealed class ArgumentsLogMessage(ILogMessageFormatter formatter, string format, object?[] arguments) : LogMessage(formatter, format)
{
    public override string Unformatted() => string.Join(", ", arguments);

    public override IEnumerable<object> Parameters() => arguments!;

    public override string ToString()
    {
        try
        {
            return Formatter.Format(Format, arguments!);
        }
        catch (FormatException)
        {
            return $"{Format} [{Unformatted()}] (the format doesn't fit its arguments)";
        }
    }
}
