using System.Security.Cryptography;
using Shared.Messages.Configuration;
using Shared.Messages.Flows;
using Shared.Messages.Topology;

namespace Shared.Messages.Tests.Flows;

public sealed class FlowPartitionTests
{
    // Agents and analyzers of different versions, and an existing database, depend on these.
    [Theory]
    [InlineData("", 5)]
    [InlineData("a", 4)]
    [InlineData("2d2b3b1c5f6a7e88", 14)]
    public void A_flow_stays_in_its_partition_across_versions(string id, int partition) =>
        FlowPartition.Of(id, 16).ShouldBe(partition);

    [Fact]
    public void Flows_spread_evenly_over_the_partitions()
    {
        var counts = new int[16];
        for (var i = 0; i < 16_000; i++)
        {
            counts[FlowPartition.Of(Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(i))), 16)]++;
        }

        counts.Min().ShouldBeGreaterThan(800);
        counts.Max().ShouldBeLessThan(1200);
    }

    [Fact]
    public void Without_a_partition_there_is_no_answer() =>
        Should.Throw<ArgumentOutOfRangeException>(() => FlowPartition.Of("a", 0));

    [Fact]
    public void Messages_find_their_entity()
    {
        FlowShards.EntityOf(new UpdateFlows { Partition = 7 }).ShouldBe("7");
        FlowShards.EntityOf(new QueryFlows { Partition = 0 }).ShouldBe("0");
        FlowShards.EntityOf(new TakeFlows { Partition = 2 }).ShouldBe("2");
        FlowShards.EntityOf(new StopFlows { Partition = 3 }).ShouldBe("3");
        FlowShards.EntityOf(new FlowsStored()).ShouldBeNull();
        TopologyShards.EntityOf(new RegisterAgent { Host = "h1" }).ShouldBe("h1");
        TopologyShards.EntityOf(new SyncGraph { Host = "fabric" }).ShouldBe("fabric");
        TopologyShards.EntityOf(new RegisterAgent()).ShouldBeNull();
        // No database takes it in an id: the entity would fail at each event, and those stored along with it.
        TopologyShards.EntityOf(new RegisterAgent { Host = "h\0" }).ShouldBeNull();
        TopologyShards.EntityOf(new RegisterAgent { Host = new string('h', HostId.MaxLength + 1) }).ShouldBeNull();
    }
}
