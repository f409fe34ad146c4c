using System.Net;
using System.Net.Sockets;
using Agent.Node.Flows;
using Akka.Actor;

namespace Agent.Node.Capture.NetFlow;

/// <summary>Receives NetFlow and IPFIX datagrams in the capture's network namespace; their records are what is captured.</summary>
internal sealed class NetFlowLoop(CaptureSettings settings, IActorRef capture, IActorRef uplink, PacketBatchPool pool, FlowMemory memory) : ThreadLoop(settings, capture, uplink, pool, memory)
{
    private const int WaitMicroseconds = 100_000;
    private const int DatagramsBetweenTicks = 64;

    private DatagramSocket? _socket;
    private NetFlowCollector? _collector;

    protected override void Open()
    {
        _collector = new NetFlowCollector(Engine);
        _socket = DatagramSocket.Open(Settings, "NetFlow", Stopping);
    }

    protected override void Read()
    {
        var socket = _socket!.Socket;
        var buffer = new byte[DatagramSocket.MaximumDatagram];
        var exporter = new SocketAddress(socket.AddressFamily);
        var senders = new Senders(Settings.ListenFrom, "netflow");
        while (!Stopping.IsCancellationRequested)
        {
            Advance();
            var wait = IsTelling ? 0 : WaitMicroseconds;
            for (var datagrams = 0; datagrams < DatagramsBetweenTicks && socket.Poll(wait, SelectMode.SelectRead); datagrams++, wait = 0)
            {
                var length = socket.ReceiveFrom(buffer, SocketFlags.None, exporter);
                if (senders.Take(exporter))
                {
                    _collector!.Read(buffer.AsSpan(0, length), exporter, CaptureClock.Now);
                }
            }
        }
    }

    protected override void Close() => _socket?.Dispose();

    protected override (long Received, long DroppedByKernel, long DroppedByInterface) Count() => (_collector!.Records, _collector.Lost, 0);

    /// <summary>Sets of records that came before their template, and datagrams that can't be read.</summary>
    protected override long Unread => _collector!.UnknownTemplates + _collector.Broken;
}
