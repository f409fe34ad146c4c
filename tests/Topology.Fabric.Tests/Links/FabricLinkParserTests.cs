using FsCheck;
using FsCheck.Fluent;
using Topology.Fabric.Links;
using Topology.Fabric.Model;

namespace Topology.Fabric.Tests.Links;

public class FabricLinkParserTests
{
    [Fact]
    public void A_link_between_fabric_nodes_carries_their_attributes()
    {
        var link = FabricLinkParser.Parse("TOR1[Name=tor1] -> TOR1_PORT1[Name=port1, MTU=1500]");
        link.Parent.Key.ShouldBe("TOR1");
        link.Parent.Metadata.Has("Name", "tor1").ShouldBeTrue();
        var port = link.Child.ShouldBeOfType<FabricNode>();
        port.Key.ShouldBe("TOR1_PORT1");
        port.Metadata.Has("MTU", 1500).ShouldBeTrue();
        link.Layer2Only.ShouldBeFalse();
    }

    [Fact]
    public void A_link_to_live_nodes_names_parent_and_child()
    {
        var link = FabricLinkParser.Parse("TOR1_PORT1 -> *[Type=host, Name=agent1]/eth1");
        var live = link.Child.ShouldBeOfType<LiveNodes>();
        live.Parent.ShouldBe(Metadata.Create(("Type", "host"), ("Name", "agent1")));
        live.Child.ShouldBe(Metadata.Create(("Name", "eth1")));
    }

    [Fact]
    public void A_long_arrow_is_layer_2_alone() => FabricLinkParser.Parse("A --> B").Layer2Only.ShouldBeTrue();

    [Fact]
    public void A_link_may_have_attributes_of_its_own() =>
        FabricLinkParser.Parse("A -> [RelationType=layer2, Bandwidth=10000] *[Name=h]/eth0").Metadata
            .ShouldBe(Metadata.Create(("Type", "fabric"), ("RelationType", "layer2"), ("Bandwidth", 10000)));

    [Theory]
    [InlineData("spine-1->leaf-2", "spine-1", "leaf-2")]
    [InlineData("  A  ->  B  ", "A", "B")]
    [InlineData("sw1 Ethernet1/1 -> sw2 Ethernet1/2", "sw1 Ethernet1/1", "sw2 Ethernet1/2")]
    [InlineData("\"a -> b\" -> \"c\\\"d\"", "a -> b", "c\"d")]
    public void Names_may_hold_dashes_spaces_slashes_and_in_quotes_anything(string text, string parent, string child)
    {
        var link = FabricLinkParser.Parse(text);
        link.Parent.Key.ShouldBe(parent);
        ((FabricNode)link.Child).Key.ShouldBe(child);
    }

    [Fact]
    public void A_quoted_number_stays_text() =>
        FabricLinkParser.Parse("A[Vlan=\"007\", Id=007, N=7] -> B").Parent.Metadata.ShouldBe(Metadata.Create(("Vlan", "007"), ("Id", "007"), ("N", 7)));

    [Theory]
    [InlineData("", 1, "node's name")]
    [InlineData("A", 2, "'->'")]
    [InlineData("A ->", 5, "node's name")]
    [InlineData("-> B", 1, "node's name")]
    [InlineData("A -> B -> C", 8, "two ends")]
    [InlineData("A[Name] -> B", 7, "'='")]
    [InlineData("A[Name=] -> B", 8, "a value for 'Name'")]
    [InlineData("A[Name=x -> B", 10, "',' or ']'")]
    [InlineData("A[] -> B", 3, "attribute")]
    [InlineData("* -> B", 1, "'*'")]
    [InlineData("A -> *[Type=host]", 18, "'/'")]
    [InlineData("A -> *[Type=host]/", 19, "child's name")]
    [InlineData("A[Name=\"x] -> B", 8, "quote")]
    public void A_broken_link_says_column_and_reason(string text, int column, string reason)
    {
        var error = Should.Throw<FabricLinkException>(() => FabricLinkParser.Parse(text));
        error.Column.ShouldBe(column);
        error.Reason.ShouldContain(reason);
        error.Message.ShouldContain(text);
    }

    [Fact]
    public void Any_text_is_read_or_refused_with_a_column_inside_it() =>
        Prop.ForAll(Gen.Elements("A", "-", ">", "[", "]", "=", ",", "*", "/", "\"", "\\", " ", "é").ListOf().Select(string.Concat).ToArbitrary(), text =>
        {
            try
            {
                FabricLinkParser.Parse(text).Text.ShouldBe(text);
            }
            catch (FabricLinkException e)
            {
                e.Column.ShouldBeInRange(1, text.Length + 1);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithEndSize(30));
}
