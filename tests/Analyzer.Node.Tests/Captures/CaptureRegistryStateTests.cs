using Analyzer.Node.Captures;
using Shared.Messages.Captures;
using CaptureRegistryState = Analyzer.Node.Captures.CaptureRegistryState;

namespace Analyzer.Node.Tests.Captures;

public sealed class CaptureRegistryStateTests
{
    private readonly Capture _asked = new() { GremlinQuery = "G.V()", BpfFilter = "icmp" };

    [Fact]
    public void A_capture_gets_an_id_and_its_time()
    {
        var (created, refusal) = Decide(CaptureRegistryState.Empty, _asked);

        refusal.ShouldBeNull();
        created!.Capture.Uuid.ShouldBe("new");
        created.Capture.CreatedAt.ShouldBe(42);
        _asked.Uuid.ShouldBeEmpty();
    }

    [Fact]
    public void The_same_query_with_the_same_filter_is_a_duplicate()
    {
        var state = CaptureRegistryState.Empty.Apply(Decide(CaptureRegistryState.Empty, _asked).Event!);
        var refusal = Decide(state, _asked).Refusal!;

        refusal.Duplicate.ShouldBeTrue();
        refusal.Reason.ShouldContain("capture new already captures \"G.V()\" with filter \"icmp\"");
        Decide(state, new Capture { GremlinQuery = "G.V()", BpfFilter = "udp" }).Event.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(13, 0, 0, "HeaderSize: 13 bytes")]
    [InlineData(65536, 0, 0, "HeaderSize: 65536 bytes")]
    [InlineData(0, 101, 0, "RawPacketLimit: 101 packets")]
    [InlineData(0, 0, 1_000_001, "SamplingRate: one packet in 1000001")]
    [InlineData(14, 100, 1_000_000, null)]
    [InlineData(65535, 0, 0, null)]
    public void Options_out_of_bounds_are_named(uint headerSize, uint rawPackets, uint sampling, string? named)
    {
        var refusal = Decide(CaptureRegistryState.Empty, new Capture { GremlinQuery = "G.V()", HeaderSize = headerSize, RawPacketLimit = rawPackets, SamplingRate = sampling }).Refusal;

        if (named is null)
        {
            refusal.ShouldBeNull();
        }
        else
        {
            refusal!.Reason.ShouldStartWith(named);
        }
    }

    [Theory]
    [InlineData("", "", "", "", "GremlinQuery")]
    [InlineData("G.V()", "nonsense", "", "", "BPFFilter: \"nonsense\": syntax error")]
    [InlineData("G.V()", "", "magic", "", "Type: \"magic\"")]
    [InlineData("G.V()", "", "", "L4", "LayerKeyMode: \"L4\"")]
    public void What_is_wrong_is_named(string query, string filter, string type, string mode, string named)
    {
        var refusal = Decide(CaptureRegistryState.Empty, new Capture { GremlinQuery = query, BpfFilter = filter, Type = type, LayerKeyMode = mode }).Refusal!;

        refusal.Reason.ShouldContain(named);
    }

    [Fact]
    public void Texts_longer_than_they_may_be_are_named()
    {
        ReasonOf(new Capture { GremlinQuery = new string('G', 4097) }).ShouldBe("GremlinQuery: 4097 characters are more than the 4096 there may be.");
        ReasonOf(new Capture { GremlinQuery = "G.V()", BpfFilter = new string('i', 1025) }).ShouldBe("BPFFilter: 1025 characters are more than the 1024 there may be.");
        ReasonOf(new Capture { GremlinQuery = "G.V()", Name = new string('n', 129) }).ShouldBe("Name: 129 characters are more than the 128 there may be.");
        ReasonOf(new Capture { GremlinQuery = "G.V()", Description = new string('d', 1025) }).ShouldBe("Description: 1025 characters are more than the 1024 there may be.");
        ReasonOf(new Capture { GremlinQuery = "G.V()", Uuid = new string('u', 129) }).ShouldBe("UUID: 129 characters are more than the 128 there may be.");
        ReasonOf(new Capture { GremlinQuery = new string('G', 4096), BpfFilter = new string('i', 1024), Name = new string('n', 128), Description = new string('d', 1024) }).ShouldBeNull();

        static string? ReasonOf(Capture capture) => Decide(CaptureRegistryState.Empty, capture).Refusal?.Reason;
    }

    [Fact]
    public void There_are_only_so_many_captures()
    {
        var state = new CaptureRegistryState([.. Enumerable.Range(0, CaptureLimits.MaxCaptures).Select(i => new Capture { Uuid = $"{i}", GremlinQuery = $"G.V('{i}')" })]);

        Decide(state, _asked).Refusal!.Reason.ShouldBe("captures: there are 1000, and may be no more: delete one first.");
        Decide(state.Apply(new CaptureDeleted { Uuid = "7" }), _asked).Event.ShouldNotBeNull();
    }

    [Fact]
    public void A_deleted_capture_is_gone()
    {
        var state = CaptureRegistryState.Empty.Apply(Decide(CaptureRegistryState.Empty, _asked).Event!);
        var (deleted, _) = state.Decide(new DeleteCapture { Uuid = "new" }, 50);

        state.Apply(deleted!).Captures.ShouldBeEmpty();
        state.Decide(new DeleteCapture { Uuid = "other" }, 50).Refusal!.NotFound.ShouldBeTrue();
    }

    [Fact]
    public void Libpcap_says_what_is_wrong_with_a_filter()
    {
        BpfFilters.Error("icmp and host 10.0.0.1").ShouldBeNull();
        BpfFilters.Error("host and and").ShouldNotBeNullOrWhiteSpace();
    }

    private static (CaptureCreated? Event, CaptureRefused? Refusal) Decide(CaptureRegistryState state, Capture capture) =>
        state.Decide(new CreateCapture { Capture = capture }, filter => filter == "nonsense" ? "syntax error" : null, "new", 42);
}
