using System.Globalization;
using Cli.Doctor.Facts;

namespace Cli.Doctor;

/// <summary>Ports that have to be free. Who has one is seen of one's own processes, and as root.</summary>
internal static class PortFindings
{
    private const string Area = "ports";

    public static IEnumerable<Finding> Of(HostFacts facts)
    {
        // An agent and an analyzer have the same port for their consoles.
        foreach (var same in facts.Ports.GroupBy(port => (port.Wanted.Number, port.Wanted.IsUdp)))
        {
            var uses = string.Join(", ", same.Select(port => port.Wanted.Use));
            var what = string.Create(CultureInfo.InvariantCulture, $"{same.Key.Number}{(same.Key.IsUdp ? "/udp" : "")}");
            var taken = same.FirstOrDefault(port => port.IsTaken);
            yield return taken is null
                ? new Finding(Area, what, Verdict.Ok, $"free: {uses}{(same.Count() > 1 ? "; one of them here, or give one another port" : "")}")
                : new Finding(Area, what, Verdict.Limited, $"taken by {Owner(taken, facts.Rights)}: {uses}",
                    $"if that isn't the product itself, stop it or set another {string.Join(", ", same.Where(port => port.IsTaken).Select(port => "skydive." + port.Wanted.Key))}");
        }
    }

    private static string Owner(PortFacts port, ProcessRights rights) => port.Owner ?? (rights.Has(Capability.SysPtrace)
        ? "a process that isn't visible here"
        : "another process; root would see which");
}
