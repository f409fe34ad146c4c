using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace Shared.Messages.Configuration;

/// <summary>Finds keys below <c>skydive</c> that reference.conf doesn't have: most often a typing error that would silently do nothing.</summary>
internal static class UnknownKeys
{
    private const string Root = "skydive";

    // Sections whose keys are the user's own.
    private static readonly HashSet<string> Free = ["skydive.agent.topology.metadata", "skydive.flow.application-ports.tcp", "skydive.flow.application-ports.udp", "skydive.flow.application-timeouts"];

    public static IReadOnlyList<string> Find(Config config, Config reference)
    {
        var unknown = new List<string>();
        if (config.GetValue(Root) is { } written && written.IsObject() && reference.GetValue(Root) is { } known)
        {
            Compare(Root, written.GetObject(), known.GetObject(), unknown);
        }

        unknown.Sort(StringComparer.Ordinal);
        return unknown;
    }

    private static void Compare(string path, HoconObject written, HoconObject known, List<string> unknown)
    {
        foreach (var (name, value) in written.Items)
        {
            var here = path + "." + name;
            if (!known.Items.TryGetValue(name, out var counterpart))
            {
                unknown.Add(here);
            }
            else if (value.IsObject() && counterpart.IsObject() && !Free.Contains(here))
            {
                Compare(here, value.GetObject(), counterpart.GetObject(), unknown);
            }
        }
    }
}
