using EndToEnd.Tests.Running;

namespace EndToEnd.Tests.Launcher;

/// <summary>What ./skydive says when what it builds with isn't as it must be.</summary>
public sealed class LauncherTests
{
    private const string UnbuiltPage = "rm -rf Analyzer.Node/wwwroot; ./skydive allinone --pcap none.pcap";

    [Fact]
    public async Task A_Node_too_old_for_the_page_is_named_with_the_one_that_is_needed()
    {
        using var checkout = await Checkout.CreateAsync();
        foreach (var old in new[] { "16.20.2", "18.9.0", "18.18.9" })
        {
            var run = await checkout.TypeAsync(UnbuiltPage, ("node", $"echo v{old}"), ("npm", "echo npm is not asked; exit 1"));
            run.ExitCode.ShouldBe(1);
            run.Errors.ShouldContain($"needs Node 18.19 or newer; {checkout.Of("path/node")} is {old}");
            run.Errors.ShouldNotContain("npm is not asked");
        }
    }

    [Fact]
    public async Task A_page_that_does_not_build_shows_what_npm_said_and_meanwhile_that_it_is_still_built()
    {
        using var checkout = await Checkout.CreateAsync();
        var run = await checkout.TypeAsync(UnbuiltPage, ("node", "echo v18.19.0"), ("npm", "sleep 16; echo the registry is out for lunch >&2; exit 1"));
        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldContain("still building the web page, for 15 s");
        run.Errors.ShouldContain("the registry is out for lunch");
        run.Errors.ShouldContain("the web page did not build");
    }

    [Fact]
    public async Task A_command_that_there_is_not_is_named_below_the_help()
    {
        using var checkout = await Checkout.CreateAsync();
        var run = await checkout.TypeAsync("./skydive flow file.pcap");
        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldContain("flows FILE...");
        run.Errors.ShouldEndWith("skydive: there is no command 'flow'" + Environment.NewLine);
    }
}
