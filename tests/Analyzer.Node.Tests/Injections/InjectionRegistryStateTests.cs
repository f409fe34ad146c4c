using Google.Protobuf;
using Shared.Messages.Configuration;
using Shared.Messages.Injections;
using InjectionRegistryState = Analyzer.Node.Injections.InjectionRegistryState;

namespace Analyzer.Node.Tests.Injections;

public sealed class InjectionRegistryStateTests
{
    private static readonly InjectionOptions Keep = new(3, TimeSpan.FromSeconds(10));

    [Fact]
    public void Those_that_were_over_first_are_forgotten_when_there_are_too_many()
    {
        var state = State(5, i => i == 1 ? null : 100 - i);

        state.DecideForget(Keep, 100).Select(forgotten => forgotten.Uuid).ShouldBe(["4"]);
    }

    [Fact]
    public void Those_that_have_been_over_for_long_are_forgotten()
    {
        var state = State(3, i => i == 1 ? null : 1000 + i);

        state.DecideForget(Keep, 11_000).ShouldBeEmpty();
        state.DecideForget(Keep, 11_001).ShouldHaveSingleItem().ShouldBe(new InjectionDeleted { Uuid = "0", At = 11_001 });
    }

    [Fact]
    public void What_an_earlier_version_stored_without_an_end_counts_from_its_start()
    {
        var state = new InjectionRegistryState([new Injection { Uuid = "old", State = "finished", StartTime = 1000 }]);

        state.DecideForget(Keep, 11_000).ShouldBeEmpty();
        state.DecideForget(Keep, 11_001).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("finished")]
    [InlineData("failed")]
    public void What_is_over_keeps_no_packets(string how)
    {
        var state = new InjectionRegistryState([new Injection { Uuid = "a", State = "running", Pcap = ByteString.CopyFrom(1, 2), Payload = "p" }]);

        var over = state.Apply(new InjectionChanged { At = 7, Progress = new InjectionProgress { Uuid = "a", State = how } }).Injections[0];

        (over.Pcap.IsEmpty, over.EndTime, over.Payload).ShouldBe((true, 7, "p"));
        state.Apply(new InjectionChanged { At = 7, Progress = new InjectionProgress { Uuid = "a", State = "running" } }).Injections[0].Pcap.Length.ShouldBe(2);
    }

    [Fact]
    public void A_list_has_neither_packets_nor_payloads_and_one_alone_has_its_payload()
    {
        var state = new InjectionRegistryState([.. new[] { "a", "b" }.Select(uuid => new Injection { Uuid = uuid, State = "running", Pcap = ByteString.CopyFrom(1, 2), Payload = "p" })]);

        state.Answer(new GetInjections()).Injections_.Select(i => (i.Uuid, i.Pcap.Length, i.Payload)).ShouldBe([("a", 0, ""), ("b", 0, "")]);
        state.Answer(new GetInjections { Uuid = "b" }).Injections_.Select(i => (i.Uuid, i.Pcap.Length, i.Payload)).ShouldBe([("b", 0, "p")]);
        state.Injections[0].Payload.ShouldBe("p");
    }

    [Fact]
    public void Only_so_many_are_not_over_at_once()
    {
        var onHost = new InjectionRegistryState([.. Open(InjectionLimits.MaxOpenOnHost, _ => "h1")]);
        onHost.DecideCreate(new Injection { Host = "h1" }, "new", 1).Refusal.ShouldBe("Src: 32 injections from host h1 aren't over, and no more may be at once: wait, or delete one.");
        onHost.DecideCreate(new Injection { Host = "h2" }, "new", 1).Event.ShouldNotBeNull();
        onHost.Apply(new InjectionChanged { Progress = new InjectionProgress { Uuid = "0", State = "failed" } }).DecideCreate(new Injection { Host = "h1" }, "new", 1).Event.ShouldNotBeNull();

        var inAll = new InjectionRegistryState([.. Open(InjectionLimits.MaxOpen, i => $"h{i}")]);
        inAll.DecideCreate(new Injection { Host = "other" }, "new", 1).Refusal.ShouldBe("injections: 256 aren't over, and no more may be at once: wait, or delete one.");
    }

    [Fact]
    public void The_packets_of_those_that_are_not_over_are_bounded()
    {
        var pcap = ByteString.CopyFrom(new byte[InjectionLimits.MaxPcap]);
        var state = new InjectionRegistryState([.. Open(10, i => $"h{i}").Select(open => new Injection(open) { Pcap = pcap })]);

        state.DecideCreate(new Injection { Host = "h", Pcap = pcap }, "new", 1).Refusal.ShouldBe("Pcap: the packets of injections that aren't over may have 128 MiB in all: wait, or delete one.");
        state.DecideCreate(new Injection { Host = "h" }, "new", 1).Event.ShouldNotBeNull();
    }

    private static IEnumerable<Injection> Open(int count, Func<int, string> host) =>
        Enumerable.Range(0, count).Select(i => new Injection { Uuid = $"{i}", State = "running", Host = host(i) });

    private static InjectionRegistryState State(int count, Func<int, long?> end) => new(
    [
        .. Enumerable.Range(0, count).Select(i => end(i) is { } over
            ? new Injection { Uuid = $"{i}", State = "finished", EndTime = over }
            : new Injection { Uuid = $"{i}", State = "running" }),
    ]);
}
