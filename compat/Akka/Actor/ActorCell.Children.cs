namespace Akka.Actor;

internal sealed partial class ActorCell
{
    private const string NameDigits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+~";

    // Guardians get children from any thread, so the table is locked.
    private readonly Lock _childrenLock = new();
    private Dictionary<string, ChildStats>? _children;
    private long _nextName;
    private bool _noMoreChildren;

    /// <summary>Children as they are now, oldest first.</summary>
    public IReadOnlyList<IInternalActorRef> GetChildren()
    {
        lock (_childrenLock)
        {
            return _children is null ? [] : [.. _children.Values.Select(stats => stats.Child)];
        }
    }

    public IActorRef Child(string name) => ChildNamed(name) ?? (IActorRef)ActorRefs.Nobody;

    public void Stop(IActorRef child)
    {
        if (child is not IInternalActorRef known) throw new ArgumentException($"{child} cannot be stopped: it isn't an actor of this runtime.", nameof(child));
        if (StatsOf(known) is not null) (_stoppingChildren ??= []).Add(known);
        known.Stop();
    }

    public IInternalActorRef? ChildNamed(string name)
    {
        var hash = name.IndexOf('#');
        var bare = hash < 0 ? name : name[..hash];
        lock (_childrenLock)
        {
            if (_children is null || !_children.TryGetValue(bare, out var stats)) return null;
            return hash < 0 || stats.Child.Path.Uid.ToString(global::System.Globalization.CultureInfo.InvariantCulture) == name[(hash + 1)..] ? stats.Child : null;
        }
    }

    /// <summary>Makes, registers and starts a child.</summary>
    /// <exception cref="InvalidActorNameException">The name is taken or isn't a valid path element.</exception>
    public IInternalActorRef MakeChild(Props props, string? name, bool isSystemService)
    {
        if (name is null)
        {
            name = RandomName();
        }
        else if (!ActorPath.IsValidPathElement(name) && !isSystemService)
        {
            throw new InvalidActorNameException(name.Length == 0
                ? "Actor name must not be empty."
                : $"Illegal actor name [{name}]. Actor paths MUST: not start with `$`, include only ASCII letters and can only contain these special characters: {ActorPath.ValidSymbols}.");
        }

        IInternalActorRef child;
        lock (_childrenLock)
        {
            if (_noMoreChildren) throw new InvalidOperationException($"Cannot create child [{name}] of {Self} while terminating or terminated.");
            _children ??= [];
            if (_children.ContainsKey(name)) throw new InvalidActorNameException($"Actor name \"{name}\" is not unique!");
            var path = new ChildActorPath(Self.Path, name, SystemImpl.NextUid());
            child = SystemImpl.Provider.ActorOf(SystemImpl, props, Self, path, isSystemService);
            _children.Add(name, new ChildStats(child));
        }

        child.Start();
        return child;
    }

    private ChildStats? StatsOf(IActorRef child)
    {
        lock (_childrenLock)
        {
            return _children is not null && _children.TryGetValue(child.Path.Name, out var stats) && stats.Child.Equals(child) ? stats : null;
        }
    }

    private IReadOnlyList<ChildStats> AllChildStats()
    {
        lock (_childrenLock)
        {
            return _children is null ? [] : [.. _children.Values];
        }
    }

    /// <summary>Forgets a child that has died; null when it was none.</summary>
    private ChildStats? RemoveChild(IActorRef child)
    {
        lock (_childrenLock)
        {
            if (_children is null || !_children.TryGetValue(child.Path.Name, out var stats) || !stats.Child.Equals(child)) return null;
            _children.Remove(child.Path.Name);
            return stats;
        }
    }

    private bool HasChildren
    {
        get
        {
            lock (_childrenLock)
            {
                return _children is { Count: > 0 };
            }
        }
    }

    IEnumerable<IActorRef> IActorContext.GetChildren() => GetChildren();

    private string RandomName() => "$" + Base64Name(Interlocked.Increment(ref _nextName) - 1);

    internal static string Base64Name(long number)
    {
        Span<char> digits = stackalloc char[11];
        var length = 0;
        do
        {
            digits[length++] = NameDigits[(int)(number & 63)];
            number >>>= 6;
        }
        while (number != 0);
        return digits[..length].ToString();
    }
}
