using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Model;

namespace Topology.Fabric.Tests.Gremlin;

/// <summary>What queries say of time, and where it gets.</summary>
public sealed class HistoryTests
{
    private const long Tolerance = 60_000;

    [Theory]
    [InlineData("Sun, 06 Nov 2016 08:49:37 GMT", 1_478_422_177_000)]
    [InlineData("Sun, 6 Nov 2016 08:49:37 UTC", 1_478_422_177_000)]
    [InlineData("Sun, 06 Nov 2016 09:49:37 +0100", 1_478_422_177_000)]
    [InlineData("2016-11-06T08:49:37Z", 1_478_422_177_000)]
    [InlineData("2016-11-06T09:49:37+01:00", 1_478_422_177_000)]
    [InlineData("2016-11-06T08:49:37.25Z", 1_478_422_177_250)]
    public void Times_are_read_in_their_usual_forms(string text, long unix)
    {
        PointInTime.TryParse(text, out var point).ShouldBeTrue();
        point.At(DateTimeOffset.UtcNow).ShouldBe(unix);
    }

    [Theory]
    [InlineData("-5m", -300)]
    [InlineData("1h30m", 5_400)]
    [InlineData("-1.5s", -1.5)]
    [InlineData("+2s", 2)]
    [InlineData("250ms", 0.25)]
    [InlineData("1m1ms", 60.001)]
    [InlineData("0", 0)]
    public void Durations_are_read_as_Go_does(string text, double seconds)
    {
        PointInTime.TryDuration(text, out var duration).ShouldBeTrue();
        duration.TotalSeconds.ShouldBe(seconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("5")]
    [InlineData("m")]
    [InlineData("5x")]
    [InlineData("5m3")]
    [InlineData("1.2.3s")]
    [InlineData("99999999999999999999999h")]
    [InlineData("yesterday")]
    [InlineData("2016-13-06T08:49:37Z")]
    public void What_is_no_time_is_not_read(string text) => PointInTime.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("G.At('2016-11-06T08:49:37Z').V()", 1_478_422_177_000, 1_478_422_177_000, true)]
    [InlineData("G.Context('Sun, 06 Nov 2016 08:49:37 GMT', 60).V()", 1_478_422_117_000, 1_478_422_177_000, false)]
    [InlineData("g.context(1478422177, '1m').V()", 1_478_422_117_000, 1_478_422_177_000, false)]
    [InlineData("G.At(1478422177).V()", 1_478_422_177_000, 1_478_422_177_000, true)]
    [InlineData("G.At(1478422177000).V()", 1_478_422_177_000, 1_478_422_177_000, true)]
    [InlineData("G.Context(1478422177, FOREVER).V()", 0, 1_478_422_177_000, false)]
    public async Task A_query_goes_to_the_time_it_names(string query, long start, long last, bool isMoment) =>
        (await SliceAsync(query)).ShouldBe(new TimeSlice(start, last, isMoment));

    [Theory]
    [InlineData("G.At('-5m').Flows()", 300_000, 300_000)]
    [InlineData("G.At('-5m', 60).Flows()", 360_000, 300_000)]
    [InlineData("G.Context(NOW, '1h').V().Metrics()", 3_600_000, 0)]
    public async Task A_time_may_be_told_from_now(string query, long start, long last)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var slice = await SliceAsync(query);
        Math.Abs(now - start - slice.Start).ShouldBeLessThan(Tolerance);
        Math.Abs(now - last - slice.Last).ShouldBeLessThan(Tolerance);
        (slice.Last - slice.Start).ShouldBe(start - last);
    }

    [Fact]
    public async Task What_follows_is_about_the_nodes_and_flows_of_then()
    {
        var past = new Past([new Flow { Uuid = "then", NodeTid = "t", Metric = new FlowMetric { AbBytes = 1000, Start = 0, Last = 20_000 } }]);

        (await past.RunAsync("G.At(1).Flows().Values('UUID')")).ShouldBe("""["then"]""");
        (await past.RunAsync("G.At(1).V().Flows().Values('UUID')")).ShouldBe("""["then"]""");
        (await past.RunAsync("G.At(1).V().As('a').G.V().Select('a').Values('Name')")).ShouldBe("""["node"]""");
        (await past.RunAsync("G.Flows().Count()")).ShouldBe("0");
        // Slices are the time's that's asked about.
        (await past.RunAsync("G.Context(20, 10).Flows().Metrics().Aggregates(10).Sum('ABBytes')")).ShouldBe("500");
    }

    [Theory]
    [InlineData("G.At('-5m').V()")]
    [InlineData("G.Context('-5m', 60).Flows()")]
    [InlineData("G.Context(NOW, 60).V()")]
    public async Task Where_there_is_no_history_it_is_said(string query)
    {
        var error = await Should.ThrowAsync<GremlinException>(() => SampleNetwork.RunAsync(query));
        error.Reason.ShouldContain("there is no history yet");
        error.Column.ShouldBe(3);
    }

    [Theory]
    [InlineData("G.At()", 3, "a time")]
    [InlineData("G.At('tomorrow')", 6, "takes a time here: NOW, '-5m'")]
    [InlineData("G.At(-5)", 6, "takes a time")]
    [InlineData("G.At(NOW, 'long')", 11, "takes a duration here")]
    [InlineData("G.At(NOW, -5)", 11, "takes a duration here")]
    [InlineData("G.At(NOW, NOW)", 11, "takes a duration here")]
    [InlineData("G.At(NOW, 1, 2)", 3, "not 3 arguments")]
    [InlineData("G.Flows().Since('often')", 11, "takes seconds")]
    [InlineData("G.Flows(Since())", 9, "takes one value")]
    public void What_is_no_time_is_said_with_its_column(string query, int column, string reason)
    {
        var error = Should.Throw<GremlinException>(() => GremlinQuery.Parse(query));
        error.Reason.ShouldContain(reason);
        error.Column.ShouldBe(column);
    }

    private static async Task<TimeSlice> SliceAsync(string query)
    {
        var past = new Past([]);
        await past.RunAsync(query);
        return past.Asked.ShouldNotBeNull();
    }

    private sealed class Past(IReadOnlyList<Flow> flows) : IHistory
    {
        public TimeSlice? Asked { get; private set; }

        public Task<PastState> AtAsync(TimeSlice slice, Arguments step, CancellationToken stop)
        {
            Asked = slice;
            return Task.FromResult(new PastState(Graph.Empty.With(new Node { Id = "node", Metadata = Metadata.Create(("Name", "node"), ("TID", "t")) }), new FlowList(flows)));
        }

        public async Task<string> RunAsync(string query) =>
            SampleNetwork.JsonOf(await GremlinQuery.Parse(query).RunAsync(Graph.Empty, FlowList.Empty, CancellationToken.None, new QuerySources { History = this }));
    }
}
