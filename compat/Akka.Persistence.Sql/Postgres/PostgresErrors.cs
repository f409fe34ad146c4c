using Akka.Configuration;
using Npgsql;

namespace Akka.Persistence.Sql.Postgres;

/// <summary>Connections, and what their failures say.</summary>
internal static class PostgresErrors
{
    public static NpgsqlDataSource Open(string connectionString)
    {
        try
        {
            return NpgsqlDataSource.Create(connectionString);
        }
        catch (ArgumentException e)
        {
            // Without the connection string itself: it may hold a password.
            throw new ConfigurationException($"connection-string isn't one of PostgreSQL: {e.Message}");
        }
    }

    public static async Task<T> Guard<T>(NpgsqlDataSource source, Func<NpgsqlConnection, Task<T>> body)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync().ConfigureAwait(false);
            return await body(connection).ConfigureAwait(false);
        }
        catch (NpgsqlException e) when (e is not PostgresException || e is PostgresException { SqlState: "57P01" or "57P02" or "57P03" })
        {
            // The server went away: the pool's other connections are as dead as this one.
            source.Clear();
            throw;
        }
    }

    /// <summary>Classes 22 and 23: data exception, integrity constraint violation.</summary>
    public static bool IsOfTheRows(Exception exception) =>
        exception is PostgresException postgres
        && (postgres.SqlState.StartsWith("23", StringComparison.Ordinal) || postgres.SqlState.StartsWith("22", StringComparison.Ordinal));
}
