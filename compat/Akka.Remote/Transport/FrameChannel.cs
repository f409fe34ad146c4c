using System.Buffers.Binary;
using System.Net.Sockets;

namespace Akka.Remote.Transport;

/// <summary>A TCP connection as frames. One thread reads; several may write, each whole frames.</summary>
internal sealed class FrameChannel : IDisposable
{
    // Recipient, sender and manifest come on top of the message itself, which the configured maximum is about.
    private const int EnvelopeAllowance = 32 * 1024;
    private const int LengthSize = 4;

    private readonly Socket _socket;
    private readonly int _maximumFrame;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private byte[] _buffer;
    private int _start;
    private int _end;

    public FrameChannel(Socket socket, TcpSettings settings, int bufferSize)
    {
        _socket = socket;
        _buffer = new byte[bufferSize];
        _maximumFrame = settings.MaximumFrameSize + EnvelopeAllowance;
        socket.NoDelay = settings.NoDelay;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, settings.KeepAlive);
        if (settings.SendBufferSize > 0)
            socket.SendBufferSize = settings.SendBufferSize;
        if (settings.ReceiveBufferSize > 0)
            socket.ReceiveBufferSize = settings.ReceiveBufferSize;
        LastReceived = Environment.TickCount64;
    }

    /// <summary>When bytes last came, by <see cref="Environment.TickCount64"/>.</summary>
    public long LastReceived { get; private set; }

    /// <summary>Waits for more bytes; false if the peer closed the connection.</summary>
    public async ValueTask<bool> ReceiveAsync(CancellationToken cancellation)
    {
        MakeRoom();
        var count = await _socket.ReceiveAsync(_buffer.AsMemory(_end), cancellation).ConfigureAwait(false);
        _end += count;
        LastReceived = Environment.TickCount64;
        return count > 0;
    }

    /// <summary>The next whole frame among the bytes received; valid until the next receive.</summary>
    /// <exception cref="InvalidDataException">What came can't be a frame.</exception>
    public bool TryRead(out FrameKind kind, out ReadOnlySpan<byte> content)
    {
        kind = default;
        content = default;
        if (_end - _start < LengthSize)
            return false;
        var length = FrameLength();
        if (_end - _start < LengthSize + length)
            return false;
        kind = (FrameKind)_buffer[_start + LengthSize];
        content = _buffer.AsSpan(_start + LengthSize + 1, length - 1);
        _start += LengthSize + length;
        return true;
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            while (!frames.IsEmpty)
                frames = frames[await _socket.SendAsync(frames, cancellation).ConfigureAwait(false)..];
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Ends the sending side, so that the peer reads what was sent and then the end.</summary>
    public void FinishSending() => _socket.Shutdown(SocketShutdown.Send);

    public void Dispose() => _socket.Dispose();

    private int FrameLength()
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_start));
        return length >= 1 && length <= _maximumFrame
            ? length
            : throw new InvalidDataException($"A frame of {(uint)length} bytes is announced; the maximum here is {_maximumFrame}. The peer may not speak this protocol, or have a larger maximum-frame-size.");
    }

    private void MakeRoom()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else
        {
            var needed = _end - _start < LengthSize ? LengthSize : LengthSize + FrameLength();
            if (_start + needed > _buffer.Length || _end == _buffer.Length)
            {
                var target = needed > _buffer.Length ? new byte[Math.Max(needed, _buffer.Length * 2)] : _buffer;
                Buffer.BlockCopy(_buffer, _start, target, 0, _end - _start);
                _buffer = target;
                _end -= _start;
                _start = 0;
            }
        }
    }
}
