using Agent.Node.Logging;
using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Shared.Messages.Injections;
using Shared.Messages.Logging;
using InjectionRequest = Shared.Messages.Injections.Injection;

namespace Agent.Node.Injection;

/// <summary>
/// One injection: starts its sending thread, says how far it is when it's asked, and stops when all is sent, when it fails, or on
/// <see cref="StopInjection"/>. Its parent is told the last: a progress of state "finished" or "failed".
/// </summary>
internal sealed class InjectorActor : ReceiveActor
{
    private readonly ILogger _log = Context.Log();
    private readonly InjectorSettings _settings;
    private readonly InjectionLoop _loop;
    private ulong _sent;

    public InjectorActor(InjectorSettings settings)
    {
        _settings = settings;
        _loop = new InjectionLoop(settings, Self);

        Receive<InjectionSent>(sent => _sent = sent.Sent);
        Receive<InjectionEnded>(OnEnded);
        Receive<StartInjection>(_ => Sender.Tell(Progress("running", _sent)));
        Receive<StopInjection>(_ =>
        {
            _loop.Stop();
            Sender.Tell(Progress("running", _sent));
        });
    }

    internal static Props Props(InjectorSettings settings) => Akka.Actor.Props.Create(() => new InjectorActor(settings));

    protected override void PreStart() => _loop.Start();

    protected override void PostStop() => _loop.Stop();

    private void OnEnded(InjectionEnded ended)
    {
        if (ended.Error is { } error)
        {
            _log.InjectionFailed(_settings.Injection.Uuid, _settings.Device, ended.Sent, error);
        }
        else
        {
            _log.InjectionSent(_settings.Injection.Uuid, ended.Sent, _settings.Device);
        }

        Context.Parent.Tell(Progress(ended.Error is null ? "finished" : "failed", ended.Sent, ended.Error ?? ""));
        Context.Stop(Self);
    }

    private InjectionProgress Progress(string state, ulong sent, string error = "") =>
        new() { Uuid = _settings.Injection.Uuid, State = state, Sent = sent, Error = error };
}

/// <summary>An injection and where it goes out.</summary>
internal sealed record InjectorSettings
{
    /// <summary>What to send, its addresses resolved.</summary>
    public required InjectionRequest Injection { get; init; }

    /// <summary>Name of the interface to send on.</summary>
    public required string Device { get; init; }

    /// <summary>The network namespace the interface is in; null: the agent's own.</summary>
    public string? NamespacePath { get; init; }
}

/// <summary>An injection can't be done; the message says why, in words for its user.</summary>
internal sealed class InjectionException : Exception
{
    internal InjectionException(string message) : base(message)
    {
    }

    internal InjectionException(string message, Exception inner) : base(message, inner)
    {
    }
}
