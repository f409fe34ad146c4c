using System.Globalization;
using Spectre.Console;

namespace Benchmarks.Topology;

/// <summary>What was measured, each figure beside what it must be at most.</summary>
internal sealed class Figures
{
    private readonly Table _table = new Table().AddColumns("topology", "measured", "target");

    /// <summary>All targets so far were met.</summary>
    internal bool AreMet { get; private set; } = true;

    /// <summary>A figure with a target.</summary>
    internal void Add(string what, double measured, double target, string unit)
    {
        var met = measured <= target;
        AreMet &= met;
        Row(what, string.Create(CultureInfo.InvariantCulture, $"{measured:0.###} {unit}"), string.Create(CultureInfo.InvariantCulture, $"(target {target:0.##}: {(met ? "met" : "missed")})"));
    }

    /// <summary>Something that must be so.</summary>
    internal void Add(string what, string found, bool met)
    {
        AreMet &= met;
        Row(what, found, met ? "(met)" : "(missed)");
    }

    /// <summary>A figure without a target.</summary>
    internal void Add(string what, FormattableString measured) => Row(what, measured.ToString(CultureInfo.InvariantCulture), "");

    internal void Write() => AnsiConsole.Write(_table);

    private void Row(string what, string measured, string target)
    {
        Console.Error.WriteLine($"{what}: {measured} {target}");
        _table.AddRow(Markup.Escape(what), Markup.Escape(measured), Markup.Escape(target));
    }
}
