using Akka.Actor;
using Akka.Persistence;
using Akka.Persistence.Journal;

namespace Compat.Persistence.Tests.Kit;

public sealed record Say(string Text);

public sealed record SayAll(params string[] Texts);

public sealed record SayTagged(string Text, params string[] Tags);

public sealed record SayUnspeakable(string Text);

public sealed record GetStory;

public sealed record Forget(long To);

public sealed record TakeSnapshot;

public sealed record DropSnapshots(SnapshotSelectionCriteria Criteria);

public sealed record Break;

/// <summary>Tells a story of the words it was told, and its probe what happens to it.</summary>
public sealed class Teller : ReceivePersistentActor
{
    private readonly IActorRef _probe;
    private readonly Recovery _recovery;
    private string _story = string.Empty;

    public Teller(string persistenceId, IActorRef probe, Recovery recovery)
    {
        PersistenceId = persistenceId;
        _probe = probe;
        _recovery = recovery;

        Recover<Said>(Apply);
        Recover<SnapshotOffer>(offer =>
        {
            _story = ((Story)offer.Snapshot).Text;
            _probe.Tell($"offered {offer.Metadata.SequenceNr}");
        });
        Recover<RecoveryCompleted>(_ => _probe.Tell($"recovered {_story} at {LastSequenceNr}"));

        Command<Say>(say => Persist(new Said(say.Text), said =>
        {
            Apply(said);
            Sender.Tell($"said {said.Text}");
        }));
        Command<SayAll>(say => PersistAll(say.Texts.Select(text => new Said(text)), said =>
        {
            Apply(said);
            Sender.Tell($"said {said.Text}");
        }));
        Command<SayTagged>(say => Persist(new Tagged(new Said(say.Text), say.Tags), tagged =>
        {
            Apply((Said)tagged.Payload);
            Sender.Tell($"said {say.Text}");
        }));
        Command<SayUnspeakable>(say => Persist(new Unspeakable(say.Text), _ => Sender.Tell("said the unspeakable")));
        Command<GetStory>(_ => Sender.Tell(_story));
        Command<Forget>(forget => DeleteMessages(forget.To));
        Command<TakeSnapshot>(_ => SaveSnapshot(new Story(_story)));
        Command<DropSnapshots>(drop => DeleteSnapshots(drop.Criteria));
        Command<Break>(_ => throw new InvalidOperationException("broken on request"));
        Command<SaveSnapshotSuccess>(saved => _probe.Tell($"saved {saved.Metadata.SequenceNr}"));
        Command<SaveSnapshotFailure>(failed => _probe.Tell($"not saved {failed.Metadata.SequenceNr}"));
        Command<DeleteMessagesSuccess>(deleted => _probe.Tell($"forgot {deleted.ToSequenceNr}"));
        Command<DeleteMessagesFailure>(failed => _probe.Tell($"not forgotten {failed.ToSequenceNr}"));
        Command<DeleteSnapshotsSuccess>(_ => _probe.Tell("dropped"));
    }

    public override string PersistenceId { get; }

    public override Recovery Recovery => _recovery;

    public static Props Of(string persistenceId, Probe probe, Recovery? recovery = null) =>
        Props.Create(() => new Teller(persistenceId, probe.Ref, recovery ?? Recovery.Default));

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr) =>
        _probe.Tell($"rejected {((Unspeakable)@event).Text} at {sequenceNr}: {cause.Message}");

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        _probe.Tell($"failed {((Said)@event).Text}");

    protected override void OnRecoveryFailure(Exception reason, object? message = null) =>
        _probe.Tell($"recovery failed: {reason.GetType().Name}");

    private void Apply(Said said) => _story += said.Text;
}
