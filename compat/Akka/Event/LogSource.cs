using Akka.Actor;

namespace Akka.Event;

/// <summary>Who logs: a name and a type.</summary>
public readonly struct LogSource
{
    private LogSource(string source, Type type)
    {
        Source = source;
        Type = type;
    }

    public string Source { get; }

    public Type Type { get; }

    public static LogSource Create(object o) => o switch
    {
        IActorContext context => new LogSource(context.Self.Path.ToString(), (context as ActorCell)?.Props.Type ?? typeof(ActorBase)),
        IActorRef actor => new LogSource(actor.Path.ToString(), typeof(IActorRef)),
        string name => new LogSource(name, typeof(string)),
        Type type => new LogSource(Logging.SimpleName(type), type),
        _ => new LogSource(Logging.SimpleName(o), o.GetType()),
    };

    public static LogSource Create(object o, ActorSystem system)
    {
        var source = Create(o);
        return o is IActorContext or IActorRef ? source : new LogSource($"{source.Source}({system})", source.Type);
    }
}
