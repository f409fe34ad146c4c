using Analyzer.Node.Retention;
using Shared.Messages.Configuration;

namespace Analyzer.Node.Tests.Retention;

public sealed class RetentionPlanTests
{
    private static readonly DateTime Now = new(2026, 5, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly RetentionOptions Unlimited = new(null, null);

    [Fact]
    public void Nothing_goes_where_nothing_is_limited() => Next([Entity("a", 100, (10, 9), (50, 5))], Unlimited).ShouldBeNull();

    [Fact]
    public void What_a_snapshot_as_old_as_the_limit_stands_for_goes() =>
        Next([Entity("a", 100, (10, 9), (50, 5))], new RetentionOptions(TimeSpan.FromDays(9), null)).ShouldBe(new RetentionStep("a", 10));

    [Fact]
    public void What_only_a_younger_snapshot_stands_for_stays() =>
        Next([Entity("a", 100, (10, 9), (50, 5))], new RetentionOptions(TimeSpan.FromDays(9.5), null)).ShouldBeNull();

    [Fact]
    public void Too_much_lets_go_what_was_covered_first_whosever_it_is() =>
        Next([Entity("a", 100, (10, 3), (50, 2)), Entity("b", 30, (20, 4))], new RetentionOptions(TimeSpan.FromDays(300), 50)).ShouldBe(new RetentionStep("b", 20));

    [Fact]
    public void An_entity_without_a_snapshot_keeps_all_its_events() => Next([Entity("a", 100)], new RetentionOptions(TimeSpan.FromSeconds(1), 1)).ShouldBeNull();

    [Fact]
    public void The_last_snapshot_and_what_came_after_it_stay()
    {
        var entity = Entity("a", 100, (10, 9), (50, 5));
        entity.Remove(10, new KeptEvents(9, 90), oldest: 10);
        entity.Remove(50, new KeptEvents(40, 400), oldest: 50);
        Next([entity], new RetentionOptions(TimeSpan.FromSeconds(1), 1)).ShouldBeNull();
        entity.Snapshots.ShouldHaveSingleItem().Sequence.ShouldBe(50);
    }

    [Fact]
    public void What_was_begun_is_done_to_its_end_though_the_limits_are_met_by_then()
    {
        var begun = Entity("b", 100, (60, 2));
        begun.Remove(60, new KeptEvents(30, 300), oldest: 31);
        Next([Entity("a", 100, (50, 3)), begun], new RetentionOptions(TimeSpan.FromDays(300), 100_000)).ShouldBe(new RetentionStep("b", 60));
        begun.Remove(60, new KeptEvents(29, 290), oldest: 60);
        Next([Entity("a", 100, (50, 3)), begun], new RetentionOptions(TimeSpan.FromDays(300), 100_000)).ShouldBeNull();
    }

    [Fact]
    public void A_snapshot_without_an_event_after_it_stands_for_nothing() => Next([Entity("a", 49, (50, 5))], new RetentionOptions(TimeSpan.FromSeconds(1), 1)).ShouldBeNull();

    [Fact]
    public void A_snapshot_that_is_just_stored_stands_for_nothing_yet()
    {
        var entity = Entity("a", 100);
        entity.Add(new KeptSnapshot(50, (Now - TimeSpan.FromSeconds(59)).Ticks, 10));
        Next([entity], new RetentionOptions(null, 1)).ShouldBeNull();
        entity.Add(new KeptSnapshot(50, (Now - TimeSpan.FromSeconds(61)).Ticks, 10));
        Next([entity], new RetentionOptions(null, 1)).ShouldNotBeNull();
    }

    [Fact]
    public void Events_are_counted_between_the_snapshots_they_are_between_whichever_is_seen_first()
    {
        var first = Entity("a", 100, (11, 9), (51, 5));
        var later = new KeptEntity("a");
        later.Add(new KeptSnapshot(51, 0, 0));
        later.Add(new KeptSnapshot(11, 0, 0));
        for (var sequence = 1; sequence <= 100; sequence++)
        {
            later.Add(sequence, new KeptEvents(1, 10));
        }

        foreach (var entity in new[] { first, later })
        {
            entity.Events.ShouldBe(new KeptEvents(100, 1000));
            entity.Remove(11, new KeptEvents(10, 100), oldest: 11);
            entity.Events.ShouldBe(new KeptEvents(90, 900));
            entity.Remove(51, new KeptEvents(30, 300), oldest: 41);
            entity.Events.ShouldBe(new KeptEvents(60, 600));
            entity.Remove(51, new KeptEvents(10, 100), oldest: 51);
            entity.Events.ShouldBe(new KeptEvents(50, 500));
        }
    }

    /// <summary>Whatever there is, whatever is asked for, and wherever it's interrupted.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Each_kept_event_can_be_reached_from_a_kept_snapshot_and_the_limits_are_met_if_they_can_be(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 100; round++)
        {
            var journal = FakeJournal.Make(random, Now);
            var before = journal.Entities.ToDictionary(entity => entity.Id, entity => (Newest: entity.Events.Count > 0 ? entity.Events.Keys.Last() : 0, Snapshots: entity.Snapshots.Keys.ToArray()));
            var limits = new RetentionOptions(
                random.Next(2) == 0 ? null : TimeSpan.FromDays(random.NextDouble() * 12), random.Next(2) == 0 ? null : random.NextInt64(journal.Live + 100));
            var ledger = journal.Count(random);
            var steps = 0;
            while (RetentionPlan.Next(ledger.Entities, ledger.Live, limits, Now) is { } step)
            {
                (++steps).ShouldBeLessThan(10_000);
                var (deleted, oldest) = journal.Delete(step, random.Next(1, 20));
                ledger.Of(step.Id).Remove(step.Before, deleted, oldest);
                journal.Entities.ShouldAllBe(entity => entity.IsUnbroken() && entity.IsCovered());
                // Killed in the middle, the next one begins with what is there.
                ledger = random.Next(5) == 0 ? journal.Count(random) : ledger;
            }

            foreach (var entity in journal.Entities.Where(entity => entity.Events.Count > 0))
            {
                entity.Events.Keys.Last().ShouldBe(before[entity.Id].Newest);
                entity.Snapshots.Keys.LastOrDefault().ShouldBe(before[entity.Id].Snapshots.LastOrDefault());
            }

            journal.Entities.ShouldAllBe(entity => entity.IsWhole());
            ledger = journal.Count(random);
            var left = ledger.Entities.Select(entity => entity.Covering).OfType<KeptSnapshot>().ToList();
            left.ShouldAllBe(covering => limits.Age == null || covering.Created > (Now - limits.Age.Value).Ticks || covering.Created > (Now - RetentionPlan.Settles).Ticks);
            (ledger.Live <= (limits.Size ?? long.MaxValue) || left.Count == 0 || left.Min(covering => covering.Created) > (Now - RetentionPlan.Settles).Ticks).ShouldBeTrue();
        }
    }

