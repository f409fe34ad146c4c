using System.Net;
using System.Reflection;
using Akka.Remote.Transport;
using DotNetty.Codecs;
using DotNetty.Common.Concurrency;
using DotNetty.Common.Utilities;
using DotNetty.Handlers.Tls;
using DotNetty.Transport.Bootstrapping;
using DotNetty.Transport.Channels;
using Serilog;
using Serilog.Core;
using Shared.Messages.Telemetry;

namespace Shared.Messages.Hosting;

/// <summary>
/// What strangers may do to the nodes' port. Akka.Remote itself takes as many connections as come, waits for each for ever, writes
/// a page of log for each that fails, and ends its actor system when one it opened itself has the wrong end: here those that
/// haven't shown yet that they're nodes are few and have little time, and what fails ends that connection alone.
/// </summary>
internal sealed class ConnectionGuard
{
    /// <summary>Connections from others that haven't shown who they are.</summary>
    internal const int MostStrangers = 256;

    /// <summary>Of them from one address.</summary>
    internal const int MostStrangersOfAddress = 64;

    private const string GuardName = "Guard";

    /// <summary>In which to show it.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private readonly Dictionary<IPAddress, int> _strangers = [];
    // Of the association that's being made where this flows.
    private readonly AsyncLocal<TaskCompletionSource<string>?> _failure = new();
    private int _count;
    private long _saidAt = -(long)Quiet.TotalMilliseconds;

    private ConnectionGuard()
    {
    }

    /// <summary>Puts a guard into all connections of Akka.Remote's own transport; null where there's another.</summary>
    public static ConnectionGuard? Of(Transport connections)
    {
        for (var type = connections.GetType(); type is not null; type = type.BaseType)
        {
            if (type.FullName == "Akka.Remote.Transport.DotNetty.DotNettyTransport")
            {
                var guard = new ConnectionGuard();
                guard.Put(connections, type, "_serverEventLoopGroup", "ServerHandler", isInbound: true);
                guard.Put(connections, type, "_clientEventLoopGroup", "ClientHandler", isInbound: false);
                return guard;
            }
        }

        return null;
    }

    /// <summary>Makes an association that fails when its connection does.</summary>
    public async Task<AssociationHandle> GuardAsync(Func<Task<AssociationHandle>> associate)
    {
        var failure = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _failure.Value = failure;
        var associating = associate();
        _failure.Value = null;
        if (await Task.WhenAny(associating, failure.Task).ConfigureAwait(false) == associating)
        {
            return await associating.ConfigureAwait(false);
        }

        throw new InvalidAssociationException(await failure.Task.ConfigureAwait(false));
    }

    // The groups run the channels, and see each before it's connected: there is no other way in, so there must be this one.
    private void Put(Transport connections, Type type, string field, string before, bool isInbound)
    {
        var group = type.GetField(field, BindingFlags.Instance | BindingFlags.NonPublic) ?? throw new MissingFieldException(type.FullName, field);
        group.SetValue(connections, new Group((IEventLoopGroup)group.GetValue(connections)!, channel => Enter(channel, before, isInbound)));
    }

    private void Enter(IChannel channel, string before, bool isInbound)
    {
        // The port itself.
        if (channel is IServerChannel)
        {
            return;
        }

        var failure = _failure.Value;
        channel.Pipeline.AddLast(new ActionChannelInitializer<IChannel>(made => made.Pipeline.AddBefore(before, GuardName, new Handler(this, isInbound, failure))));
    }

    private bool TryEnter(IPAddress address)
    {
        lock (_strangers)
        {
            var ofAddress = _strangers.GetValueOrDefault(address);
            if (_count >= MostStrangers || ofAddress >= MostStrangersOfAddress)
            {
                return false;
            }

            _count++;
            _strangers[address] = ofAddress + 1;
            return true;
        }
    }

    private void Leave(IPAddress address)
    {
        lock (_strangers)
        {
            _count--;
            if (--_strangers[address] == 0)
            {
                _strangers.Remove(address);
            }
        }
    }

    // Counted each time, said now and then: strangers must not fill the log.
    private void Refused(IChannel channel, string why, string reason)
    {
        ListenerMetrics.CountRefused("remoting", why);
        var (now, said) = (Environment.TickCount64, Interlocked.Read(ref _saidAt));
        if (now - said >= (long)Quiet.TotalMilliseconds && Interlocked.CompareExchange(ref _saidAt, now, said) == said)
        {
            Log.ForContext(Constants.SourceContextPropertyName, "remoting").Warning(
                "connection of {Local} with {Remote} closed: {Reason:l}; others like it are counted, and said every {Seconds} s", channel.LocalAddress, channel.RemoteAddress, reason, Quiet.TotalSeconds);
        }
    }

