using System.Text;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Running;
using SkydiveActors.Docs;

namespace EndToEnd.Tests.Docs;

/// <summary>docs/reference/commands.md, made from what the launcher and the programs say of themselves.</summary>
public sealed partial class CommandReferenceTests
{
    /// <summary>What is typed, and which program's command answers.</summary>
    private static readonly (string Typed, string Project, string Program, string Words)[] _commands =
    [
        ("./skydive up", "deploy/lab", "Lab", "up"),
        ("./skydive down", "deploy/lab", "Lab", "down"),
        ("./skydive lab exec", "deploy/lab", "Lab", "exec"),
        ("./skydive lab ps", "deploy/lab", "Lab", "ps"),
        ("./skydive lab stop", "deploy/lab", "Lab", "stop"),
        ("./skydive lab kill", "deploy/lab", "Lab", "kill"),
        ("./skydive lab start", "deploy/lab", "Lab", "start"),
        ("./skydive allinone", "deploy/lab", "Lab", "allinone"),
        ("./skydive doctor", "cli", "Cli", "doctor"),
        ("./skydive flows", "cli", "Cli", "flows"),
        ("./skydive client query", "cli", "Cli", "client query"),
        ("./skydive ca init", "cli", "Cli", "ca init"),
        ("./skydive ca node", "cli", "Cli", "ca node"),
        ("./skydive ca gateway", "cli", "Cli", "ca gateway"),
        ("./skydive user set", "cli", "Cli", "user set"),
        ("./skydive user remove", "cli", "Cli", "user remove"),
        ("./skydive pbm", "compat/Petabridge.Cmd", "pbm", ""),
        ("./skydive analyzer", "Analyzer.Node", "Analyzer.Node", "run"),
        ("./skydive agent", "Agent.Node", "Agent.Node", "run"),
    ];

    [Fact]
    public async Task The_reference_of_commands_is_current()
    {
        var text = new StringBuilder();
        text.Append(ReferenceDocument.Origin("the programs' own help")).Append("\n# Commands\n\n");
        text.Append("`./skydive help`:\n\n").Append(Block(await HelpAsync("bash", Path.Combine(Repository.Root, "skydive"), "help")));
        foreach (var (typed, project, program, words) in _commands)
        {
            string[] arguments = [Repository.Program(project, program), .. words.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"];
            var help = (await HelpAsync("dotnet", arguments)).Replace($"{program} {words}".TrimEnd() + " ", typed + " ", StringComparison.Ordinal);
            text.Append($"\n## {typed}\n\n").Append(Block(help));
        }

        ReferenceDocument.ShouldBeCurrent("commands.md", text.ToString());
    }

    [Fact]
    public async Task Every_command_of_the_launcher_has_its_place_in_the_reference()
    {
        // Of these the launcher's own help says all there is.
        string[] withoutOptions = ["test", "bench"];
        var help = await HelpAsync("bash", Path.Combine(Repository.Root, "skydive"), "help");
        var named = Entry().Matches(help).Select(entry => entry.Groups[1].Value).Except(withoutOptions).Distinct().ToList();
        named.Count.ShouldBeGreaterThan(5);
        named.ShouldBeSubsetOf(_commands.Select(command => command.Typed.Split(' ')[1]), "to be added to this test's commands");
    }

    private static async Task<string> HelpAsync(string file, params string[] arguments)
    {
        var run = await Command.RunAsync(file, arguments);
        run.ExitCode.ShouldBe(0, run.Errors);
        return string.Join('\n', run.Output.Split('\n').Select(line => line.TrimEnd())).Trim('\n');
    }

    private static string Block(string text) => $"```\n{text}\n```\n";

    [GeneratedRegex("^  ([a-z]+) ", RegexOptions.Multiline)]
    private static partial Regex Entry();
}
