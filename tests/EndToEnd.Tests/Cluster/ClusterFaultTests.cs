using System.Globalization;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Running;
using Lab;
using Lab.Cluster;
using Lab.Hosts;

namespace EndToEnd.Tests.Cluster;

/// <summary>
/// Everything that may fail in a cluster of several analyzers, under load. Those that take long run by `./skydive test faults` alone.
/// </summary>
[Collection(ClusterLab.Name)]
public sealed class ClusterFaultTests(ClusterLab.Lab lab)
{
    /// <summary>Trait of those that don't run with all tests.</summary>
    private const string Long = "long";

    private static readonly string _faketime = $"/usr/lib/{System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture switch { System.Runtime.InteropServices.Architecture.Arm64 => "aarch64", _ => "x86_64" }}-linux-gnu/faketime/libfaketimeMT.so.1";

    private static readonly TimeSpan _mostForAKill = TimeSpan.FromSeconds(10);

    /// <summary>stable-after, 3 s, and ten more.</summary>
    private static readonly TimeSpan _mostForAPartition = TimeSpan.FromSeconds(13);

    [Fact]
    public Task The_analyzer_with_the_singletons_is_killed() => UnderLoadAsync(1, "kill -9 of the analyzer that holds the singletons", _mostForAKill, async () =>
    {
        var oldest = await OldestAsync();
        await ClusterLab.Lab.DoAsync("kill", oldest);
        await Task.Delay(TimeSpan.FromSeconds(15));
        await ClusterLab.Lab.DoAsync("start", oldest);
    });

    [Fact]
    [Trait("faults", Long)]
    public Task The_analyzer_with_most_shards_is_killed() => UnderLoadAsync(2, "kill -9 of the analyzer with most shards", _mostForAKill, async () =>
    {
        // Shards are spread as evenly as can be: any one that isn't the oldest has as many as any other.
        var oldest = await OldestAsync();
        var other = lab.Clients.Keys.First(name => name != oldest);
        await ClusterLab.Lab.DoAsync("kill", other);
        await Task.Delay(TimeSpan.FromSeconds(15));
        await ClusterLab.Lab.DoAsync("start", other);
    });

