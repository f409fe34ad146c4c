using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Akka.Actor;

/// <summary>The recipe of an actor: its type, its constructor's arguments, and how it's supervised and run. Immutable, and safe to send around.</summary>
public class Props
{
    public static readonly Props None = new(typeof(EmptyActor));

    private static readonly object[] s_noArguments = [];

    private readonly IIndirectActorProducer? _producer;

    public Props(Type type)
        : this(Deploy.Local, type, s_noArguments)
    {
    }

    public Props(Type type, object[] args)
        : this(Deploy.Local, type, args)
    {
    }

    public Props(Deploy deploy, Type type, object[] args)
    {
        if (!typeof(ActorBase).IsAssignableFrom(type)) throw new ArgumentException($"{type} is not an actor: it doesn't derive from ActorBase.", nameof(type));
        Deploy = deploy;
        Type = type;
        Arguments = args ?? s_noArguments;
    }

    public Props(Type type, SupervisorStrategy supervisorStrategy, object[] args)
        : this(Deploy.Local, type, args) => SupervisorStrategy = supervisorStrategy;

    protected Props(Props copy)
    {
        Deploy = copy.Deploy;
        Type = copy.Type;
        Arguments = copy.Arguments;
        SupervisorStrategy = copy.SupervisorStrategy;
        _producer = copy._producer;
    }

    private Props(IIndirectActorProducer producer)
        : this(producer.ActorType) => _producer = producer;

    public static Props Empty => None;

    public Type Type { get; }

    public string TypeName => Type.AssemblyQualifiedName!;

    public object[] Arguments { get; }

    public Deploy Deploy { get; protected set; }

    public SupervisorStrategy? SupervisorStrategy { get; protected set; }

    public string Dispatcher => Deploy.Dispatcher;

    public string Mailbox => Deploy.Mailbox;

    public static Props Create<TActor>(params object[] args)
        where TActor : ActorBase => new(typeof(TActor), args);

    public static Props Create<TActor>(SupervisorStrategy supervisorStrategy)
        where TActor : ActorBase, new() => new(typeof(TActor), supervisorStrategy, s_noArguments);

    public static Props Create(Type type, params object[] args) => new(type, args);

    /// <summary>Takes type and arguments from <c>() => new Actor(a, b)</c>; the arguments are evaluated now, once.</summary>
    /// <exception cref="ArgumentException">The expression isn't a constructor call.</exception>
    public static Props Create<TActor>(Expression<Func<TActor>> factory, SupervisorStrategy? supervisorStrategy = null)
        where TActor : ActorBase
    {
        if (factory.Body is not NewExpression creation)
            throw new ArgumentException("The create function must be a 'new T (args)' expression", nameof(factory));
        var arguments = creation.Arguments.Count == 0 ? s_noArguments : [.. creation.Arguments.Select(argument => Evaluate(argument)!)];
        return new Props(creation.Type, arguments) { SupervisorStrategy = supervisorStrategy! };
    }

    public static Props CreateBy<TProducer>(params object[] args)
        where TProducer : class, IIndirectActorProducer => new((IIndirectActorProducer)Activator.CreateInstance(typeof(TProducer), args)!);

    public static Props CreateBy(IIndirectActorProducer producer, params object[] args) => new(producer);

    public Props WithDispatcher(string dispatcher) => With(props => props.Deploy = Deploy.WithDispatcher(dispatcher));

    public Props WithMailbox(string mailbox) => With(props => props.Deploy = Deploy.WithMailbox(mailbox));

    public Props WithStashCapacity(int stashCapacity) => With(props => props.Deploy = Deploy.WithStashCapacity(stashCapacity));

    public Props WithDeploy(Deploy deploy) => With(props => props.Deploy = deploy);

    public Props WithSupervisorStrategy(SupervisorStrategy supervisorStrategy) => With(props => props.SupervisorStrategy = supervisorStrategy);

    /// <summary>Makes an instance; what its constructor throws comes out as it is.</summary>
    public virtual ActorBase NewActor()
    {
        if (_producer is not null) return _producer.Produce();
        try
        {
            return (ActorBase)Activator.CreateInstance(Type, Arguments)!;
        }
        catch (TargetInvocationException exception) when (exception.InnerException is not null)
        {
            ExceptionDispatchInfo.Throw(exception.InnerException);
            throw;
        }
    }

    internal void Release(ActorBase actor) => _producer?.Release(actor);

    protected virtual Props Copy() => new(this);

    private Props With(Action<Props> change)
    {
        var copy = Copy();
        change(copy);
        return copy;
    }

    private static object? Evaluate(Expression argument) => argument is ConstantExpression constant
        ? constant.Value
        : Expression.Lambda<Func<object?>>(Expression.Convert(argument, typeof(object))).Compile(preferInterpretation: true)();

    private sealed class EmptyActor : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);
    }
}
