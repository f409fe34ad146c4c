using System.Diagnostics;
using System.Globalization;
using Agent.Node.Capture;
using Agent.Node.Decoding;
using Agent.Node.Flows;
using Topology.Fabric.Gremlin;

namespace Cli.Flows;

/// <summary>
/// One run of the command: reads the captures one after the other and prints their flows. Files that follow on each
/// other in time (tcpdump's -C and -G make such) are one capture; a file that overlaps the one before it is another
/// capture point's, with flows of its own.
/// </summary>
internal sealed class FlowsRun
{
    /// <summary>A capture couldn't be read, or not to its end; what could be is printed.</summary>
    internal const int Failed = 1;

    /// <summary>The command line asks for what can't be done.</summary>
    internal const int Refused = 2;

    private readonly FlowsRequest _request;
    private readonly FlowSelection _selection;
    private readonly Dictionary<string, string> _names;
    private readonly TextWriter _messages;
    private readonly Interruption _interruption;
    private readonly Progress? _progress;
    private FlowEngines? _engines;
    private long _packets;
    private long _flows;
    private EngineCounts _counts;
    private int _exitCode;

    /// <param name="request">What to do.</param>
    /// <param name="printer">Where flows go.</param>
    /// <param name="names">Takes the addresses' names, if they're asked for.</param>
    /// <param name="messages">For what isn't a flow.</param>
    /// <param name="interruption">Ends the run early.</param>
    /// <param name="progress">Shows how far it is; null: nobody looks.</param>
    internal FlowsRun(FlowsRequest request, IFlowPrinter printer, Dictionary<string, string> names, TextWriter messages, Interruption interruption, Progress? progress = null)
    {
        _request = request;
        _selection = new FlowSelection(request.Filter, printer);
        _names = names;
        _messages = messages;
        _interruption = interruption;
        _progress = progress;
    }

    /// <summary>The exit code.</summary>
    internal int Run()
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            foreach (var name in InOrder(_request.Files))
            {
                Read(name);
                if (_interruption.IsRequested)
                {
                    break;
                }
            }
            EndEngines();
            _progress?.Dispose();
            _selection.Finish();
        }
        catch (GremlinException e)
        {
            _progress?.Dispose();
            _messages.WriteLine($"--filter: {e.Message}");
            return Refused;
        }
        Conclude(Stopwatch.GetElapsedTime(started));
        return _interruption.IsRequested ? _interruption.ExitCode : _exitCode;
    }

    /// <summary>By the time of their first packet, so that a shell's "*" needn't know the order; what can be read only once stays where it is.</summary>
    private IReadOnlyList<string> InOrder(IReadOnlyList<string> files)
    {
        if (files.Count == 1)
        {
            return files;
        }

        var readable = new List<(string Name, long FirstTime)>();
        foreach (var name in files)
        {
            try
            {
                readable.Add((name, FirstTimeOf(name) ?? long.MaxValue));
            }
            catch (CaptureException e)
            {
                Fail(e.Message);
            }
        }
        return [.. readable.OrderBy(file => file.FirstTime).Select(file => file.Name)];
    }

    private static long? FirstTimeOf(string name)
    {
        using var input = CaptureInput.Open(name);
        if (input.IsLive)
        {
            throw new CaptureException($"{input.Name}: can only be read once, alone");
        }

        using var file = new CaptureFile(input, null);
        return file.Read() ? file.Packets[0].Time : null;
    }

    private void Read(string name)
    {
        try
        {
            if (_engines is not null && FirstTimeOf(name) < _engines.Clock)
            {
                EndEngines();
            }

            using var input = CaptureInput.Open(name);
            _engines ??= NewEngines(input.Name);
            var before = _engines.Packets;
            _progress?.Follow(input, _engines);
            using var file = new CaptureFile(input, _request.PacketFilter);
            try
            {
                using (_interruption.StopsReading(input))
                {
                    file.Replay(_engines, _interruption.Token);
                }
            }
            finally
            {
                Keep(input.Name, file);
            }

            if (_engines.Packets == before && !_interruption.IsRequested)
            {
                Say($"{input.Name}: {(string.IsNullOrEmpty(_request.PacketFilter) ? "there are no packets in it" : "no packet matches --bpf")}");
            }
        }
        catch (CaptureException e)
        {
            Fail(e.Message, e is FilterException ? Refused : Failed);
        }
    }

    /// <summary>What the file says besides its packets, also when it's cut off.</summary>
    private void Keep(string name, CaptureFile file)
    {
        foreach (var (link, packets) in file.Undecoded)
        {
            Say(string.Create(CultureInfo.InvariantCulture, $"{name}: {packets} packets left out: {LinkTypes.Refusal(link)}"));
        }

        if (!_request.Names)
        {
            return;
        }

        foreach (var (address, host) in file.Names)
        {
            _names.TryAdd(address, host);
        }
    }

    /// <summary>Files must not share a capture's name: their flows' UUIDs would be the same.</summary>
    private FlowEngines NewEngines(string name)
    {
        var origin = new FlowOrigin(Environment.MachineName, "", name);
        return new FlowEngines(_request.Options, origin, _selection.For(origin), _request.Engines);
    }

    private void EndEngines()
    {
        if (_engines is not { } engines)
        {
            return;
        }

        engines.End();
        _packets += engines.Packets;
        _flows += engines.Total;
        _counts += engines.Counts;
        engines.Dispose();
        _engines = null;
    }

    private void Conclude(TimeSpan elapsed)
    {
        if (_counts.FlowsEvicted > 0)
        {
            Say(string.Create(CultureInfo.InvariantCulture,
                $"{_counts.FlowsEvicted} flows left early: there were more than {_request.Options.MaxEntries} at once (--max-flows)"));
        }
        if (_request.Options.DeduplicateWithin > TimeSpan.Zero)
        {
            var unknown = _counts.DuplicatesUnknown == 0 ? "" : string.Create(
                CultureInfo.InvariantCulture, $"; of {_counts.DuplicatesUnknown} packets a duplicate would not have been known: there were too many at once");
            Say(string.Create(CultureInfo.InvariantCulture, $"{_counts.Duplicates} duplicates weren't counted{unknown}"));
        }

        if (_counts.StreamsRefused > 0)
        {
            Say(string.Create(CultureInfo.InvariantCulture, $"the beginnings of {_counts.StreamsRefused} TCP streams weren't put in order, there were too many at once: their applications may be known by port only"));
        }

        if (_counts.EncryptedFrames > 0)
        {
            Say(string.Create(CultureInfo.InvariantCulture, $"{_counts.EncryptedFrames} wireless frames are encrypted: they are counted between their stations, as Ethernet"));
        }

        if (_counts.LinkFrames > 0)
        {
            Say(string.Create(CultureInfo.InvariantCulture, $"{_counts.LinkFrames} frames are the links' own (802.11 management and control, keepalives): they're in no flow"));
        }

        if (_request.Output == "none")
        {
            var kept = _request.Filter is null ? "" : string.Create(CultureInfo.InvariantCulture, $" ({_selection.Kept} of them kept)");
            var seconds = elapsed.TotalSeconds;
            Say(string.Create(CultureInfo.InvariantCulture, $"{_packets} packets, {_flows} flows{kept} in {seconds:0.000} s, {_packets / seconds:0} packets/s"));
        }
    }

    private void Fail(string message, int exitCode = Failed)
    {
        Say(message);
        _exitCode = Math.Max(_exitCode, exitCode);
    }

    private void Say(string message)
    {
        _progress?.Clear();
        _messages.WriteLine(message);
    }
}