    [Fact]
    public async Task An_agent_is_killed()
    {
        await UnderLoadAsync(3, "kill -9 of an agent", _mostForAKill, async () =>
        {
            await ClusterLab.Lab.DoAsync("kill", "agent2");
            await Task.Delay(TimeSpan.FromSeconds(5));
            await ClusterLab.Lab.DoAsync("start", "agent2");
            // What its captures miss until they run again nobody can count.
        }, counts: place => !place.Where.EndsWith("agent2", StringComparison.Ordinal));
        await UnderLoadAsync(4, "nothing, after an agent was killed", TimeSpan.FromSeconds(5), () => Task.Delay(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    [Trait("faults", Long)]
    public Task PostgreSQL_is_killed() => UnderLoadAsync(5, "kill -9 of PostgreSQL, started again at once", null, async () =>
    {
        await ClusterLab.Lab.DoAsync("kill", LabPlan.Database);
        await Task.Delay(TimeSpan.FromSeconds(2));
        await ClusterLab.Lab.DoAsync("start", LabPlan.Database);
        await Task.Delay(TimeSpan.FromSeconds(20));
    });

    [Fact]
    public Task One_analyzer_is_cut_off() => UnderLoadAsync(6, "an analyzer cut off for 60 s", _mostForAPartition, () => CutAsync(TimeSpan.FromSeconds(60), "analyzer1"));

    [Fact]
    [Trait("faults", Long)]
    public Task One_analyzer_is_cut_off_from_the_others_and_not_from_the_database() => UnderLoadAsync(7, "an analyzer cut off from all but the database for 60 s", _mostForAPartition, async () =>
    {
        string[] others = [.. Enumerable.Range(11, 2).Select(n => $"192.168.50.{n}"), LabPlan.AgentAddress(1), LabPlan.AgentAddress(2)];
        await ClusterLab.Lab.ShellAsync("analyzer1", string.Join(" && ", others.Select(other => $"ip route add blackhole {other}/32")));
        await Task.Delay(TimeSpan.FromSeconds(60));
        await ClusterLab.Lab.ShellAsync("analyzer1", string.Join(" && ", others.Select(other => $"ip route del blackhole {other}/32")));
    });

    [Fact]
    [Trait("faults", Long)]
    public Task Two_analyzers_are_cut_off() => UnderLoadAsync(8, "two of three analyzers cut off for 60 s; measured from when they are connected again", null, async () =>
    {
        await CutAsync(TimeSpan.FromSeconds(60), "analyzer1", "analyzer2");
        var connected = DateTime.UtcNow;
        await RunningLab.EventuallyAsync("answers", async () => await lab.Clients["analyzer3"].QueryAsync("G.Flows().Count()", default) is not null, 60);
        return DateTime.UtcNow - connected;
    }, none: true);

    [Fact]
    [Trait("faults", Long)]
    public Task An_agent_is_cut_off() => UnderLoadAsync(9, "an agent cut off for 60 s", _mostForAPartition, () => CutAsync(TimeSpan.FromSeconds(60), "agent2"));

    [Fact]
    [Trait("faults", Long)]
    public Task An_analyzer_hangs() => UnderLoadAsync(10, "SIGSTOP of the analyzer that holds the singletons for 40 s", _mostForAPartition, async () =>
    {
        var oldest = await OldestAsync();
        await ClusterLab.Lab.DoAsync("pause", oldest);
        await Task.Delay(TimeSpan.FromSeconds(40));
        await ClusterLab.Lab.DoAsync("resume", oldest);
    });

    [Fact]
    public Task PostgreSQL_is_gone_for_a_while() => UnderLoadAsync(11, "PostgreSQL gone for 20 s", null, async () =>
    {
        await ClusterLab.Lab.DoAsync("stop", LabPlan.Database);
        await Task.Delay(TimeSpan.FromSeconds(20));
        await ClusterLab.Lab.DoAsync("start", LabPlan.Database);
        await Task.Delay(TimeSpan.FromSeconds(10));
    });

    [Fact]
    [Trait("faults", Long)]
    public Task PostgreSQLs_disk_is_full() => UnderLoadAsync(12, "PostgreSQL's disk full for 20 s", null, async () =>
    {
        await ClusterLab.Lab.ShellAsync(LabPlan.Database, $"dd if=/dev/zero of={PostgreSql.Data}/fill bs=1M 2>/dev/null; true");
        await Task.Delay(TimeSpan.FromSeconds(20));
        await ClusterLab.Lab.ShellAsync(LabPlan.Database, $"rm {PostgreSql.Data}/fill");
        await Task.Delay(TimeSpan.FromSeconds(3));
        if (ClusterProcesses.Find(ClusterLab.Lab.Host(LabPlan.Database)) is null)
        {
            await ClusterLab.Lab.DoAsync("start", LabPlan.Database);
        }

        await Task.Delay(TimeSpan.FromSeconds(10));
    });

    [Fact]
    [Trait("faults", Long)]
    public Task PostgreSQLs_connections_are_cut_one_by_one() => UnderLoadAsync(13, "PostgreSQL's connections cut one by one, for 20 s", null, async () =>
    {
        for (var second = 0; second < 20; second++)
        {
            await ClusterLab.Lab.SqlAsync("select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() order by random() limit 1");
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    });

    [Fact]
    [Trait("faults", Long)]
    public Task All_analyzers_start_anew_one_after_the_other() => UnderLoadAsync(14, "rolling restart of all three analyzers", _mostForAKill, async () =>
    {
        foreach (var name in lab.Clients.Keys)
        {
            await ClusterLab.Lab.DoAsync("stop", name);
            await ClusterLab.Lab.DoAsync("start", name);
            await lab.WholeAsync();
        }
    });

    [Theory]
    [Trait("faults", Long)]
    [InlineData(15, "+3600", "forward")]
    [InlineData(16, "-3600", "back")]
    public Task A_clock_is_stepped(int order, string step, string way) => UnderLoadAsync(order, $"the clocks of an analyzer and an agent stepped an hour {way}", _mostForAKill, async () =>
    {
        var clock = Path.Combine(RunningLab.Folder, "agent1", "clock");
        await File.WriteAllTextAsync(clock, "+0");
        await RestartWithAsync("env", $"LD_PRELOAD={_faketime}", $"FAKETIME_TIMESTAMP_FILE={clock}", "FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_CACHE_DURATION=1");
        await lab.WholeAsync();
        await File.WriteAllTextAsync(clock, step);
        await Task.Delay(TimeSpan.FromSeconds(30));
        (await ClusterLab.Lab.SqlAsync("select count(*) from journal_flows where abs(created - (select (extract(epoch from now()) * 10000000)::bigint + 621355968000000000)) > 18000000000")).ShouldNotBe("0", "the clock wasn't stepped");
        await File.WriteAllTextAsync(clock, "+0");
        await Task.Delay(TimeSpan.FromSeconds(10));
        await RestartWithAsync("env");
    }, counts: place => place.Where.EndsWith("agent2", StringComparison.Ordinal));

    // Both of them, one after the other, so that the captures of agent1 begin anew.
    private static async Task RestartWithAsync(params string[] environment)
    {
        foreach (var host in new[] { "analyzer2", "agent1" })
        {
            await ClusterLab.Lab.DoAsync("stop", host);
            var start = await Command.RunAsync(environment[0], [.. environment[1..], "dotnet", Repository.Program("deploy/lab", "Lab"), "start", "--folder", RunningLab.Folder, host]);
            start.ExitCode.ShouldBe(0, start.Errors + start.Output);
        }
    }

    private static async Task CutAsync(TimeSpan time, params string[] hosts)
    {
        await ClusterLab.Lab.DoAsync("cut", hosts);
        await Task.Delay(time);
        await ClusterLab.Lab.DoAsync("mend", hosts);
    }

    private Task UnderLoadAsync(int order, string fault, TimeSpan? limit, Func<Task> fail, Func<SteadyLoad.Counted, bool>? counts = null) =>
        UnderLoadAsync(order, fault, limit, async () =>
        {
            await fail();
            return null;
        }, counts: counts);

    private async Task UnderLoadAsync(
        int order, string fault, TimeSpan? limit, Func<Task<TimeSpan?>> fail, bool none = false, Func<SteadyLoad.Counted, bool>? counts = null)
    {
        await lab.WholeAsync();
        var load = new SteadyLoad();
        await load.StartAsync();
        TimeSpan without;
        await using (var answers = new Answers(none ? [] : lab.Clients.Values))
        {
            await Task.Delay(TimeSpan.FromSeconds(3));
            var measured = await fail();
            await lab.WholeAsync();
            without = measured ?? answers.Longest;
        }

        await Task.Delay(TimeSpan.FromSeconds(3));
        var counted = await load.StopAsync();
        await ClusterState.CountersAreExactAsync(lab, load.Id, counted.Where(counts ?? (_ => true)));
        await ClusterState.GraphIsTheHostsAsync(lab);
        await ClusterState.AllAnswerTheSameAsync(lab);
        await ClusterState.EachHasOneWriterAsync();
        FaultTable.Add(order, fault, without, limit, counted.Sum(place => place.Requests + place.Replies));
        System.Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{fault}: {without.TotalSeconds:0.0} s without answers, {counted.Sum(place => place.Requests + place.Replies)} packets, exact"));
    }

    /// <summary>The analyzer with the singletons.</summary>
    private async Task<string> OldestAsync()
    {
        var address = (await lab.Clients["analyzer1"].StatusAsync(default))["Cluster"]!["Singletons"]!.ToString();
        return lab.Clients.Keys.Single(name => address.Contains($"@192.168.50.{9 + int.Parse(name["analyzer".Length..], CultureInfo.InvariantCulture)}:", StringComparison.Ordinal));
    }
}
