using Microsoft.Win32.SafeHandles;

namespace Cli.Flows;

/// <summary>Standard output for many lines.</summary>
internal static class FlowsOutput
{
    private const int BufferLength = 1 << 16;
    private const int BrokenPipe = 32;

    /// <summary>
    /// Into a pipe whose reader has gone (| head) the console's own stream goes on silently to the end; this one throws.
    /// For files the console's stream is right: it writes where the shell's descriptor stands, and moves it.
    /// </summary>
    internal static Stream Open()
    {
        var direct = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return new BufferedStream(direct.CanSeek ? Console.OpenStandardOutput() : direct, BufferLength);
    }

    /// <summary>Nobody reads what's written any more.</summary>
    internal static bool IsBrokenPipe(IOException e) => (e.HResult & 0xffff) == BrokenPipe;
}
