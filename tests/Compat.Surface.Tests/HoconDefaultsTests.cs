using System.Reflection;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace Compat.Surface.Tests;

/// <summary>Each key in the stand-ins' reference configurations is one of the packages', with the same default.</summary>
public sealed class HoconDefaultsTests
{
    [ListedTheory]
    [InlineData("Akka")]
    [InlineData("Akka.Remote")]
    [InlineData("Akka.Cluster")]
    [InlineData("Akka.Cluster.Tools")]
    [InlineData("Akka.Cluster.Sharding")]
    [InlineData("Akka.Persistence")]
    [InlineData("Akka.TestKit")]
    public void Every_key_has_the_package_s_default(string package)
    {
        var defaults = PackagesApi.HoconDefaults().Select(Split).ToLookup(d => d.Path, d => d.Value);
        var assembly = Assembly.Load(package);
        var references = assembly.GetManifestResourceNames().Where(name => name.EndsWith(".conf", StringComparison.Ordinal)).ToList();
        references.ShouldNotBeEmpty();
        var strangers = new List<string>();
        foreach (var (path, value) in references.SelectMany(name => Leaves([], ConfigurationFactory.FromResource(name, assembly).Root)))
        {
            var listed = defaults[Join(path)].ToList();
            if (listed.Count == 0)
                strangers.Add($"{string.Join('.', path)} — no such key");
            else if (!listed.Contains(value))
                strangers.Add($"{string.Join('.', path)} = {value} — the package's default is {string.Join(" or ", listed)}");
        }

        strangers.ShouldBeEmpty(string.Join('\n', strangers));
    }

    private static IEnumerable<(string[] Path, string Value)> Leaves(string[] path, HoconValue value) => value.IsObject()
        ? value.GetObject().Items.SelectMany(item => Leaves([.. path, item.Key], item.Value))
        : [(path, Text(value))];

    private static string Text(HoconValue value) => Squeeze(value.IsArray()
        ? value.GetArray() is { Count: > 0 } elements ? $"[{string.Join(", ", elements.Select(e => e.GetString()))}]" : ""
        : value.GetString() ?? "");

    /// <summary>A line "a.b.\"c.d\" = value" as path and value.</summary>
    private static (string Path, string Value) Split(string line)
    {
        var elements = new List<string>();
        var at = 0;
        while (true)
        {
            int end;
            if (line[at] == '"')
            {
                end = line.IndexOf('"', at + 1);
                elements.Add(line[(at + 1)..end]);
                end++;
            }
            else
            {
                end = line.IndexOfAny(['.', ' '], at);
                elements.Add(line[at..end]);
            }

            if (line[end] != '.')
                return (Join(elements), Squeeze(line[(line.IndexOf('=', end) + 1)..]));
            at = end + 1;
        }
    }

    private static string Join(IEnumerable<string> path) => string.Join('\n', path);

    /// <summary>"10 s" and "10s" are the same.</summary>
    private static string Squeeze(string text) => text.Replace(" ", "", StringComparison.Ordinal);
}
