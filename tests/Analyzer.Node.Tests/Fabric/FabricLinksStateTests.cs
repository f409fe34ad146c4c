using Analyzer.Node.Fabric;
using Shared.Messages.Topology;

namespace Analyzer.Node.Tests.Fabric;

public class FabricLinksStateTests
{
    [Fact]
    public void A_link_is_created_and_deleted_by_events()
    {
        var (created, _, _) = FabricLinksState.Empty.Decide(new CreateFabricLink { Link = "A -> B" }, "1", 7);
        var state = FabricLinksState.Empty.Apply(created!);
        state.Links["1"].Link.ShouldBe("A -> B");
        state.Links["1"].CreatedAt.ShouldBe(7);

        var (deleted, _) = state.Decide(new DeleteFabricLink { Uuid = "1" }, 8);
        state.Apply(deleted!).Links.ShouldBeEmpty();
    }

    [Fact]
    public void The_same_link_again_is_the_link_there_is()
    {
        var (created, _, _) = FabricLinksState.Empty.Decide(new CreateFabricLink { Link = "A -> B" }, "1", 7);
        var state = FabricLinksState.Empty.Apply(created!);
        state.Decide(new CreateFabricLink { Link = "A -> B" }, "2", 8).Existing!.Uuid.ShouldBe("1");
    }

    [Fact]
    public void A_broken_link_is_refused_with_link_and_column()
    {
        var refusal = FabricLinksState.Empty.Decide(new CreateFabricLink { Link = "A -> " }, "1", 7).Refusal!;
        refusal.Column.ShouldBe(6);
        refusal.Reason.ShouldContain("\"A -> \"");
    }

    [Fact]
    public void There_are_only_so_many_links_of_such_a_length()
    {
        var state = FabricLinksState.Empty;
        for (var i = 0; i < 1000; i++)
        {
            state = state.Apply(state.Decide(new CreateFabricLink { Link = $"A{i} -> B" }, $"{i}", 7).Event!);
        }

        state.Decide(new CreateFabricLink { Link = "A -> B" }, "new", 7).Refusal!.Reason.ShouldBe("Link: there are 1000 links, and may be no more: delete one first.");
        state.Decide(new CreateFabricLink { Link = "A7 -> B" }, "new", 7).Existing.ShouldNotBeNull();
        FabricLinksState.CheckSize(new string('A', 4097)).ShouldBe("Link: 4097 characters are more than the 4096 there may be.");
        FabricLinksState.CheckSize(new string('A', 4096)).ShouldBeNull();
    }

    [Fact]
    public void Deleting_what_is_not_there_is_refused() =>
        FabricLinksState.Empty.Decide(new DeleteFabricLink { Uuid = "9" }, 1).Refusal!.NotFound.ShouldBeTrue();

    [Fact]
    public void A_snapshot_holds_the_whole_state()
    {
        var (created, _, _) = FabricLinksState.Empty.Decide(new CreateFabricLink { Link = "A -> B" }, "1", 7);
        var state = FabricLinksState.Empty.Apply(created!);
        FabricLinksState.From(state.ToMessage()).Links.ShouldBe(state.Links);
    }
}
