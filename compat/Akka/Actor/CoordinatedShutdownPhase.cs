using Akka.Configuration;

namespace Akka.Actor;

/// <summary>One phase as configured.</summary>
internal sealed record Phase(IReadOnlyList<string> DependsOn, TimeSpan Timeout, bool Recover, bool Enabled)
{
    public static Dictionary<string, Phase> FromConfig(Config config)
    {
        var defaultTimeout = config.GetTimeSpan("default-phase-timeout");
        var phases = new Dictionary<string, Phase>();
        foreach (var (name, _) in config.GetConfig("phases").AsEnumerable())
        {
            var phase = config.GetConfig($"phases.{name}");
            phases[name] = new Phase(
                [.. phase.GetStringList("depends-on", [])],
                phase.GetTimeSpan("timeout", defaultTimeout),
                phase.GetBoolean("recover", true),
                phase.GetBoolean("enabled", true));
        }

        return phases;
    }

    /// <summary>An order in which each phase comes after those it depends on.</summary>
    /// <exception cref="ArgumentException">The phases depend on each other in a circle.</exception>
    public static IReadOnlyList<string> Sort(Dictionary<string, Phase> phases)
    {
        var sorted = new List<string>();
        var open = new HashSet<string>();
        foreach (var name in phases.Keys.Order(StringComparer.Ordinal)) Visit(name);
        return sorted;

        void Visit(string name)
        {
            if (sorted.Contains(name)) return;
            if (!open.Add(name)) throw new ArgumentException($"Cycle detected in graph of phases. It must be a DAG. Phase [{name}] depends transitively on itself.");
            if (phases.TryGetValue(name, out var phase))
            {
                foreach (var before in phase.DependsOn) Visit(before);
            }

            open.Remove(name);
            if (phases.ContainsKey(name)) sorted.Add(name);
        }
    }
}