    private static RetentionStep? Next(KeptEntity[] entities, RetentionOptions limits) =>
        RetentionPlan.Next(entities, entities.Sum(entity => entity.Events.Bytes + entity.SnapshotBytes), limits, Now);

    // Events of ten bytes, and snapshots of ten, by the days since they were taken.
    private static KeptEntity Entity(string id, int events, params (long Sequence, double DaysAgo)[] snapshots)
    {
        var entity = new KeptEntity(id);
        for (var sequence = 1; sequence <= events; sequence++)
        {
            entity.Add(sequence, new KeptEvents(1, 10));
        }

        foreach (var (sequence, days) in snapshots)
        {
            entity.Add(new KeptSnapshot(sequence, (Now - TimeSpan.FromDays(days)).Ticks, 10));
        }

        return entity;
    }
}

/// <summary>A journal as the database has it, of which steps delete as the SQL does.</summary>
internal sealed class FakeJournal
{
    public List<FakeEntity> Entities { get; } = [];

    public long Live => Entities.Sum(entity => entity.Events.Values.Sum() + entity.Snapshots.Values.Sum(snapshot => snapshot.Bytes));

    public static FakeJournal Make(Random random, DateTime now)
    {
        var journal = new FakeJournal();
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var entity = new FakeEntity($"e{i}");
            var at = now - TimeSpan.FromDays(10 * random.NextDouble());
            for (var sequence = 1L; sequence <= random.Next(150); sequence++)
            {
                entity.Events[sequence] = random.Next(1, 50);
                at += (now - at) * (random.NextDouble() / 20);
                if (random.Next(15) == 0)
                {
                    entity.Snapshots[sequence] = new KeptSnapshot(sequence, at.Ticks, random.Next(1, 200));
                }
            }

            journal.Entities.Add(entity);
        }

