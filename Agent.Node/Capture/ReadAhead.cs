namespace Agent.Node.Capture;

/// <summary>
/// A stream read, and decompressed, on a thread of its own, some blocks ahead of who reads here: neither waits while the
/// other works, and one that waits for a silent source can be told that this was all.
/// </summary>
internal sealed class ReadAhead : ForwardStream
{
    private const int BlockLength = 128 << 10;
    private const int Blocks = 4;

    private readonly Func<Stream> _open;
    private readonly (byte[] Bytes, int Length)[] _blocks = new (byte[], int)[Blocks];
    private readonly SemaphoreSlim _full = new(0);
    private readonly SemaphoreSlim _free = new(Blocks);
    private readonly CancellationTokenSource _stop = new();
    private Exception? _failure;
    private long _taken;
    private int _next;
    private bool _holds;

    /// <param name="open">Gives what's read. Called on the thread, for the source may keep it waiting.</param>
    internal ReadAhead(Func<Stream> open)
    {
        _open = open;
        // In the background: a source that stays silent must not keep the process.
        new Thread(ReadOn) { IsBackground = true, Name = "capture input" }.Start();
    }

    /// <summary>What has been read ahead is all there is.</summary>
    internal void Stop() => _stop.Cancel();

    /// <inheritdoc/>
    /// <exception cref="CaptureException">The source is no capture.</exception>
    /// <exception cref="IOException">It can't be read on.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (!_holds && !Wait())
        {
            return 0;
        }

        ref var block = ref _blocks[_taken % Blocks];
        if (block.Length == 0)
        {
            // The end; the block stays, for whoever asks again.
            return _failure is null ? 0 : throw _failure as CaptureException ?? (Exception)new IOException(_failure.Message, _failure);
        }

        var read = Math.Min(block.Length - _next, buffer.Length);
        block.Bytes.AsSpan(_next, read).CopyTo(buffer);
        _next += read;
        if (_next == block.Length)
        {
            (_next, _holds) = (0, false);
            _taken++;
            _free.Release();
        }
        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Stop();
        base.Dispose(disposing);
    }

    /// <summary>False: it was stopped, and nothing read ahead is left.</summary>
    private bool Wait()
    {
        try
        {
            _holds = _full.Wait(0) || _full.Wait(Timeout.Infinite, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            _holds = false;
        }
        return _holds;
    }

    private void ReadOn()
    {
        long read = 0;
        try
        {
            using var content = _open();
            do
            {
                _free.Wait(_stop.Token);
                ref var block = ref _blocks[read % Blocks];
                block.Bytes ??= new byte[BlockLength];
                block.Length = content.Read(block.Bytes);
                _full.Release();
            }
            while (_blocks[read++ % Blocks].Length > 0);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Nobody reads on.
        }
        catch (Exception e)
        {
            // Whatever it is, it ends this input and not the process: its reader says why.
            _failure = e;
            _blocks[read % Blocks].Length = 0;
            _full.Release();
        }
    }
}
