namespace Agent.Node.Capture;

/// <summary>A stream that tells how much was read of it, and whose first bytes can be looked at to see what it is.</summary>
internal sealed class CountedStream(Stream stream) : Stream
{
    private ReadOnlyMemory<byte> _peeked;
    private long _count;

    /// <summary>Bytes read of it so far. May be asked on any thread.</summary>
    internal long Count => Interlocked.Read(ref _count);

    /// <summary>The first bytes, which reading will give again; less than asked for where there are no more.</summary>
    internal ReadOnlySpan<byte> Peek(int length)
    {
        var first = new byte[length];
        _peeked = first.AsMemory(0, stream.ReadAtLeast(first, length, throwOnEndOfStream: false));
        return _peeked.Span;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => Count;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int read;
        if (_peeked.IsEmpty)
        {
            read = stream.Read(buffer);
        }
        else
        {
            read = Math.Min(_peeked.Length, buffer.Length);
            _peeked.Span[..read].CopyTo(buffer);
            _peeked = _peeked[read..];
        }
        Interlocked.Add(ref _count, read);
        return read;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            stream.Dispose();
        }

        base.Dispose(disposing);
    }
}