    /// <summary>One connection's; before Akka.Remote's handler, behind encryption and frames.</summary>
    private sealed class Handler(ConnectionGuard guard, bool isInbound, TaskCompletionSource<string>? failure) : ChannelHandlerAdapter
    {
        private IPAddress? _stranger;
        private bool _isActive;
        private bool _isKnown;
        private bool _isClosing;

        public override void ChannelActive(IChannelHandlerContext context)
        {
            if (isInbound && context.Channel.RemoteAddress is IPEndPoint end)
            {
                if (!guard.TryEnter(end.Address))
                {
                    Close(context, "connections", "too many there that haven't shown they're nodes");
                    return;
                }

                _stranger = end.Address;
            }

            context.Executor.Schedule(
                () =>
                {
                    if (!_isKnown)
                    {
                        Close(context, "slow", $"nothing of a node's within {Patience.TotalSeconds} s");
                    }
                },
                Patience);
            _isActive = true;
            base.ChannelActive(context);
        }

        public override void ChannelInactive(IChannelHandlerContext context)
        {
            if (isInbound && !_isKnown && !_isClosing)
            {
                ListenerMetrics.CountRefused("remoting", "left");
            }

            Forget();
            failure?.TrySetResult("the connection was closed");
            // Akka.Remote's handler misses what it never had.
            if (_isActive)
            {
                base.ChannelInactive(context);
            }
        }

        public override void ChannelRead(IChannelHandlerContext context, object message)
        {
            if (_isClosing)
            {
                ReferenceCountUtil.Release(message);
                return;
            }

            // What isn't encrypted shows nothing better than a whole frame.
            Know();
            base.ChannelRead(context, message);
        }

        public override void UserEventTriggered(IChannelHandlerContext context, object evt)
        {
            if (evt is not TlsHandshakeCompletionEvent tls)
            {
                base.UserEventTriggered(context, evt);
            }
            else if (tls.IsSuccessful)
            {
                Know();
                base.UserEventTriggered(context, evt);
            }
            else
            {
                Close(context, "handshake", tls.Exception?.GetBaseException().Message ?? "the handshake failed");
            }
        }

        public override void ExceptionCaught(IChannelHandlerContext context, Exception exception)
        {
            if (!_isKnown || _isClosing || exception is DecoderException)
            {
                Close(context, "frame", exception.GetBaseException().Message);
            }
            else
            {
                base.ExceptionCaught(context, exception);
            }
        }

        private void Know()
        {
            _isKnown = true;
            Forget();
        }

        private void Forget()
        {
            if (_stranger is { } address)
            {
                _stranger = null;
                guard.Leave(address);
            }
        }

        private void Close(IChannelHandlerContext context, string why, string reason)
        {
            if (_isClosing || !context.Channel.Open)
            {
                return;
            }

            _isClosing = true;
            guard.Refused(context.Channel, why, reason.Split('\n')[0].Trim());
            failure?.TrySetResult(reason);
            context.CloseAsync();
        }
    }

    /// <summary>A loop that lets in who is registered with it; all else is the loop's own.</summary>
    private class Loop : DispatchProxy
    {
        private IEventLoop _loop = null!;
        private Action<IChannel> _enter = null!;

        public static IEventLoop Around(IEventLoop loop, Action<IChannel> enter)
        {
            var around = Create<IEventLoop, Loop>();
            ((Loop)around)._loop = loop;
            ((Loop)around)._enter = enter;
            return around;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(IEventLoop.RegisterAsync) && args is [IChannel channel])
            {
                _enter(channel);
            }

            return targetMethod.Invoke(_loop, BindingFlags.DoNotWrapExceptions, null, args, null);
        }
    }

    /// <summary>A group that lets in who is registered with it.</summary>
    private sealed class Group(IEventLoopGroup loops, Action<IChannel> enter) : AbstractEventExecutorGroup, IEventLoopGroup
    {
        public override bool IsShutdown => loops.IsShutdown;

        public override bool IsTerminated => loops.IsTerminated;

        public override bool IsShuttingDown => loops.IsShuttingDown;

        public override Task TerminationCompletion => loops.TerminationCompletion;

        IEnumerable<IEventLoop> IEventLoopGroup.Items => loops.Items;

        public override IEventExecutor GetNext() => loops.GetNext();

        // Channels that connect are registered with one of the loops, those that are accepted with the group.
        IEventLoop IEventLoopGroup.GetNext() => Loop.Around(loops.GetNext(), enter);

        public Task RegisterAsync(IChannel channel)
        {
            enter(channel);
            return loops.RegisterAsync(channel);
        }

        public override Task ShutdownGracefullyAsync(TimeSpan quietPeriod, TimeSpan timeout) => loops.ShutdownGracefullyAsync(quietPeriod, timeout);

        protected override IEnumerable<IEventExecutor> GetItems() => loops.Items;
    }
}
