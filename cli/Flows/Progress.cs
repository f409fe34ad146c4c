using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Agent.Node.Capture;
using Agent.Node.Flows;

namespace Cli.Flows;

/// <summary>A line on a terminal that says how far the reading is, from the first second on, twice a second.</summary>
internal sealed class Progress : IDisposable
{
    private const string EraseLine = "\r\u001b[K";
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    private readonly TextWriter _terminal;
    private readonly Func<int> _width;
    private readonly Lock _lock = new();
    private readonly Timer _timer;
    private Reading? _reading;
    private bool _isShown;

    /// <param name="terminal">Where the line is.</param>
    /// <param name="width">Columns it has.</param>
    internal Progress(TextWriter terminal, Func<int> width)
    {
        _terminal = terminal;
        _width = width;
        _timer = new Timer(_ => Show(), null, First, Every);
    }

    /// <summary>Tells of this input from now on.</summary>
    internal void Follow(CaptureInput input, FlowEngines engines)
    {
        lock (_lock)
        {
            _reading = new Reading(input, engines, engines.Packets, Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Takes the line away, for one that stays.</summary>
    internal void Clear()
    {
        lock (_lock)
        {
            if (!_isShown)
            {
                return;
            }

            _terminal.Write(EraseLine);
            _terminal.Flush();
            _isShown = false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_lock)
        {
            _reading = null;
        }

        Clear();
    }

    /// <summary>"big.pcap: 42 %, 1.2 GB of 2.9 GB, 8400000 packets, 6.1 M packets/s, 12 s left"; without a length, what's known.</summary>
    internal static string Line(string name, long? position, long? length, long packets, TimeSpan elapsed)
    {
        var seconds = Math.Max(elapsed.TotalSeconds, 0.001);
        var text = name + ":";
        if (position is { } at && length is > 0 and var all)
        {
            text += string.Create(CultureInfo.InvariantCulture, $" {Math.Min(at * 100.0 / all, 100):0} %, {FlowText.Bytes(at)} of {FlowText.Bytes(all)},");
        }
        else if (position is { } known)
        {
            text += $" {FlowText.Bytes(known)},";
        }

        text += string.Create(CultureInfo.InvariantCulture, $" {packets} packets, {packets / seconds:0} packets/s");
        if (position is > 0 and var done && length is { } end && end > done)
        {
            text += string.Create(CultureInfo.InvariantCulture, $", {Math.Ceiling(seconds * (end - done) / done):0} s left");
        }

        return text;
    }

    private void Show()
    {
        lock (_lock)
        {
            if (_reading is not { } reading)
            {
                return;
            }

            var line = Line(reading.Input.Name, reading.Input.Position, reading.Input.Length, reading.Engines.Packets - reading.PacketsBefore, Stopwatch.GetElapsedTime(reading.Started));
            _terminal.Write(EraseLine + line[..Math.Min(line.Length, Math.Max(_width() - 1, 1))]);
            _terminal.Flush();
            _isShown = true;
        }
    }

    private sealed record Reading(CaptureInput Input, FlowEngines Engines, long PacketsBefore, long Started);
}

/// <summary>How wide a terminal is. Console.WindowWidth would write into it first, to set it up for a program that owns it.</summary>
internal static partial class TerminalSize
{
    private const ulong GetWindowSize = 0x5413;
    private const int Usual = 80;

    /// <summary>Columns; 80 where the terminal doesn't know.</summary>
    /// <param name="descriptor">1 or 2.</param>
    internal static int Columns(int descriptor) =>
        GetSize(descriptor, GetWindowSize, out var size) == 0 && size.Columns > 0 ? size.Columns : Usual;

    // TIOCGWINSZ
    [LibraryImport("libc", EntryPoint = "ioctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetSize(int descriptor, ulong request, out Size size);

    [StructLayout(LayoutKind.Sequential)]
    private struct Size
    {
        internal ushort Rows;
        internal ushort Columns;
        internal ushort Width;
        internal ushort Height;
    }
}
