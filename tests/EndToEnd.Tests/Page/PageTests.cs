using EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace EndToEnd.Tests.Page;

/// <summary>The web page of the running analyzer, in Debian's chromium.</summary>
[Collection(SharedLab.Name)]
public sealed class PageTests(RunningLab lab) : IAsyncLifetime
{
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;
    private IPage _page = null!;
    private readonly List<string> _errors = [];

    public async Task InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            // Without a GPU, WebGL is drawn by SwiftShader; the other switches keep chromium from calling home.
            Args = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        _page = await _browser.NewPageAsync(new() { ViewportSize = new() { Width = 1600, Height = 1000 } });
        _page.PageError += (_, error) => _errors.Add(error);
        _page.SetDefaultTimeout(30_000);
        Assertions.SetDefaultExpectTimeout(30_000);
        await _page.GotoAsync($"http://127.0.0.1:{RunningLab.HttpPort}/");
        await Assertions.Expect(_page.GetByTestId("connection")).ToHaveAttributeAsync("data-phase", "open");
    }

    public async Task DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        _errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_map_draws_every_node_of_the_topology()
    {
        await Assertions.Expect(Row("agent1", "host")).ToBeVisibleAsync();
        await _page.WaitForFunctionAsync("() => window.skydive && window.skydive.nodes().length > 10 && window.skydive.nodes().every(n => window.skydive.nodePosition(n.id))");
        var names = await _page.EvaluateAsync<string[]>("() => window.skydive.nodes().map(n => n.name)");
        foreach (var name in new[] { "agent1", "agent2", "ns1", "ns2", "br0", "eth1", "tor1", "port1", "port2" })
        {
            names.ShouldContain(name);
        }
    }

    [Fact]
    public async Task Inner_flows_stand_indented_below_their_tunnel()
    {
        var inner = _page.Locator("[data-testid=flow-row][data-depth='1'][data-layers='Ethernet/IPv4/ICMPv4']").First;
        await Assertions.Expect(inner).ToBeVisibleAsync();
        var parent = await inner.GetAttributeAsync("data-parent");
        var tunnel = _page.Locator($"[data-testid=flow-row][data-uuid='{parent}']");
        await Assertions.Expect(tunnel).ToHaveAttributeAsync("data-layers", "Ethernet/IPv4/GRE");
        await Assertions.Expect(tunnel).ToHaveAttributeAsync("data-depth", "0");
        (await inner.BoundingBoxAsync())!.Y.ShouldBeGreaterThan((await tunnel.BoundingBoxAsync())!.Y);
    }

    [Fact]
    public async Task A_click_on_the_map_shows_a_nodes_metadata()
    {
        var id = (await lab.NodesAsync(CapturePoint.Br0OfAgent1)).Single()["ID"]!.ToString();
        await _page.WaitForFunctionAsync("id => window.skydive && window.skydive.nodePosition(id)", id);
        // The layout settles for a while: aim when the node stands still.
        await _page.WaitForFunctionAsync("""
            id => { const at = window.skydive.nodePosition(id), was = window.__was; window.__was = at; return was && at.x === was.x && at.y === was.y; }
            """, id, new() { PollingInterval = 500 });
        var x = await _page.EvaluateAsync<double>("id => window.skydive.nodePosition(id).x", id);
        var y = await _page.EvaluateAsync<double>("id => window.skydive.nodePosition(id).y", id);
        await _page.Mouse.ClickAsync((float)x, (float)y);
        await Assertions.Expect(_page.GetByTestId("node-name")).ToHaveTextAsync("br0");
        await Assertions.Expect(_page.GetByTestId("metadata")).ToContainTextAsync("ovsbridge");
    }

    [Fact]
    public async Task A_capture_is_started_and_stopped_by_its_node()
    {
        await SelectAsync("br-phy", "ovsbridge");
        await _page.GetByTestId("capture-bpf").FillAsync("arp or icmp");
        await _page.GetByTestId("capture-start").ClickAsync();
        var capture = _page.Locator("[data-testid=node-capture][data-state=active]");
        await Assertions.Expect(capture).ToHaveCountAsync(1);
        await Assertions.Expect(capture.GetByTestId("capture-filter")).ToHaveTextAsync("arp or icmp");
        await capture.GetByTestId("capture-stop").ClickAsync();
        await Assertions.Expect(capture).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Packets_that_a_capture_was_asked_to_keep_are_downloaded_from_their_flow()
    {
        await SelectAsync("vm1-eth0", "veth");
        await _page.GetByTestId("capture-bpf").FillAsync("icmp");
        await _page.GetByTestId("capture-options").Locator("summary").ClickAsync();
        await _page.GetByTestId("capture-raw-packets").FillAsync("4");
        await _page.GetByTestId("capture-start").ClickAsync();
        var capture = _page.Locator("[data-testid=node-capture][data-state=active]");
        await Assertions.Expect(capture).ToHaveCountAsync(1);
        await _page.GetByTestId("only-node").CheckAsync();
        await RunningLab.OnHostAsync("agent1", "ip netns exec ns1 ping -c 3 -i 0.2 10.0.0.2");

        var download = await _page.RunAndWaitForDownloadAsync(() => _page.GetByTestId("flow-pcap").First.ClickAsync());
        download.SuggestedFilename.ShouldStartWith("ICMPv4-");
        var file = await File.ReadAllBytesAsync(await download.PathAsync());
        BitConverter.ToUInt32(file).ShouldBe(0xa1b23c4d, "magic of pcap with nanoseconds");
        LengthsOf(file).ShouldBe([98, 98, 98, 98], "the first four packets of the pings and their answers");
        await capture.GetByTestId("capture-stop").ClickAsync();
        await Assertions.Expect(capture).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_filter_that_does_not_compile_is_shown_in_libpcaps_words()
    {
        await SelectAsync("br-phy", "ovsbridge");
        await _page.GetByTestId("capture-bpf").FillAsync("nonsense and");
        await _page.GetByTestId("capture-start").ClickAsync();
        await Assertions.Expect(_page.GetByTestId("capture-error")).ToContainTextAsync("syntax error");
    }

    [Fact]
    public async Task Packets_are_injected_by_the_form()
    {
        var source = (await lab.NodesAsync(CapturePoint.Eth0OfNs1)).Single()["ID"]!.ToString();
        var destination = (await lab.NodesAsync(CapturePoint.Eth0OfNs2)).Single()["ID"]!.ToString();
        await _page.GetByTestId("tab-inject").ClickAsync();
        await _page.GetByTestId("inject-src").SelectOptionAsync(source);
        await _page.GetByTestId("inject-dst").SelectOptionAsync(destination);
        await _page.GetByTestId("inject-icmp-id").FillAsync("6001");
        await _page.GetByTestId("inject-count").FillAsync("3");
        await _page.GetByTestId("inject-interval").FillAsync("50");
        await _page.GetByTestId("inject-send").ClickAsync();
        await Assertions.Expect(_page.Locator("[data-testid=injection-row][data-state=finished]").First).ToBeVisibleAsync();
        await RunningLab.EventuallyAsync("the injected ping's flow", async () =>
            (await lab.FlowsAsync()).Any(f => f.IcmpId == 6001 && f.ParentUuid.Length > 0 && f.AbPackets == 3 && f.BaPackets == 3));
    }

    [Fact]
    public async Task A_new_interface_appears_without_a_reload()
    {
        await RunningLab.OnHostAsync("agent2", "ip link add page-new type veth peer name page-peer");
        try
        {
            await _page.WaitForFunctionAsync("() => window.skydive.nodes().some(n => n.name === 'page-new')");
        }
        finally
        {
            await RunningLab.OnHostAsync("agent2", "ip link del page-new");
        }

        await _page.WaitForFunctionAsync("() => !window.skydive.nodes().some(n => n.name === 'page-new')");
    }

    /// <summary>The packets' lengths in a pcap file.</summary>
    private static List<int> LengthsOf(byte[] file)
    {
        const int fileHeader = 24;
        const int packetHeader = 16;
        var lengths = new List<int>();
        for (var offset = fileHeader; offset < file.Length; offset += packetHeader + lengths[^1])
        {
            lengths.Add(BitConverter.ToInt32(file, offset + 8));
        }

        return lengths;
    }

    private ILocator Row(string name, string type) => _page.Locator($"[data-testid=node-row][data-name='{name}'][data-type='{type}']");

    /// <summary>Selects a node of agent1 in the tree, found by the search box's filter so that no fold hides it.</summary>
    private async Task SelectAsync(string name, string type)
    {
        await _page.GetByTestId("search-input").FillAsync(name);
        await _page.Locator($"[data-testid=node-row][data-name='{name}'][data-type='{type}'][data-host='agent1']").First.ClickAsync();
        await Assertions.Expect(_page.GetByTestId("node-name")).ToHaveTextAsync(name);
    }
}
