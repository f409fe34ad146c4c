namespace Agent.Node.Capture;

/// <summary>A stream that tells how much was read of it, and whose first bytes can be looked at to see what it is.</summary>
internal sealed class CountedStream(Stream stream) : ForwardStream
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
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            stream.Dispose();
        }

        base.Dispose(disposing);
    }
}
