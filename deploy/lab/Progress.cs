using System.Diagnostics;
using Spectre.Console;

namespace Lab;

/// <summary>Says each step as it begins, with the seconds since the start, so that a log of it reads well too.</summary>
internal sealed class Progress(IAnsiConsole console)
{
    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();

    public IAnsiConsole Console { get; } = console;

    public void Step(string what) => Console.MarkupLineInterpolated($"[grey]{_sinceStart.Elapsed.TotalSeconds,6:0.0} s[/]  {what}");
}
