using System.Net;
using System.Net.Sockets;
using Agent.Node.Flows;
using Akka.Actor;

namespace Agent.Node.Capture;

/// <summary>Receives sFlow datagrams; their packet headers are the packets, each standing for as many as the sampling rate says.</summary>
internal sealed class SflowLoop(CaptureSettings settings, IActorRef capture, IActorRef uplink, PacketBatchPool pool, FlowMemory memory) : ThreadLoop(settings, capture, uplink, pool, memory)
{
    private const int WaitMilliseconds = 100;

    private readonly SflowLosses _losses = new();
    private DatagramSocket? _socket;

    protected override void Open() => _socket = DatagramSocket.Open(Settings, "sFlow", Stopping);

    protected override void Read()
    {
        var socket = _socket!.Socket;
        var buffer = new byte[DatagramSocket.MaximumDatagram];
        var sender = new SocketAddress(socket.AddressFamily);
        var senders = new Senders(Settings.ListenFrom, "sflow");
        while (!Stopping.IsCancellationRequested)
        {
            var length = socket.Poll(IsTelling ? 0 : WaitMilliseconds * 1000, SelectMode.SelectRead) ? socket.ReceiveFrom(buffer, SocketFlags.None, sender) : 0;
            Advance();
            if (length > 0 && senders.Take(sender) && SflowDatagram.TryRead(buffer.AsSpan(0, length), out var datagram))
            {
                Process(ref datagram, CaptureClock.Now);
            }
        }
    }

    protected override void Close() => _socket?.Dispose();

    protected override (long Received, long DroppedByKernel, long DroppedByInterface) Count() => (Engine.Packets, _losses.Lost, 0);

    private void Process(ref SflowDatagram datagram, long now)
    {
        _losses.Count(datagram.Source, datagram.Sequence);
        while (datagram.MoveNext())
        {
            Engine.Process(now, datagram.Link, datagram.OriginalLength, Cut(datagram.Header), datagram.SamplingRate);
        }
    }
}
