using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Topology.Fabric.Json;
using Topology.Fabric.Model;

namespace Topology.Fabric.Tests.Json;

public class GraphJsonTests
{
    [Fact]
    public void A_node_is_written_as_Skydive_does()
    {
        var node = new Node
        {
            Id = "1",
            Host = "agent1",
            Origin = "agent.agent1",
            Metadata = Metadata.Create(("Name", "eth0"), ("MTU", 1500), ("IPV4", MetaValue.Texts(["10.0.0.1/24"]))),
            CreatedAt = 10,
            UpdatedAt = 20,
            Revision = 2,
        };
        Written(j => GraphJson.Write(j, node)).ShouldBe(
            """{"ID":"1","Metadata":{"IPV4":["10.0.0.1/24"],"MTU":1500,"Name":"eth0"},"Host":"agent1","Origin":"agent.agent1","CreatedAt":10,"UpdatedAt":20,"Revision":2}""");
    }

    [Fact]
    public void An_edge_names_its_ends()
    {
        using var json = JsonDocument.Parse(Written(j => GraphJson.Write(j, Graphs.Edge("a", "b", Relations.Ownership))));
        json.RootElement.GetProperty("Parent").GetString().ShouldBe("a");
        json.RootElement.GetProperty("Child").GetString().ShouldBe("b");
        json.RootElement.GetProperty("Metadata").GetProperty("RelationType").GetString().ShouldBe("ownership");
    }

    [Fact]
    public void Counters_are_written_exactly() => Written(j => GraphJson.Write(j, (MetaValue)9007199254740993)).ShouldBe("9007199254740993");

    [Fact]
    public void What_JSON_cannot_say_becomes_null() => Written(j => GraphJson.Write(j, (MetaValue)double.NaN)).ShouldBe("null");

    [Fact]
    public void Any_metadata_makes_valid_JSON() =>
        Prop.ForAll(Graphs.Maps().ToArbitrary(), metadata =>
        {
            using var json = JsonDocument.Parse(Written(j => GraphJson.Write(j, metadata)));
            json.RootElement.EnumerateObject().Select(p => p.Name).ShouldBe(metadata.Select(f => f.Key));
        }).Check(Config.QuickThrowOnFailure);

    private static string Written(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
