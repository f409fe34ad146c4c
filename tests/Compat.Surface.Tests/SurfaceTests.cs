using System.Reflection;
using System.Text.RegularExpressions;

namespace Compat.Surface.Tests;

/// <summary>
/// The stand-ins' public surface is a subset of the packages', letter by letter: each member is a listed line; each type is of
/// the listed kind with the listed base class, and has no interface that the list lacks.
/// </summary>
public sealed partial class SurfaceTests
{
    [ListedTheory]
    [InlineData("Akka")]
    [InlineData("Akka.Remote")]
    [InlineData("Akka.Cluster")]
    [InlineData("Akka.Cluster.Tools")]
    [InlineData("Akka.Cluster.Sharding")]
    [InlineData("Akka.Persistence")]
    [InlineData("Akka.TestKit")]
    [InlineData("Akka.TestKit.Xunit2")]
    [InlineData("SharpPcap")]
    [InlineData("PacketDotNet")]
    public void Every_public_type_and_member_is_one_of_the_package(string package)
    {
        var listed = PackagesApi.Members(package);
        var types = listed.Select(line => TypeLine().Match(line)).Where(m => m.Success).ToDictionary(m => m.Groups["name"].Value);
        var strangers = new List<string>();
        foreach (var type in ApiLines.VisibleTypes(Assembly.Load(package)))
        {
            var (name, kind, bases) = ApiLines.TypeLine(type);
            if (!types.TryGetValue(name, out var line))
            {
                strangers.Add($"{name} : {kind} — no such type");
                continue;
            }

            if (line.Groups["kind"].Value != kind)
                strangers.Add($"{name} is a {kind} — the package's is a {line.Groups["kind"].Value}");
            var theirs = line.Groups["bases"].Value.Split(", ", StringSplitOptions.RemoveEmptyEntries);
            strangers.AddRange(bases.Except(theirs).Select(extra => $"{name} : {extra} — not a base or interface of the package's"));
            strangers.AddRange(theirs.Where(t => !IsInterface(t)).Except(bases).Select(missing => $"{name} lacks its base class {missing}"));
            strangers.AddRange(ApiLines.MemberLines(type).Where(member => !listed.Contains(member)));
        }

        strangers.ShouldBeEmpty(string.Join('\n', strangers));
    }

    private static bool IsInterface(string name) => InterfaceName().IsMatch(name[(name.Split('<')[0].LastIndexOf('.') + 1)..]);

    [GeneratedRegex(@"^(?<name>\S+) : (?<kind>enum|interface|struct|delegate|static class|abstract class|sealed class|class)(?: \((?<bases>.*)\))?$")]
    private static partial Regex TypeLine();

    [GeneratedRegex("^I[A-Z]")]
    private static partial Regex InterfaceName();
}
