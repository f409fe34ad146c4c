using Petabridge.Cmd.Protocol;

namespace Petabridge.Cmd.Cli;

/// <summary>Sends commands to a host and shows what comes back.</summary>
internal sealed class CommandConsole(HostConnection host, TextWriter output, TextWriter errors)
{
    /// <summary>One command, in words. False if it failed.</summary>
    public async Task<bool> RunAsync(IReadOnlyList<string> words)
    {
        if (words[0] == "help")
        {
            return await HelpAsync(words.Count > 1 ? words[1] : null);
        }

        if (words.Count == 1)
        {
            return await HelpAsync(words[0]);
        }

        var succeeded = true;
        await foreach (var reply in host.AskAsync(new CmdRequest(words[0], words[1], [.. words.Skip(2)])))
        {
            if (reply.Text.Length > 0)
            {
                await (reply.Failed ? errors : output).WriteLineAsync(reply.Text.TrimEnd('\r', '\n'));
            }

            succeeded &= !reply.Failed;
        }

        return succeeded;
    }

    /// <summary>Commands, a line each, until the input ends or says exit.</summary>
    public async Task InteractAsync(TextReader input, string prompt)
    {
        while (true)
        {
            await output.WriteAsync(prompt);
            if (await input.ReadLineAsync() is not { } line)
            {
                return;
            }

            var words = Words.Split(line);
            if (words is ["exit" or "quit"])
            {
                return;
            }

            if (words.Count > 0)
            {
                await RunAsync(words);
            }
        }
    }

    private async Task<bool> HelpAsync(string? wanted)
    {
        await foreach (var reply in host.AskAsync(new CmdRequest(null, null, [])))
        {
            var palettes = (reply.Palettes ?? []).Where(p => wanted is null || p.Name == wanted).ToList();
            if (palettes.Count == 0)
            {
                await errors.WriteLineAsync(wanted is null ? "The host has no palettes." : $"There is no palette '{wanted}'.");
                return false;
            }

            foreach (var palette in palettes)
            {
                await DescribeAsync(palette);
            }
        }

        return true;
    }

    private async Task DescribeAsync(CmdPalette palette)
    {
        await output.WriteLineAsync(palette.Name);
        foreach (var command in palette.Commands)
        {
            await output.WriteLineAsync($"  {command.Name}  {command.Description}");
            foreach (var argument in command.Arguments)
            {
                var values = argument.DefaultValues.Length > 0 ? $" [{string.Join(", ", argument.DefaultValues)}]" : "";
                await output.WriteLineAsync($"      {string.Join(", ", argument.Switches)} <{argument.Name}>{(argument.Mandatory ? " (needed)" : "")}  {argument.Description}{values}");
            }
        }
    }
}
