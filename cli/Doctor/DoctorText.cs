using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cli.Doctor.Facts;
using Spectre.Console;

namespace Cli.Doctor;

/// <summary>A diagnosis, printed.</summary>
internal static class DoctorText
{
    private static readonly JsonSerializerOptions _json = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>A table for a terminal, an area's things below each other.</summary>
    public static void WriteTable(IAnsiConsole console, Diagnosis diagnosis)
    {
        var table = new Table().Border(TableBorder.None).AddColumns(new TableColumn("").NoWrap(), new TableColumn("").NoWrap(), new TableColumn("")).HideHeaders();
        var area = "";
        foreach (var finding in diagnosis.Findings)
        {
            if (finding.Area != area)
            {
                area = finding.Area;
                table.AddRow(area.Length > 0 && table.Rows.Count > 0 ? "\n" + Bold(area) : Bold(area), "", "");
            }

            var remedy = finding.Remedy.Length > 0 ? $"\n[blue]{Markup.Escape("→ " + finding.Remedy)}[/]" : "";
            table.AddRow($"  [{Colour(finding)}]{Word(finding.Verdict)}[/]", Markup.Escape(finding.What), Markup.Escape(finding.Why) + remedy);
        }

        console.Write(table);
        console.MarkupLineInterpolated($"\n[bold]{diagnosis.Conclusion}[/]");
    }

    /// <summary>A line for each finding, for files and pipes: verdict, area, thing and what it means, with tabs between.</summary>
    public static void WriteLines(TextWriter output, Diagnosis diagnosis)
    {
        foreach (var finding in diagnosis.Findings)
        {
            output.WriteLine($"{Word(finding.Verdict)}\t{finding.Area}\t{finding.What}\t{finding.Why}{(finding.Remedy.Length > 0 ? $" → {finding.Remedy}" : "")}");
        }

        output.WriteLine(diagnosis.Conclusion);
    }

    /// <summary>Findings, and the facts they're from.</summary>
    public static void WriteJson(TextWriter output, Diagnosis diagnosis, HostFacts facts) =>
        output.WriteLine(JsonSerializer.Serialize(new { diagnosis.Works, diagnosis.Conclusion, diagnosis.Findings, Facts = facts }, _json));

    private static string Bold(string text) => $"[bold]{Markup.Escape(text)}[/]";

    private static string Word(Verdict verdict) => verdict.ToString().ToLowerInvariant();

    private static string Colour(Finding finding) => finding switch
    {
        { Verdict: Verdict.Ok } => "green",
        { Verdict: Verdict.Missing, IsEssential: true } => "red",
        { Verdict: Verdict.Unknown } => "grey",
        _ => "yellow",
    };
}