        return journal;
    }

    /// <summary>The ledger as it comes of reading the tables, snapshots and events in any turn.</summary>
    public JournalLedger Count(Random random)
    {
        var ledger = new JournalLedger();
        foreach (var entity in Entities)
        {
            var all = entity.Snapshots.Keys.Select(sequence => (Sequence: sequence, IsSnapshot: true)).Concat(entity.Events.Keys.Select(sequence => (Sequence: sequence, IsSnapshot: false)))
                .OrderBy(what => what.Sequence + (what.IsSnapshot ? random.Next(-30, 30) : 0)).ToList();
            foreach (var (sequence, isSnapshot) in all)
            {
                if (isSnapshot)
                {
                    ledger.Of(entity.Id).Add(entity.Snapshots[sequence]);
                }
                else
                {
                    ledger.Of(entity.Id).Add(sequence, new KeptEvents(1, entity.Events[sequence]));
                }
            }
        }

        ledger.Live.ShouldBe(Live);
        return ledger;
    }

    public (KeptEvents Deleted, long Oldest) Delete(RetentionStep step, int most)
    {
        var entity = Entities.Single(e => e.Id == step.Id);
        entity.Snapshots.ShouldContainKey(step.Before);
        entity.Events.Keys.Last().ShouldBeGreaterThanOrEqualTo(step.Before);
        var gone = entity.Events.Keys.TakeWhile(sequence => sequence < step.Before).Take(most).ToList();
        var bytes = gone.Sum(sequence => entity.Events[sequence]);
        gone.ForEach(sequence => entity.Events.Remove(sequence));
        var oldest = entity.Events.Keys.First();
        if (oldest >= step.Before)
        {
            foreach (var sequence in entity.Snapshots.Keys.TakeWhile(sequence => sequence < step.Before).ToList())
            {
                entity.Snapshots.Remove(sequence);
            }
        }

        return (new KeptEvents(gone.Count, bytes), oldest);
    }
}

/// <summary>An entity's rows.</summary>
internal sealed class FakeEntity(string id)
{
    public string Id => id;

    public SortedDictionary<long, long> Events { get; } = [];

    public SortedDictionary<long, KeptSnapshot> Snapshots { get; } = [];

    /// <summary>Whether no event in between is missing.</summary>
    public bool IsUnbroken() => Events.Count == 0 || Events.Keys.Last() - Events.Keys.First() + 1 == Events.Count;

    /// <summary>Whether a snapshot stands for all that's gone.</summary>
    public bool IsCovered() => Events.Count == 0 || Events.Keys.First() == 1 || Snapshots.Keys.Any(sequence => sequence >= Events.Keys.First() - 1);

    /// <summary>Whether the oldest event is the first there was, or there's a snapshot to apply it to.</summary>
    public bool IsWhole() => Events.Count == 0 || Events.Keys.First() == 1 || Snapshots.ContainsKey(Events.Keys.First());
}
