using Agent.Node.Flows.Applications;

namespace Agent.Node.Flows;

/// <summary>
/// One engine, or several that share a capture's packets, each on a thread of its own: the flows are the same, and, where none
/// leaves before the end, so is their order. What is bounded is so for all together. Where a limit is reached, which flow
/// leaves for it, or which fragment, may be another one's.
/// </summary>
internal sealed class FlowEngines : IDisposable
{
    /// <summary>More would wait for the one that reads.</summary>
    private const int Most = 4;

    /// <summary>With room for fewer flows each, what leaves for want of it would be another choice than one engine's.</summary>
    private const int LeastRoom = 200;

    private readonly CancellationTokenSource _stop = new();
    private readonly FlowOptions _options;
    private readonly FlowEngine[] _engines;
    private readonly bool _isSilent;

    /// <param name="options">How flows are told apart, kept and reported.</param>
    /// <param name="origin">Who sees them.</param>
    /// <param name="output">Told of flows; several engines do so on several threads.</param>
    /// <param name="count">How many engines there should be.</param>
    internal FlowEngines(FlowOptions options, FlowOrigin origin, IFlowOutput output, int count)
    {
        count = Math.Clamp(count, 1, Math.Clamp(options.MaxEntries / LeastRoom, 1, Most));
        _options = options;
        _isSilent = output is NoOutput;
        if (count == 1)
        {
            _engines = [new FlowEngine(options, origin, output)];
            return;
        }

        var flows = new SharedBudget(options.MaxEntries);
        var streams = new SharedBudget(options.StreamCapacity / StreamStart.Capacity);
        var own = options with { RawPacketCapacity = options.RawPacketCapacity / count };
        _engines = [.. Enumerable.Range(0, count).Select(number => new FlowEngine(own, origin, output, share: new EngineShare(number, count, flows, streams, _stop.Token)))];
    }

    /// <summary>As many as there are processors for this process.</summary>
    internal static int Usual => Environment.ProcessorCount;

    /// <summary>The only one; null: there are several.</summary>
    internal FlowEngine? Single => _engines.Length == 1 ? _engines[0] : null;

    /// <inheritdoc cref="FlowEngine.Packets"/>
    internal long Packets => _engines[0].Packets;

    /// <inheritdoc cref="FlowEngine.Clock"/>
    internal long Clock => _engines[0].Clock;

    /// <inheritdoc cref="FlowEngine.Total"/>
    internal long Total => _engines.Sum(engine => engine.Total);

    /// <inheritdoc cref="FlowEngine.Counts"/>
    internal EngineCounts Counts => _engines.Aggregate(default(EngineCounts), (sum, engine) => sum + engine.Counts);

    /// <summary>Several engines, to share the packets of a file.</summary>
    internal EngineCrew Crew() => new(_engines, _options, _stop);

    /// <summary>Reports all flows for the last time and forgets them.</summary>
    internal void End()
    {
        if (_engines.Length == 1)
        {
            _engines[0].End();
        }
        else if (_isSilent)
        {
            EngineCrew.OnThreads(_engines, engine => engine.End());
        }
        else
        {
            FlowEngine.End(_engines);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();
}
