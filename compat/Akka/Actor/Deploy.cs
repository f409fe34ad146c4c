namespace Akka.Actor;

/// <summary>Where an actor may run.</summary>
public abstract class Scope
{
    public static readonly LocalScope Local = LocalScope.Instance;
}

public class LocalScope : Scope
{
    private LocalScope()
    {
    }

    public static LocalScope Instance { get; } = new();
}

/// <summary>How an actor is run: its dispatcher, its mailbox and where.</summary>
public class Deploy
{
    public static readonly string NoDispatcherGiven = string.Empty;

    public static readonly string NoMailboxGiven = string.Empty;

    public static readonly Deploy Local = new(Scope.Local);

    public static readonly Deploy None = new();

    public Deploy()
        : this(Scope.Local)
    {
    }

    public Deploy(Scope scope)
    {
        Scope = scope;
        Dispatcher = NoDispatcherGiven;
        Mailbox = NoMailboxGiven;
    }

    private Deploy(Deploy copy)
    {
        Scope = copy.Scope;
        Dispatcher = copy.Dispatcher;
        Mailbox = copy.Mailbox;
        StashCapacity = copy.StashCapacity;
    }

    public Scope Scope { get; private init; }

    public string Dispatcher { get; private init; }

    public string Mailbox { get; private init; }

    public int StashCapacity { get; private init; } = -1;

    public virtual Deploy WithDispatcher(string dispatcher) => new(this) { Dispatcher = dispatcher };

    public virtual Deploy WithMailbox(string mailbox) => new(this) { Mailbox = mailbox };

    public virtual Deploy WithScope(Scope scope) => new(this) { Scope = scope };

    public virtual Deploy WithStashCapacity(int stashSize) => new(this) { StashCapacity = stashSize };
}
