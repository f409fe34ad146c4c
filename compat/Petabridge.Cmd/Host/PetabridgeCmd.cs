using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Petabridge.Cmd.Host;

/// <summary>Makes the <see cref="PetabridgeCmd"/> of an actor system.</summary>
public sealed class PetabridgeCmdHostExtension : ExtensionIdProvider<PetabridgeCmd>
{
    public override PetabridgeCmd CreateExtension(ExtendedActorSystem system) => new(system);
}

/// <summary>The console of an actor system: takes commands over TCP and has them executed by the palettes registered.</summary>
public sealed class PetabridgeCmd : IExtension
{
    private readonly ExtendedActorSystem _system;
    private readonly ILoggingAdapter _log;
    private readonly Lock _gate = new();
    private ImmutableDictionary<string, RegisteredPalette> _palettes = ImmutableDictionary.Create<string, RegisteredPalette>(StringComparer.Ordinal);
    private CmdListener? _listener;

    internal PetabridgeCmd(ExtendedActorSystem system)
    {
        _system = system;
        _log = Logging.GetLogger(system, this);
        system.Settings.InjectTopLevelFallback(ConfigurationFactory.FromResource("Petabridge.Cmd.Host.cmd.conf", typeof(PetabridgeCmd).Assembly));
    }

    internal ImmutableDictionary<string, RegisteredPalette> Palettes => _palettes;

    internal ActorSystem Sys => _system;

    internal ILoggingAdapter Log => _log;

    /// <summary>Where it listens; null before the start.</summary>
    internal IPEndPoint? Endpoint => _listener?.Endpoint;

    public static PetabridgeCmd Get(ActorSystem system) => system.WithExtension<PetabridgeCmd, PetabridgeCmdHostExtension>();

    /// <summary>Adds a palette and starts its actor. False if there is one of that name already.</summary>
    public bool RegisterCommandPalette(CommandPaletteHandler handler)
    {
        var name = handler.Palette.ModuleName;
        lock (_gate)
        {
            if (_palettes.ContainsKey(name))
            {
                return false;
            }

            handler.OnRegister(this);
            var actor = _system.SystemActorOf(handler.HandlerProps, $"petabridge.cmd-{name}");
            _palettes = _palettes.Add(name, new RegisteredPalette(handler.Palette, actor));
            return true;
        }
    }

    /// <summary>Listens on <c>petabridge.cmd.host</c> and <c>port</c>.</summary>
    /// <exception cref="ConfigurationException">The endpoint can't be listened on.</exception>
    public void Start()
    {
        lock (_gate)
        {
            if (_listener is not null)
            {
                return;
            }

            var config = _system.Settings.Config.GetConfig("petabridge.cmd");
            _listener = CmdListener.Start(this, config.GetString("host", ""), config.GetInt("port"));
            _system.RegisterOnTermination(_listener.Stop);
            _log.Info("Petabridge.Cmd listens on {0}", _listener.Endpoint);
            if (config.GetBoolean("log-palettes-on-startup"))
            {
                _log.Info("Petabridge.Cmd palettes: {0}", string.Join(", ", _palettes.Keys.Order(StringComparer.Ordinal)));
            }
        }
    }
}

/// <summary>A palette and the actor that executes its commands.</summary>
internal sealed record RegisteredPalette(CommandPalette Palette, IActorRef Handler);
