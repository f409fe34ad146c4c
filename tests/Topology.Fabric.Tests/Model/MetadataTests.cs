using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Topology.Fabric.Model;

namespace Topology.Fabric.Tests.Model;

public class MetadataTests
{
    private static readonly Metadata Sample = Metadata.Create(
        ("Name", "eth0"),
        ("MTU", 1500),
        ("IPV4", MetaValue.Texts(["10.0.0.1/24", "10.0.0.2/24"])),
        ("Ovs", Metadata.Create(("Options", Metadata.Create(("remote_ip", "192.168.50.30"))))),
        ("Neighbors", ImmutableArray.Create<MetaValue>(
            Metadata.Create(("MAC", "00:00:00:00:00:01")),
            Metadata.Create(("MAC", "00:00:00:00:00:02")))));

    [Fact]
    public void A_dotted_key_leads_into_maps()
    {
        Sample.TryLookup("Ovs.Options.remote_ip", out var value).ShouldBeTrue();
        value.Text.ShouldBe("192.168.50.30");
        Sample.TryLookup("Ovs.Options.local_ip", out _).ShouldBeFalse();
    }

    [Fact]
    public void A_dotted_key_through_a_list_stands_for_every_member()
    {
        Sample.Lookup("Neighbors.MAC").Select(v => v.Text).ShouldBe(["00:00:00:00:00:01", "00:00:00:00:00:02"]);
        Sample.Has("Neighbors.MAC", "00:00:00:00:00:02").ShouldBeTrue();
        Sample.Has("Neighbors.MAC", "00:00:00:00:00:03").ShouldBeFalse();
    }

    [Fact]
    public void A_list_has_each_of_its_members()
    {
        Sample.Has("IPV4", "10.0.0.2/24").ShouldBeTrue();
        Sample.Has("IPV4", "10.0.0.3/24").ShouldBeFalse();
    }

    [Fact]
    public void A_key_with_dots_in_it_is_found_whole()
    {
        var labels = Metadata.Create(("Labels", Metadata.Create(("app.kubernetes.io/name", "web"))));
        labels.Has("Labels.app.kubernetes.io/name", "web").ShouldBeTrue();
    }

    [Fact]
    public void An_integer_keeps_all_64_bits()
    {
        MetaValue exact = long.MaxValue - 1;
        exact.Integer.ShouldBe(9223372036854775806);
        exact.ShouldNotBe((MetaValue)(double)(long.MaxValue - 1));
    }

    [Fact]
    public void Reading_a_value_as_another_kind_says_what_it_is()
    {
        Should.Throw<InvalidOperationException>(() => ((MetaValue)"eth0").Integer).Message.ShouldContain("Text");
    }

    [Fact]
    public void Keys_lists_inner_keys_dotted()
    {
        Sample.Keys().ShouldContain("Ovs.Options.remote_ip");
    }

    [Fact]
    public void Setting_and_removing_a_key_gives_back_the_same_metadata() =>
        Prop.ForAll(Graphs.Maps().ToArbitrary(), Graphs.Values().ToArbitrary(), (metadata, value) =>
        {
            var set = metadata.Set("Zusatz", value);
            set["Zusatz"].ShouldBe(value);
            set.Remove("Zusatz").ShouldBe(metadata);
            set.Select(f => f.Key).ShouldBeInOrder(SortDirection.Ascending, StringComparer.Ordinal);
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Equal_metadata_hashes_equal() =>
        Prop.ForAll(Graphs.Maps().ToArbitrary(), metadata =>
        {
            var copy = Metadata.Create(metadata.Reverse().Select(f => (f.Key, f.Value)));
            copy.ShouldBe(metadata);
            copy.GetHashCode().ShouldBe(metadata.GetHashCode());
        }).Check(Config.QuickThrowOnFailure);
}
