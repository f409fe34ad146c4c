using Akka.Configuration;

namespace Akka.Persistence.Sql;

internal enum Provider
{
    PostgreSql,
    Sqlite,
}

[Flags]
internal enum TagMode
{
    Csv = 1,
    TagTable = 2,
    Both = Csv | TagTable,
}

/// <summary>What both plugins are configured with.</summary>
internal abstract record SqlSettings(Provider Provider, string ConnectionString, bool AutoInitialize)
{
    protected static Config Defaults(string section) =>
        ConfigurationFactory.FromResource<SqlSettings>("Akka.Persistence.Sql.sql.conf").GetConfig(section);

    protected static Provider ProviderOf(Config config)
    {
        var name = config.GetString("provider-name", string.Empty);
        if (name.StartsWith("PostgreSQL", StringComparison.OrdinalIgnoreCase))
            return Provider.PostgreSql;
        if (name.StartsWith("SQLite", StringComparison.OrdinalIgnoreCase))
            return Provider.Sqlite;
        throw new ConfigurationException(string.IsNullOrEmpty(name)
            ? "provider-name is required: PostgreSQL or SQLite."
            : $"provider-name [{name}] is not supported: PostgreSQL or SQLite.");
    }

    protected static string ConnectionStringOf(Config config)
    {
        var value = config.GetString("connection-string", string.Empty);
        return string.IsNullOrWhiteSpace(value) ? throw new ConfigurationException("connection-string is required.") : value;
    }

    protected static Config MappingOf(Config config)
    {
        var name = config.GetString("table-mapping", "default");
        return config.HasPath(name)
            ? config.GetConfig(name)
            : throw new ConfigurationException($"table-mapping [{name}] names no section beside it.");
    }

    /// <summary>Quotes a table or column name; both databases take the standard's double quotes.</summary>
    protected static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    protected static string? SchemaOf(Config mapping)
    {
        var schema = mapping.GetString("schema-name", null!);
        return string.IsNullOrEmpty(schema) || schema == "null" ? null : schema;
    }
}

/// <summary>Section <c>akka.persistence.journal.sql</c>. Names are quoted, ready for use in SQL.</summary>
internal sealed record JournalSettings(
    Provider Provider, string ConnectionString, bool AutoInitialize, int BufferSize, int BatchSize, int ReplayBatchSize, int Parallelism,
    TagMode TagMode, string TagSeparator, JournalNames Journal, TagNames Tags) : SqlSettings(Provider, ConnectionString, AutoInitialize)
{
    public static JournalSettings From(Config own)
    {
        var config = own.WithFallback(Defaults("journal"));
        var mapping = MappingOf(config);
        var schema = SchemaOf(mapping);
        var prefix = schema is null ? string.Empty : Quote(schema) + ".";
        var modeName = config.GetString("tag-write-mode", "TagTable");
        if (!Enum.TryParse<TagMode>(modeName, ignoreCase: true, out var mode))
            throw new ConfigurationException($"tag-write-mode [{modeName}] is none of TagTable, Csv, Both.");
        var journalTable = mapping.GetString("journal.table-name", "journal");
        var tagTable = mapping.GetString("tag.table-name", "tags");
        return new JournalSettings(
            ProviderOf(config),
            ConnectionStringOf(config),
            config.GetBoolean("auto-initialize", true),
            config.GetInt("buffer-size", 5000),
            Math.Max(1, config.GetInt("batch-size", 100)),
            Math.Max(1, config.GetInt("replay-batch-size", 1000)),
            Math.Max(1, config.GetInt("parallelism", 3)),
            mode,
            config.GetString("tag-separator", ";"),
            new JournalNames(
                journalTable,
                prefix + Quote(journalTable),
                JournalColumn("ordering"),
                JournalColumn("deleted"),
                JournalColumn("persistence-id"),
                JournalColumn("sequence-number"),
                JournalColumn("created"),
                JournalColumn("tags"),
                JournalColumn("message"),
                JournalColumn("identifier"),
                JournalColumn("manifest"),
                mapping.GetBoolean("journal.use-writer-uuid-column", true) ? JournalColumn("writer-uuid") : null),
            new TagNames(
                tagTable,
                prefix + Quote(tagTable),
                TagColumn("ordering-id"),
                TagColumn("tag-value"),
                TagColumn("persistence-id"),
                TagColumn("sequence-nr")));

        string JournalColumn(string key) => Quote(mapping.GetString("journal.columns." + key, key.Replace('-', '_')));
        string TagColumn(string key) => Quote(mapping.GetString("tag.columns." + key, key.Replace('-', '_')));
    }
}

internal sealed record JournalNames(
    string Name, string Table, string Ordering, string Deleted, string PersistenceId, string SequenceNumber, string Created,
    string Tags, string Message, string Identifier, string Manifest, string? WriterUuid);

internal sealed record TagNames(string Name, string Table, string OrderingId, string Tag, string PersistenceId, string SequenceNr);

/// <summary>Section <c>akka.persistence.snapshot-store.sql</c>. Names are quoted, ready for use in SQL.</summary>
internal sealed record SnapshotSettings(Provider Provider, string ConnectionString, bool AutoInitialize, SnapshotNames Snapshot)
    : SqlSettings(Provider, ConnectionString, AutoInitialize)
{
    public static SnapshotSettings From(Config own)
    {
        var config = own.WithFallback(Defaults("snapshot-store"));
        var mapping = MappingOf(config);
        var schema = SchemaOf(mapping);
        var table = mapping.GetString("snapshot.table-name", "snapshot");
        return new SnapshotSettings(
            ProviderOf(config),
            ConnectionStringOf(config),
            config.GetBoolean("auto-initialize", true),
            new SnapshotNames(
                table,
                (schema is null ? string.Empty : Quote(schema) + ".") + Quote(table),
                Column("persistence-id"),
                Column("sequence-number"),
                Column("created"),
                Column("snapshot"),
                Column("manifest"),
                Column("serializerId")));

        string Column(string key) => Quote(mapping.GetString("snapshot.columns." + key, key == "serializerId" ? "serializer_id" : key.Replace('-', '_')));
    }
}

internal sealed record SnapshotNames(
    string Name, string Table, string PersistenceId, string SequenceNumber, string Created, string Snapshot, string Manifest, string SerializerId);
