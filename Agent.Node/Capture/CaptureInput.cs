using System.IO.Compression;
using K4os.Compression.LZ4.Streams;
using Microsoft.Win32.SafeHandles;
using ZstdSharp;

namespace Agent.Node.Capture;

/// <summary>Where a capture is read from: a file, or a pipe, or standard input, as it is or decompressed.</summary>
internal sealed class CaptureInput : IDisposable
{
    /// <summary>The name that means standard input.</summary>
    internal const string StandardInput = "-";

    private const int MagicLength = 6;

    private readonly CountedStream _source;

    private CaptureInput(string name, CountedStream source, long? length, Stream content)
    {
        Name = name;
        Length = length;
        Content = content;
        _source = source;
    }

    /// <summary>For its user.</summary>
    internal string Name { get; }

    /// <summary>Bytes to read, before decompression; null where nobody knows.</summary>
    internal long? Length { get; }

    /// <summary>The capture, decompressed.</summary>
    internal Stream Content { get; }

    /// <summary>Somebody may still be writing it.</summary>
    internal bool IsLive => Length is null;

    /// <summary>Bytes read of it so far, before decompression. May be asked on any thread.</summary>
    internal long Position => _source.Count;

    /// <summary>Opens a file, or standard input by the name "-".</summary>
    /// <exception cref="CaptureException">It isn't there, isn't a capture, or can't be read.</exception>
    internal static CaptureInput Open(string name)
    {
        var isStandard = name == StandardInput;
        var shown = isStandard ? "standard input" : name;
        try
        {
            if (Directory.Exists(name))
            {
                throw new CaptureException($"{shown}: is a directory, not a capture file");
            }

            if (isStandard && !Console.IsInputRedirected)
            {
                throw new CaptureException($"{shown}: is a terminal; pipe a capture into it, as in tcpdump -w - | skydive flows -");
            }

            return Open(shown, isStandard
                ? new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0)
                : new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, FileOptions.SequentialScan));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CaptureException($"{shown}: there is no such file", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CaptureException($"{shown}: you may not read it", e);
        }
        catch (IOException e)
        {
            throw new CaptureException($"{shown}: {e.Message}", e);
        }
    }

    /// <summary>A pipe comes to its end now; a file does so by itself.</summary>
    internal void Stop() => (Content as ReadAhead)?.Stop();

    /// <inheritdoc/>
    public void Dispose() => Content.Dispose();

    private static CaptureInput Open(string name, FileStream stream)
    {
        var source = new CountedStream(stream);
        if (!stream.CanSeek)
        {
            return new CaptureInput(name, source, null, new ReadAhead(() => Decompressed(name, source)));
        }

        try
        {
            var content = Decompressed(name, source);
            return new CaptureInput(name, source, stream.Length, content == source ? source : new ReadAhead(() => content));
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>What the bytes are a capture in: themselves, or what they decompress to.</summary>
    private static Stream Decompressed(string name, CountedStream source)
    {
        var magic = source.Peek(MagicLength);
        return magic switch
        {
            [] => throw new CaptureException($"{name}: is empty"),
            [0x1f, 0x8b, ..] => new GZipStream(source, CompressionMode.Decompress),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => new DecompressionStream(source, leaveOpen: false),
            [0x04, 0x22, 0x4d, 0x18, ..] => LZ4Stream.Decode(source),
            [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', ..] => throw Refusal(name, "xz"),
            [(byte)'B', (byte)'Z', (byte)'h', ..] => throw Refusal(name, "bzip2"),
            _ => source,
        };
    }

    private static CaptureException Refusal(string name, string format) =>
        new($"{name}: is compressed by {format}; gzip, Zstandard and lz4 are read as they are, for this one: {format} -dc FILE | skydive flows -");
}
