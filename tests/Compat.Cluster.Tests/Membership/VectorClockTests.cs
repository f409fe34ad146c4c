using Akka.Cluster;

namespace Compat.Cluster.Tests.Membership;

public class VectorClockTests
{
    private static readonly VectorClock.Node A = VectorClock.Node.Create("a");
    private static readonly VectorClock.Node B = VectorClock.Node.Create("b");

    [Fact]
    public void A_clock_is_after_the_one_it_was_made_from()
    {
        var before = VectorClock.Create().Increment(A);
        var after = before.Increment(A).Increment(B);

        after.IsAfter(before).ShouldBeTrue();
        before.IsBefore(after).ShouldBeTrue();
        (after > before).ShouldBeTrue();
        (before < after).ShouldBeTrue();
    }

    [Fact]
    public void Clocks_that_different_nodes_have_moved_are_concurrent_and_their_merge_is_after_both()
    {
        var common = VectorClock.Create().Increment(A);
        var (left, right) = (common.Increment(A), common.Increment(B));

        left.IsConcurrentWith(right).ShouldBeTrue();
        var merged = left.Merge(right);
        merged.IsAfter(left).ShouldBeTrue();
        merged.IsAfter(right).ShouldBeTrue();
        merged.ShouldBe(right.Merge(left));
    }

    [Fact]
    public void Clocks_with_the_same_versions_are_the_same()
    {
        var (left, right) = (VectorClock.Create().Increment(A).Increment(B), VectorClock.Create().Increment(B).Increment(A));

        left.IsSameAs(right).ShouldBeTrue();
        (left == right).ShouldBeTrue();
        left.IsConcurrentWith(right).ShouldBeFalse();
    }

    [Fact]
    public void A_pruned_clock_has_forgotten_the_node()
    {
        var clock = VectorClock.Create().Increment(A).Increment(B);

        clock.Prune(B).ShouldBe(VectorClock.Create().Increment(A));
        clock.Prune(VectorClock.Node.Create("unknown")).ShouldBe(clock);
    }
}
