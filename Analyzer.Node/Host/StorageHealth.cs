using Npgsql;
using Shared.Messages.Configuration;

namespace Analyzer.Node.Host;

/// <summary>Whether the database can be reached, and why not.</summary>
/// <param name="storage">Where it is.</param>
/// <param name="open">Opens it, and throws what keeps it from that; as the provider's driver does unless given.</param>
internal sealed class StorageHealth(StorageOptions storage, Func<CancellationToken, Task>? open = null)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Where the database is, without secrets.</summary>
    public string Place { get; } = PlaceOf(storage);

    /// <summary>What's wrong, for users; null when nothing is.</summary>
    public async Task<string?> CheckAsync(CancellationToken stop)
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
            patience.CancelAfter(Patience);
            await (open ?? OpenAsync)(patience.Token).ConfigureAwait(false);
            return null;
        }
        // Drivers throw more kinds of exceptions than their documentation names, the bare socket's among them; to users all mean this.
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            var reason = e is OperationCanceledException ? $"no answer within {Patience.TotalSeconds:0} s" : e.Message;
            return $"the database {Place} can't be used: {reason}";
        }
    }

    private async Task OpenAsync(CancellationToken stop)
    {
        if (storage.Provider == StorageProvider.Sqlite)
        {
            // As SQLite itself opens it: for writing, made when it isn't there.
            foreach (var path in new[] { storage.ConnectionString, storage.FlowsConnectionString })
            {
                using var file = new FileStream(FileOf(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            }

            return;
        }

        // A pooled connection may be one the server has forgotten.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(storage.ConnectionString) { Pooling = false }.ConnectionString);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(stop).ConfigureAwait(false);
        }
    }

    private static string FileOf(string connectionString) => connectionString["Data Source=".Length..];

    private static string PlaceOf(StorageOptions storage)
    {
        if (storage.Provider == StorageProvider.Sqlite)
        {
            return FileOf(storage.ConnectionString);
        }

        try
        {
            var parsed = new NpgsqlConnectionStringBuilder(storage.ConnectionString);
            return $"\"{parsed.Database}\" on {parsed.Host}:{parsed.Port}";
        }
        catch (ArgumentException e)
        {
            throw new SkydiveConfigException("skydive.analyzer.storage.connection-string", null, $"can't be read: {e.Message}", e);
        }
    }
}
