using System.Text;
using Akka.Configuration.Hocon;
using Shared.Messages.Configuration;
using SkydiveActors.Docs;

namespace Shared.Messages.Tests.Docs;

/// <summary>docs/reference/configuration.md, made from reference.conf.</summary>
public class ConfigurationReferenceTests
{
    [Fact]
    public void The_reference_of_configuration_keys_is_current() => ReferenceDocument.ShouldBeCurrent("configuration.md", Write(ReferenceConf.Read()));

    [Fact]
    public void Every_key_that_the_product_reads_is_in_the_reference()
    {
        var written = ReferenceConf.Read().Sections.SelectMany(section => section.Keys).Select(key => key.Path.Replace(".<name>", "", StringComparison.Ordinal)).Distinct().ToList();
        var read = Leaves("skydive", SkydiveConfig.Reference.GetValue("skydive").GetObject(), written).ToList();
        read.Count.ShouldBeGreaterThan(50);
        written.Order(StringComparer.Ordinal).ShouldBe(read.Order(StringComparer.Ordinal));
    }

    private static string Write(ReferenceConf conf)
    {
        var text = new StringBuilder();
        text.Append(ReferenceDocument.Origin("Shared.Messages/Configuration/reference.conf")).Append("\n# Configuration keys\n\n");
        text.Append("The files given with `--config`, of agents and analyzers alike, are HOCON; `--set` gives single keys that win over the file.\n");
        text.Append(conf.Intro).Append("\n\n");
        text.Append("A section `akka` beside `skydive` is the actor system's own ([Akka.NET's reference](https://getakka.net/articles/configuration/akka.html)).\n");
        foreach (var section in conf.Sections.Where(section => section.Keys.Count > 0))
        {
            text.Append($"\n## {section.Path}\n\n");
            if (section.Meaning.Length > 0 && section.Keys[0].Meaning != section.Meaning)
            {
                text.Append(Prose(section.Meaning)).Append("\n\n");
            }

            text.Append("| key | default | meaning |\n|---|---|---|\n");
            foreach (var key in section.Keys)
            {
                text.Append($"| `{key.Path}` | {Code(key.Default)} | {(key.Meaning.Length > 0 ? Prose(key.Meaning) : "see above")} |\n");
            }
        }

        return text.ToString();
    }

    private static string Code(string value) => value.Length == 0 ? "none" : $"`{value}`";

    private static string Prose(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    /// <summary>Paths of all values; a section that's known as one key, its keys being the user's, counts as one.</summary>
    private static IEnumerable<string> Leaves(string path, HoconObject section, List<string> whole)
    {
        foreach (var (name, value) in section.Items)
        {
            var here = $"{path}.{name}";
            if (value.IsObject() && !whole.Contains(here))
            {
                foreach (var leaf in Leaves(here, value.GetObject(), whole))
                {
                    yield return leaf;
                }
            }
            else
            {
                yield return here;
            }
        }
    }
}
