using System.Collections.Immutable;
using Cli.Doctor.Facts;

namespace Cli.Doctor;

/// <summary>What an agent on a host will see and what it won't, by the facts alone.</summary>
/// <param name="Findings">In the order a reader wants them.</param>
internal sealed record Diagnosis(ImmutableArray<Finding> Findings)
{
    /// <summary>An agent works here, perhaps with limits.</summary>
    public bool Works => Lacking.Count == 0;

    /// <summary>What it says in one line.</summary>
    public string Conclusion
    {
        get
        {
            if (!Works)
            {
                return $"An agent would capture nothing here, for want of {string.Join(" and ", Lacking)}.";
            }

            var limited = Findings.Count(finding => finding.Verdict != Verdict.Ok);
            return limited == 0 ? "An agent works here." : $"An agent works here; {limited} of {Findings.Length} things are limited, missing or unknown.";
        }
    }

    private IReadOnlyList<string> Lacking => [.. Findings.Where(finding => finding is { IsEssential: true, Verdict: Verdict.Missing }).Select(finding => finding.What)];

    public static Diagnosis Of(HostFacts facts) => new(
    [
        .. SystemFindings.Of(facts),
        .. PacketFindings.Of(facts),
        .. NamespaceFindings.Of(facts),
        .. OpenVSwitchFindings.Of(facts),
        .. ContainerFindings.Of(facts),
        .. KernelFindings.Of(facts),
        .. PortFindings.Of(facts),
    ]);
}
