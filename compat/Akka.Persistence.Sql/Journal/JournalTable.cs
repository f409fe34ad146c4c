namespace Akka.Persistence.Sql.Journal;

/// <summary>A row of the journal. <paramref name="Created"/> is in UTC ticks.</summary>
internal sealed record JournalRow(
    string PersistenceId, long SequenceNumber, long Created, Encoded Payload, string WriterUuid, IReadOnlyCollection<string> Tags, bool Deleted = false);

/// <summary>The journal and its tags in one database. Failures throw what the database's driver throws.</summary>
internal interface IJournalTable : IAsyncDisposable
{
    /// <summary>How many inserts may run at the same time.</summary>
    int Writers { get; }

    Task CreateAsync();

    /// <summary>Stores all rows or none.</summary>
    Task InsertAsync(IReadOnlyList<JournalRow> rows);

    Task<long> HighestSequenceNumberAsync(string persistenceId);

    Task<IReadOnlyList<JournalRow>> ReadAsync(string persistenceId, long from, long to, int limit);

    /// <summary>Deletes up to and including the number; the last deleted row stays, marked, so that the highest number stays known.</summary>
    Task DeleteAsync(string persistenceId, long to);

    /// <summary>Whether the failure is of the rows themselves, not of the database.</summary>
    bool IsConflict(Exception exception);
}
