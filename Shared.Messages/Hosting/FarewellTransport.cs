using Akka.Actor;
using Akka.Event;
using Akka.Remote.Transport;
using Google.Protobuf;

namespace Shared.Messages.Hosting;

/// <summary>
/// Has every one of Akka.Remote's connections say that its system is shutting down before it's closed. Akka's own protocol says so
/// only where the actor of a connection gets to it: when a system ends these actors are told to say it, and at once are stopped and
/// their connections closed. An end that finds its connection closed without a word takes the member for broken, and warns.
/// Nor does any of them send a message of ours above <see cref="MessageLimit.Bytes"/>.
/// </summary>
internal sealed class FarewellTransport : Transport
{
    /// <summary>For what was said last to be on its way.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(300);

    private readonly Transport _connections;
    private readonly ConnectionGuard? _guard;

    internal FarewellTransport(Transport connections, ActorSystem system)
    {
        _connections = connections;
        System = system;
        Config = connections.Config;
        _guard = ConnectionGuard.Of(connections);
    }

    /// <inheritdoc/>
    public override string SchemeIdentifier
    {
        get => _connections.SchemeIdentifier;
        protected set => throw new NotSupportedException("the scheme is the connections'");
    }

    /// <inheritdoc/>
    public override long MaximumPayloadBytes
    {
        get => _connections.MaximumPayloadBytes;
        protected set => throw new NotSupportedException("the limit is the connections'");
    }

    /// <inheritdoc/>
    public override async Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        var (address, listener) = await _connections.Listen().ConfigureAwait(false);
        var ours = new TaskCompletionSource<IAssociationEventListener>();
        _ = ours.Task.ContinueWith(
            registered => listener.TrySetResult(new Listener(registered.Result, System)),
            CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return (address, ours);
    }

    /// <inheritdoc/>
    public override bool IsResponsibleFor(Address remote) => _connections.IsResponsibleFor(remote);

    /// <inheritdoc/>
    public override async Task<AssociationHandle> Associate(Address remoteAddress) =>
        new FarewellHandle(await (_guard?.GuardAsync(() => _connections.Associate(remoteAddress)) ?? _connections.Associate(remoteAddress)).ConfigureAwait(false), System);

    /// <inheritdoc/>
    public override async Task<bool> Shutdown()
    {
        await Task.Delay(Farewell).ConfigureAwait(false);
        return await _connections.Shutdown().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task<bool> ManagementCommand(object message) => _connections.ManagementCommand(message);

    private sealed class Listener(IAssociationEventListener listener, ActorSystem system) : IAssociationEventListener
    {
        public void Notify(IAssociationEvent ev) =>
            listener.Notify(ev is InboundAssociation inbound ? new InboundAssociation(new FarewellHandle(inbound.Association, system)) : ev);
    }
}

/// <summary>A connection that has said why it's closed when its system ends.</summary>
internal sealed class FarewellHandle : AssociationHandle
{
    /// <summary>Akka.Remote's AkkaProtocolMessage with an instruction: DISASSOCIATE_SHUTTING_DOWN of WireFormats.proto.</summary>
    private static readonly ByteString ShuttingDown = ByteString.CopyFrom(InstructionField, 2, CommandField, 4);
    private const byte InstructionField = (2 << 3) | 2;
    private const byte CommandField = 1 << 3;

    private readonly AssociationHandle _connection;
    private readonly ActorSystem _system;
    private readonly ILoggingAdapter _log;
    private bool _hasSaidWhy;

    internal FarewellHandle(AssociationHandle connection, ActorSystem system)
        : base(connection.LocalAddress, connection.RemoteAddress)
    {
        _connection = connection;
        _system = system;
        _log = Akka.Event.Logging.GetLogger(system, typeof(MessageLimit));
        ReadHandlerSource = connection.ReadHandlerSource;
    }

    /// <inheritdoc/>
    public override bool Write(ByteString payload)
    {
        if (MessageLimit.Exceeds(payload) is { } manifest)
        {
            // It counts as sent: what isn't is tried again.
            _log.Error("message {0} of {1} bytes to {2} isn't sent: it may have {3}", manifest, payload.Length, RemoteAddress, MessageLimit.Bytes);
            return true;
        }

        _hasSaidWhy |= IsDisassociation(payload);
        return _connection.Write(payload);
    }

    /// <inheritdoc/>
    [Obsolete("Say why.")]
    public override void Disassociate()
    {
        if (!_hasSaidWhy && CoordinatedShutdown.Get(_system).ShutdownReason is not null)
        {
            _connection.Write(ShuttingDown);
        }

        _connection.Disassociate("its association ended", NoLogger.Instance);
    }

    // DISASSOCIATE, the same with the system's end as its reason, or with a quarantine.
    private static bool IsDisassociation(ByteString payload) =>
        payload.Length >= ShuttingDown.Length && payload[0] == InstructionField && payload[2] == CommandField && payload[3] is (2 or 4 or 5);
}

/// <summary>As Akka.Remote's configuration names it.</summary>
internal sealed class FarewellTransportProvider : ITransportAdapterProvider
{
    /// <inheritdoc/>
    public Transport Create(Transport wrappedTransport, ExtendedActorSystem system) => new FarewellTransport(wrappedTransport, system);
}
