using System.Globalization;
using System.IO.Pipes;

namespace Agent.Node.Capture;

/// <summary>A stream as a path: a thread copies it into a pipe of this process, whose reading end has a path below /proc.</summary>
internal sealed class StreamPipe : IDisposable
{
    /// <summary>The most an ordinary user may ask for.</summary>
    private const int Capacity = 1 << 20;
    private const int BlockLength = 1 << 16;

    private readonly Func<Stream> _open;
    private readonly AnonymousPipeServerStream _pipe = new(PipeDirection.Out, HandleInheritability.None, Capacity);
    private volatile bool _stopped;

    /// <param name="source">What's read.</param>
    /// <param name="open">Gives what's copied: the source, or what it decompresses to. Called on the thread, for the source may keep it waiting.</param>
    internal StreamPipe(CountedStream source, Func<Stream> open)
    {
        Source = source;
        _open = open;
        Path = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_pipe.ClientSafePipeHandle.DangerousGetHandle()}");
        // In the background: a source that stays silent must not keep the process.
        new Thread(Copy) { IsBackground = true, Name = "capture input" }.Start();
    }

    internal CountedStream Source { get; }

    internal string Path { get; }

    /// <summary>Why it ended early; null where it didn't.</summary>
    internal Exception? Failure { get; private set; }

    /// <summary>The reader reads what's in the pipe, and then its end.</summary>
    internal void Stop()
    {
        _stopped = true;
        _pipe.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // With its reading end closed the pipe refuses what the thread may still write.
        _stopped = true;
        _pipe.DisposeLocalCopyOfClientHandle();
        _pipe.Dispose();
    }

    private void Copy()
    {
        var block = new byte[BlockLength];
        try
        {
            using var content = _open();
            int read;
            while (!_stopped && (read = content.Read(block)) > 0)
            {
                _pipe.Write(block.AsSpan(0, read));
            }
        }
        catch (Exception e)
        {
            // Whatever it is, it ends this input and not the process: its reader says why.
            if (!_stopped)
            {
                Failure = e;
            }
        }
        finally
        {
            _pipe.Dispose();
        }
    }
}
