using Agent.Node.Decoding;
using Agent.Node.Flows;

namespace Agent.Node.Capture;

/// <summary>A capture's packets on their way into a flow engine, at the time they were captured.</summary>
/// <param name="input">Where it is.</param>
/// <param name="filter">A pcap filter; null or empty: all packets.</param>
internal sealed class CaptureFile(CaptureInput input, string? filter) : IDisposable
{
    private static readonly Dictionary<int, long> None = [];

    private readonly PacketFilter? _filter = string.IsNullOrEmpty(filter) ? null : new PacketFilter(filter);
    private CaptureReader? _reader;
    private int _selected;
    private long _read;

    /// <summary>What the packets read start with.</summary>
    internal LinkType Link => _reader!.Link;

    /// <summary>Where the packets read lie; valid until the next read.</summary>
    internal ReadOnlySpan<byte> Block => _reader!.Block;

    /// <summary>The packets read that match the filter.</summary>
    internal Span<PacketPlace> Packets => _reader!.Packets[.._selected];

    /// <summary>Packets whose link type isn't decoded, by its number.</summary>
    internal IReadOnlyDictionary<int, long> Undecoded => _reader?.Undecoded ?? None;

    /// <summary>Addresses and their names, as far as the file has told them.</summary>
    internal IReadOnlyDictionary<string, string> Names => _reader?.Names ?? [];

    /// <summary>Opens and reads a whole file. The engine still holds its flows afterwards: end it for the last reports.</summary>
    /// <exception cref="CaptureException">The file can't be read, is cut off, or the filter doesn't compile.</exception>
    internal static void Read(string path, string? filter, FlowEngine engine)
    {
        using var input = CaptureInput.Open(path);
        using var file = new CaptureFile(input, filter);
        file.Replay(engine, CancellationToken.None);
    }

    /// <summary>Reads the file's header, where that wasn't done yet.</summary>
    /// <exception cref="CaptureException">It's no capture, its link type isn't decoded, or the filter doesn't compile.</exception>
    internal void Open()
    {
        if (_reader is not null)
        {
            return;
        }

        try
        {
            _reader = CaptureReader.Open(input.Name, input.Content);
        }
        catch (IOException e)
        {
            throw Failure(e);
        }
        // Of pcapng the interfaces, and so the link types, come later.
        if (_reader.Link != LinkType.None)
        {
            _filter?.Compile(_reader.Format);
        }
    }

    /// <summary>Reads some packets, of which all, some or none may match the filter; false at the end.</summary>
    /// <exception cref="CaptureException">The file is cut off or broken; the packets before that were read.</exception>
    internal bool Read()
    {
        Open();
        bool some;
        try
        {
            some = _reader!.Read();
        }
        catch (IOException e)
        {
            throw Failure(e);
        }
        _read += _reader.Packets.Length;
        _selected = some && _filter is not null ? _filter.Select(_reader.Format, _reader.Block, _reader.Packets) : _reader.Packets.Length;
        return some ? true : _read == 0 && _reader.Undecoded.Keys.Order().ToList() is [var first, ..] ? throw new CaptureException($"{input.Name}: {LinkTypes.Refusal(first)}") : false;
    }

    /// <summary>Gives the engine all packets that match.</summary>
    /// <param name="engine">Gets them.</param>
    /// <param name="stop">Ends the reading between two blocks.</param>
    internal void Replay(FlowEngine engine, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested && Read())
            {
                engine.Replay(Link, Block, Packets);
            }
        }
        catch (CaptureException) when (stop.IsCancellationRequested)
        {
            // Cut off from outside, in the middle of a packet or of the file's header.
        }
    }

    /// <summary>The same with as many engines as there are.</summary>
    internal void Replay(FlowEngines engines, CancellationToken stop)
    {
        if (engines.Single is { } engine)
        {
            Replay(engine, stop);
            return;
        }

        var crew = engines.Crew();
        try
        {
            Open();
            _reader!.Replace = crew.Replace;
            crew.Run(ReadSome, input.Stop);
        }
        catch (CaptureException) when (stop.IsCancellationRequested)
        {
            // As with one.
        }

        bool ReadSome()
        {
            if (stop.IsCancellationRequested || !Read())
            {
                return false;
            }

            crew.Replay(Link, _reader!.Memory, Packets);
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _filter?.Dispose();

    private CaptureException Failure(IOException e) => new($"{input.Name}: {e.Message} (after {_read} packets)", e);
}
