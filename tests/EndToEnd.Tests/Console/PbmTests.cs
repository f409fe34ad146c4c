using EndToEnd.Tests.Running;

namespace EndToEnd.Tests.Console;

/// <summary>The cluster console against the analyzer's port 9110.</summary>
[Collection(SharedLab.Name)]
public sealed class PbmTests
{
    [Fact]
    public async Task Cluster_show_lists_the_three_members()
    {
        var shown = await PbmAsync("cluster", "show");
        shown.ExitCode.ShouldBe(0, shown.Errors);
        foreach (var address in new[] { "192.168.50.10", "192.168.50.20", "192.168.50.30" })
        {
            shown.Output.ShouldContain(address);
        }

        shown.Output.ShouldContain("analyzer");
        shown.Output.ShouldContain("Up", Case.Insensitive);
    }

    [Fact]
    public async Task Skydive_flows_lists_the_ping_in_the_tunnel()
    {
        var shown = await PbmAsync("skydive", "flows");
        shown.ExitCode.ShouldBe(0, shown.Errors);
        shown.Output.ShouldContain("Ethernet/IPv4/GRE");
        shown.Output.ShouldContain("Ethernet/IPv4/ICMPv4");
    }

    [Fact]
    public async Task An_unknown_palette_is_an_error_that_names_it()
    {
        var shown = await PbmAsync("clutser", "show");
        shown.ExitCode.ShouldNotBe(0);
        (shown.Output + shown.Errors).ShouldContain("clutser");
    }

    private static Task<Command> PbmAsync(params string[] command) =>
        Command.DotnetAsync(Repository.Program("compat/Petabridge.Cmd", "pbm"), ["--host", "127.0.0.1", "--port", $"{RunningLab.PbmPort}", .. command]);
}
