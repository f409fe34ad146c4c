using System.Threading.Channels;
using Agent.Node.Linux;
using Agent.Node.Probes.Netlink;
using Agent.Node.Tests.Linux;

namespace Agent.Node.Tests.Probes.Netlink;

/// <summary>A monitor on a test's namespace, whose tables a test waits on.</summary>
internal sealed class FollowedNamespace : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<NetlinkBatch> _batches = Channel.CreateUnbounded<NetlinkBatch>();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private readonly NetlinkTables _tables = new();
    private readonly Dictionary<int, InterfaceFacts> _interfaces = [];

    /// <param name="space">To follow.</param>
    /// <param name="receiveBuffer">Of the socket; 0: the default.</param>
    /// <param name="gate">Deliveries wait for it; null: none does.</param>
    public FollowedNamespace(TestNamespace space, int receiveBuffer = 0, Task? gate = null)
    {
        var socket = NetworkNamespace.Run(space.Path, () => receiveBuffer > 0
            ? NetlinkSocket.Open(NetlinkSocket.NotifiedGroups, receiveBuffer)
            : NetlinkSocket.Open(NetlinkSocket.NotifiedGroups));
        Monitor = new NetlinkMonitor(socket, async (batch, cancellation) =>
        {
            await _batches.Writer.WriteAsync(batch, cancellation);
            if (gate is not null)
            {
                await gate.WaitAsync(cancellation);
            }
        });
        _running = Monitor.RunAsync(_stop.Token);
    }

    public NetlinkMonitor Monitor { get; }

    public bool Complete => _tables.Complete;

    public InterfaceFacts? this[string name] => _interfaces.Values.FirstOrDefault(i => i.Link.Name == name);

    /// <summary>Takes events until the condition holds.</summary>
    public async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            var next = _batches.Reader.ReadAsync(patience.Token).AsTask();
            if (await Task.WhenAny(next, _running) == _running)
            {
                await _running;
            }

            foreach (var change in (await next).Events)
            {
                _tables.Apply(change);
            }

            var changes = _tables.TakeChanges();
            foreach (var set in changes.Set)
            {
                _interfaces[set.Link.Index] = set;
            }

            foreach (var gone in changes.Gone)
            {
                _interfaces.Remove(gone);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(_running);
        Monitor.Dispose();
        _stop.Dispose();
    }
}
