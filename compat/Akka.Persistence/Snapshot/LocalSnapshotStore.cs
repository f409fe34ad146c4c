using System.Globalization;
using Akka.Actor;
using Akka.Event;

namespace Akka.Persistence.Snapshot;

/// <summary>One file per snapshot, in the directory <c>dir</c>; its name says which state it is of.</summary>
public class LocalSnapshotStore : SnapshotStore
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly ActorSystem _system = Context.System;
    private DirectoryInfo _directory = new("snapshots");
    private int _maxLoadAttempts = 3;

    protected override void PreStart()
    {
        var config = Persistence.Instance.Apply(_system).ConfigFor(Self);
        _directory = Directory.CreateDirectory(config.GetString("dir", "snapshots"));
        _maxLoadAttempts = config.GetInt("max-load-attempts", 3);
        base.PreStart();
    }

    protected override Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria) => Task.Run<SelectedSnapshot?>(() =>
    {
        var candidates = Find(persistenceId).Where(found => criteria.Matches(found.Metadata))
            .OrderByDescending(found => found.Metadata.SequenceNr).ThenByDescending(found => found.Metadata.Timestamp).Take(_maxLoadAttempts);
        Exception? last = null;
        foreach (var (file, metadata) in candidates)
        {
            try
            {
                var wrapped = Serializer().FromBinary<Serialization.Snapshot>(File.ReadAllBytes(file.FullName));
                return new SelectedSnapshot(metadata, wrapped.Data);
            }
            catch (Exception e)
            {
                // An older snapshot with more events to replay is as good.
                _log.Error(e, "Error loading snapshot [{0}], trying an earlier one", metadata);
                last = e;
            }
        }

        return last is null ? null : throw new InvalidOperationException($"None of the last {_maxLoadAttempts} snapshots of [{persistenceId}] could be read.", last);
    });

    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot)
    {
        // Serialized here: the snapshot belongs to the actor that saves it.
        var bytes = Serializer().ToBinary(new Serialization.Snapshot(snapshot));
        return Task.Run(() =>
        {
            var path = Path.Combine(_directory.FullName, NameOf(metadata));
            using (var stream = new FileStream(path + ".tmp", FileMode.Create, FileAccess.Write))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }

            File.Move(path + ".tmp", path, overwrite: true);
        });
    }

    protected override Task DeleteAsync(SnapshotMetadata metadata) => Task.Run(() =>
    {
        foreach (var (file, found) in Find(metadata.PersistenceId))
        {
            if (found.SequenceNr == metadata.SequenceNr && (metadata.Timestamp == DateTime.MinValue || found.Timestamp == metadata.Timestamp))
                file.Delete();
        }
    });

    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria) => Task.Run(() =>
    {
        foreach (var (file, found) in Find(persistenceId))
        {
            if (criteria.Matches(found))
                file.Delete();
        }
    });

    private static string NameOf(SnapshotMetadata metadata) => string.Create(
        CultureInfo.InvariantCulture, $"snapshot-{Uri.EscapeDataString(metadata.PersistenceId)}-{metadata.SequenceNr}-{metadata.Timestamp.Ticks}");

    private List<(FileInfo File, SnapshotMetadata Metadata)> Find(string persistenceId)
    {
        var prefix = $"snapshot-{Uri.EscapeDataString(persistenceId)}-";
        var found = new List<(FileInfo, SnapshotMetadata)>();
        foreach (var file in _directory.EnumerateFiles("snapshot-*"))
        {
            if (!file.Name.StartsWith(prefix, StringComparison.Ordinal))
                continue;

            // Another id may begin with this one and a dash: then what follows isn't two numbers.
            var parts = file.Name[prefix.Length..].Split('-');
            if (parts.Length == 2
                && long.TryParse(parts[0], CultureInfo.InvariantCulture, out var sequenceNr)
                && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var ticks))
                found.Add((file, new SnapshotMetadata(persistenceId, sequenceNr, new DateTime(ticks, DateTimeKind.Utc))));
        }

        return found;
    }

    private Akka.Serialization.Serializer Serializer() =>
        _system.Serialization.FindSerializerForType(typeof(Serialization.Snapshot));
}
