using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Model;

namespace Topology.Fabric.Gremlin.Steps;

/// <summary>Metrics cut at the ends of slices of time, and what falls into a slice added up. A part has its share of each counter, by time.</summary>
internal static class MetricSlices
{
    private const string Start = "Start";
    private const string Last = "Last";
    private const string RoundTrip = "RTT";

    /// <summary>Slices of an answer at most.</summary>
    private const long Most = 10_000;

    /// <summary>The time metrics cover.</summary>
    public static (long Start, long Last) Span(IEnumerable<Metadata> metrics)
    {
        var (start, last) = (0L, 0L);
        foreach (var metric in metrics)
        {
            start = start == 0 ? Of(metric, Start) : Math.Min(start, Of(metric, Start));
            last = Math.Max(last, Of(metric, Last));
        }

        return (start, last);
    }

    /// <summary>The slices that have something, in time's order.</summary>
    /// <param name="metrics">Each one's in time's order.</param>
    /// <param name="start">Where the first slice begins.</param>
    /// <param name="last">Where the last ends.</param>
    /// <param name="length">A slice's, in milliseconds; the last may be shorter.</param>
    /// <param name="step">Who asks.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="GremlinException">They are too many.</exception>
    public static IReadOnlyList<Metadata> Of(IEnumerable<IEnumerable<Metadata>> metrics, long start, long last, long length, Arguments step, CancellationToken stop)
    {
        var count = last <= start ? 0 : ((last - start - 1) / length) + 1;
        if (count > Most)
        {
            throw step.Wrong(step.Column, $"would make {count} slices, and {Most} may be: take longer ones");
        }

        var slices = new Metadata?[count];
        foreach (var own in metrics)
        {
            stop.ThrowIfCancellationRequested();
            Add(new Queue<Metadata>(own), start, last, length, slices);
        }

        return [.. slices.OfType<Metadata>()];
    }

    private static void Add(Queue<Metadata> metrics, long start, long last, long length, Metadata?[] slices)
    {
        var rest = metrics.TryDequeue(out var first) ? first : null;
        for (var i = 0; i < slices.Length && rest is not null;)
        {
            var from = start + (i * length);
            var to = Math.Min(from + length, last);
            var (within, after) = Cut(rest, from, to);
            if (within is null)
            {
                i++;
                continue;
            }

            slices[i] = slices[i] is { } before ? Sum(before, within) : within.Set(Start, from).Set(Last, to);
            rest = after is not null && !IsZero(after) ? after : metrics.TryDequeue(out var next) ? next : null;
        }
    }

    // What of a metric lies in a slice, and what behind it.
    private static (Metadata? Within, Metadata? After) Cut(Metadata metric, long from, long to)
    {
        var (_, rest) = Split(metric, from);
        if (rest is null || IsZero(rest))
        {
            return default;
        }

        var (within, after) = Split(rest, to);
        // So little that each part's share would be nothing: it counts where it begins.
        return within is not null && IsZero(within) && Of(metric, Start) >= from && Of(metric, Start) < to ? (metric, null) : (within, after);
    }

    private static (Metadata? Before, Metadata? After) Split(Metadata metric, long at)
    {
        var (start, last) = (Of(metric, Start), Of(metric, Last));
        if (at <= start)
        {
            return (null, metric);
        }

        if (at >= last || start == last)
        {
            return (metric, null);
        }

        // No part has the whole's round trip time.
        metric = metric.Remove(RoundTrip);
        var before = Counters(metric, value => Share(value, at - start, last - start)).Set(Last, at);
        // Of a flow the second part is what the first leaves; of an interface it's a share as well.
        var after = metric.TryGet("ABPackets", out _)
            ? Metadata.Create(metric.Select(field => (field.Key, IsCounter(field.Key, field.Value) ? field.Value.Integer - Of(before, field.Key) : field.Value)))
            : Counters(metric, value => Share(value, last - at, last - start));
        return (before, after.Set(Start, at));
    }

    private static long Share(long value, long part, long whole) => (long)((double)value * ((double)part / whole));

    private static Metadata Sum(Metadata one, Metadata other) => Metadata.Create(
        [.. other.Select(field => (field.Key, field.Value)), .. one.Select(field => (field.Key, IsCounter(field.Key, field.Value) ? (long)Int128.Clamp((Int128)field.Value.Integer + Of(other, field.Key), long.MinValue, long.MaxValue) : field.Value))]).Remove(RoundTrip);

    private static Metadata Counters(Metadata metric, Func<long, long> change) =>
        Metadata.Create(metric.Select(field => (field.Key, IsCounter(field.Key, field.Value) ? change(field.Value.Integer) : field.Value)));

    private static bool IsZero(Metadata metric) => !metric.Any(field => IsCounter(field.Key, field.Value) && field.Value.Integer != 0);

    private static bool IsCounter(string key, MetaValue value) => value.Kind == MetaKind.Integer && key is not (Start or Last or RoundTrip);

    private static long Of(Metadata metric, string key) => metric[key] is { Kind: MetaKind.Integer, Integer: var value } ? value : 0;
}
