using System.Globalization;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace Agent.Node.Capture;

/// <summary>
/// Where a capture is read from, as a path any reader can open: a file is itself, and what isn't one (a pipe, standard
/// input, a gzip'd file) is a <see cref="StreamPipe"/>'s reading end.
/// </summary>
internal sealed class CaptureInput : IDisposable
{
    /// <summary>The name that means standard input.</summary>
    internal const string StandardInput = "-";

    private const int MagicLength = 6;
    private const string OwnDescriptors = "/proc/self/fd";

    private readonly StreamPipe? _pipe;
    private string? _target;

    private CaptureInput(string name, string path, long length)
    {
        Name = name;
        Path = path;
        Length = length;
    }

    private CaptureInput(string name, long? length, StreamPipe pipe)
    {
        Name = name;
        Path = pipe.Path;
        Length = length;
        _pipe = pipe;
    }

    /// <summary>For its user.</summary>
    internal string Name { get; }

    /// <summary>To open and read, once.</summary>
    internal string Path { get; }

    /// <summary>Bytes to read, before decompression; null where nobody knows.</summary>
    internal long? Length { get; }

    /// <summary>Its path can be opened and read once only, and has no length.</summary>
    internal bool IsPipe => _pipe is not null;

    /// <summary>Somebody may still be writing it.</summary>
    internal bool IsLive => Length is null;

    /// <summary>What ended the pipe before its source did.</summary>
    internal Exception? Failure => _pipe?.Failure;

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

            var stream = isStandard
                ? new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0)
                : new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            return Open(shown, isStandard ? OwnDescriptors + "/0" : name, stream);
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

    /// <summary>Who reads the file, where it isn't libpcap.</summary>
    internal PcapFile? Reader { get; set; }

    /// <summary>Bytes read of it so far, before decompression; null where that can't be seen.</summary>
    internal long? Position => _pipe is not null ? _pipe.Source.Count : PositionOfFile();

    /// <summary>A pipe comes to its end now; a file does so by itself.</summary>
    internal void Stop() => _pipe?.Stop();

    /// <inheritdoc/>
    public void Dispose() => _pipe?.Dispose();

    private static CaptureInput Open(string name, string path, FileStream stream)
    {
        var source = new CountedStream(stream);
        if (!stream.CanSeek)
        {
            return new CaptureInput(name, null, new StreamPipe(source, () => Content(name, source)));
        }

        try
        {
            var content = Content(name, source);
            if (content != source)
            {
                return new CaptureInput(name, stream.Length, new StreamPipe(source, () => content));
            }

            var length = stream.Length;
            source.Dispose();
            return new CaptureInput(name, path, length);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>What the bytes are a capture in: themselves, or what they decompress to.</summary>
    private static Stream Content(string name, CountedStream source)
    {
        var magic = source.Peek(MagicLength);
        if (magic.IsEmpty)
        {
            throw new CaptureException($"{name}: is empty");
        }

        RefuseOtherCompression(name, magic);
        return magic is [0x1f, 0x8b, ..] ? new GZipStream(source, CompressionMode.Decompress) : source;
    }

    private static void RefuseOtherCompression(string name, ReadOnlySpan<byte> magic)
    {
        var (format, program) = magic switch
        {
            [0x28, 0xb5, 0x2f, 0xfd, ..] => ("Zstandard", "zstd -dc"),
            [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', ..] => ("xz", "xz -dc"),
            [0x04, 0x22, 0x4d, 0x18, ..] => ("lz4", "lz4 -dc"),
            [(byte)'B', (byte)'Z', (byte)'h', ..] => ("bzip2", "bzip2 -dc"),
            _ => ("", ""),
        };
        if (format.Length > 0)
        {
            throw new CaptureException($"{name}: is compressed by {format}; gzip is read as it is, for this one: {program} FILE | skydive flows -");
        }
    }

    /// <summary>Where the reader stands in the file. Of libpcap's the kernel tells: one of our descriptors has moved.</summary>
    private long? PositionOfFile()
    {
        try
        {
            if (Reader is { } reader)
            {
                return reader.Position;
            }

            _target ??= TargetOf(Path);
            long? furthest = null;
            foreach (var descriptor in Directory.EnumerateFileSystemEntries(OwnDescriptors))
            {
                if (new FileInfo(descriptor).LinkTarget != _target)
                {
                    continue;
                }

                var position = PositionIn(File.ReadLines("/proc/self/fdinfo/" + System.IO.Path.GetFileName(descriptor)));
                furthest = Math.Max(furthest ?? 0, position);
            }
            return furthest;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // It was closed meanwhile: there's no more to tell.
            return null;
        }
    }

    /// <summary>The file's path without links, as the kernel shows it for descriptors.</summary>
    private static string? TargetOf(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return new FileInfo(string.Create(CultureInfo.InvariantCulture, $"{OwnDescriptors}/{file.DangerousGetHandle()}")).LinkTarget;
    }

    private static long PositionIn(IEnumerable<string> lines)
    {
        const string label = "pos:";
        foreach (var line in lines)
        {
            if (line.StartsWith(label, StringComparison.Ordinal))
            {
                return long.Parse(line.AsSpan(label.Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
            }
        }
        return 0;
    }
}
