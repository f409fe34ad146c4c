using System.Diagnostics;
using Spectre.Console;

namespace Benchmarks.Actors;

/// <summary>What one run handled, and what that cost.</summary>
/// <param name="Name">What ran.</param>
/// <param name="Messages">How many messages were handled.</param>
/// <param name="Elapsed">Wall-clock time.</param>
/// <param name="Processor">Processor time of the whole process, over all its threads.</param>
/// <param name="Allocated">Bytes allocated meanwhile.</param>
internal sealed record Measurement(string Name, long Messages, TimeSpan Elapsed, TimeSpan Processor, long Allocated)
{
    public double PerSecond => Messages / Elapsed.TotalSeconds;

    /// <summary>Processor time per message: unlike the rate, it holds on a busy machine too.</summary>
    public double NanosecondsPerMessage => Processor.TotalNanoseconds / Messages;

    public double BytesPerMessage => (double)Allocated / Messages;

    /// <summary>Runs once to warm up, then three times; the fastest counts.</summary>
    public static async Task<Measurement> OfAsync(string name, long messages, Func<long, Task> run)
    {
        await run(messages / 10);
        Measurement? best = null;
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            var allocated = GC.GetTotalAllocatedBytes(true);
            var processor = Process.GetCurrentProcess().TotalProcessorTime;
            var start = Stopwatch.GetTimestamp();
            await run(messages);
            var elapsed = Stopwatch.GetElapsedTime(start);
            processor = Process.GetCurrentProcess().TotalProcessorTime - processor;
            var measured = new Measurement(name, messages, elapsed, processor, GC.GetTotalAllocatedBytes(true) - allocated);
            if (best is null || measured.Elapsed < best.Elapsed)
            {
                best = measured;
            }
        }

        return best!;
    }
}

/// <summary>Actors beside bare channels that move the same messages between the same number of parties.</summary>
internal static class ActorBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var messages = args.Length > 0 ? long.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 4_000_000;
        var table = new Table().AddColumns("what", "messages/s", "against channels", "CPU ns/message", "bytes/message");
        foreach (var (actors, channels) in (IEnumerable<(Measurement, Measurement)>)
        [
            await TellBenchmark.RunAsync(messages),
            await PingPongBenchmark.RunAsync(messages, window: 1_000),
            await PingPongBenchmark.RunAsync(messages / 4, window: 1),
        ])
        {
            Add(table, actors, actors.PerSecond / channels.PerSecond);
            Add(table, channels, 1);
        }

        AnsiConsole.Write(table);
        return 0;
    }

    private static void Add(Table table, Measurement measured, double ratio) => table.AddRow(
        Markup.Escape(measured.Name),
        FormattableString.Invariant($"{measured.PerSecond:N0}"),
        FormattableString.Invariant($"{ratio:0.00}"),
        FormattableString.Invariant($"{measured.NanosecondsPerMessage:0}"),
        FormattableString.Invariant($"{measured.BytesPerMessage:0.0}"));
}
