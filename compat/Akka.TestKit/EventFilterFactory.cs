using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Event;

namespace Akka.TestKit;

/// <summary>Makes expectations about what's logged. All given parts of a filter must fit: message is the whole text, start its beginning, contains a part of it.</summary>
public class EventFilterFactory
{
    private readonly TestKitBase _testkit;
    private readonly ActorSystem? _system;
    private readonly IReadOnlyList<Predicate<object>> _others;

    public EventFilterFactory(TestKitBase testkit)
        : this(testkit, null, [])
    {
    }

    public EventFilterFactory(TestKitBase testkit, ActorSystem system)
        : this(testkit, system, [])
    {
    }

    internal EventFilterFactory(TestKitBase testkit, ActorSystem? system, IReadOnlyList<Predicate<object>> others)
    {
        _testkit = testkit;
        _system = system;
        _others = others;
    }

    public IEventFilterApplier Exception<TException>(string? message = null, string? start = null, string? contains = null, string? source = null)
        where TException : Exception => Exception(typeof(TException), message, start, contains, source);

    public IEventFilterApplier Exception<TException>(Regex pattern, string? source = null)
        where TException : Exception => Exception(typeof(TException), pattern, source);

    public IEventFilterApplier Exception(Type exceptionType, string? message = null, string? start = null, string? contains = null, string? source = null, bool checkInnerExceptions = false) =>
        OfException(exceptionType, Text(message, start, contains), source, checkInnerExceptions);

    public IEventFilterApplier Exception(Type exceptionType, Regex pattern, string? source = null, bool checkInnerExceptions = false) =>
        OfException(exceptionType, pattern.IsMatch, source, checkInnerExceptions);

    public IEventFilterApplier Error(string? message = null, string? start = null, string? contains = null, string? source = null) => Of<Error>(Text(message, start, contains), source);

    public IEventFilterApplier Error(Regex pattern, string? source = null) => Of<Error>(pattern.IsMatch, source);

    public IEventFilterApplier Warning(string? message = null, string? start = null, string? contains = null, string? source = null) => Of<Warning>(Text(message, start, contains), source);

    public IEventFilterApplier Warning(Regex pattern, string? source = null) => Of<Warning>(pattern.IsMatch, source);

    public IEventFilterApplier Info(string? message = null, string? start = null, string? contains = null, string? source = null) => Of<Info>(Text(message, start, contains), source);

    public IEventFilterApplier Info(Regex pattern, string? source = null) => Of<Info>(pattern.IsMatch, source);

    public IEventFilterApplier Debug(string? message = null, string? start = null, string? contains = null, string? source = null) => Of<Debug>(Text(message, start, contains), source);

    public IEventFilterApplier Debug(Regex pattern, string? source = null) => Of<Debug>(pattern.IsMatch, source);

    public IEventFilterApplier DeadLetter() => Create(message => message is DeadLetter);

    public IEventFilterApplier DeadLetter<TMessage>(string? source = null) => DeadLetter(typeof(TMessage), source);

    public IEventFilterApplier DeadLetter(Type type, string? source = null) =>
        Create(message => message is DeadLetter letter && type.IsInstanceOfType(letter.Message) && (source is null || letter.Recipient.Path.ToString() == source));

    public IEventFilterApplier Custom(Predicate<LogEvent> predicate) => Create(message => message is LogEvent logEvent && predicate(logEvent));

    public IEventFilterApplier Custom<TLogEvent>(Predicate<TLogEvent> predicate)
        where TLogEvent : LogEvent => Create(message => message is TLogEvent logEvent && predicate(logEvent));

    private static Predicate<string>? Text(string? message, string? start, string? contains)
    {
        if (message is null && start is null && contains is null) return null;
        return text => (message is null || text == message)
            && (start is null || text.StartsWith(start, StringComparison.Ordinal))
            && (contains is null || text.Contains(contains, StringComparison.Ordinal));
    }

    private static bool SourceFits(LogEvent logEvent, string? source) => source is null || logEvent.LogSource == source || PathPart(logEvent.LogSource) == source;

    // A source may be given as full path or as path from the root.
    private static string PathPart(string source) => ActorPath.TryParse(source, out var path) ? path.ToStringWithoutAddress() : source;

    private static bool IsOfType(Exception exception, Type type, Predicate<string>? text, bool checkInner)
    {
        for (var each = exception; each is not null; each = checkInner ? each.InnerException : null)
        {
            if (type.IsInstanceOfType(each) && (text is null || text(each.Message))) return true;
        }

        return false;
    }

    private IEventFilterApplier OfException(Type type, Predicate<string>? text, string? source, bool checkInner) => Create(message =>
        message is Error { Cause: { } cause } error
        && SourceFits(error, source)
        && (IsOfType(cause, type, text, checkInner) || (type.IsInstanceOfType(cause) && text?.Invoke(error.Message.ToString() ?? "") == true)));

    private IEventFilterApplier Of<T>(Predicate<string>? text, string? source)
        where T : LogEvent => Create(message => message is T logEvent && SourceFits(logEvent, source) && (text is null || text(logEvent.Message.ToString() ?? "")));

    private EventFilterApplier Create(Predicate<object> matches) => new(_testkit, _system ?? _testkit.Sys, [.. _others, matches]);
}
