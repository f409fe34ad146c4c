using System.Net.Sockets;
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

    /// <summary>
    /// Runs the body on a connection. When the connection turns out dead, once more on a fresh one: after a restart of the server
    /// every pooled connection is. That's safe for each statement here; of an insert that was committed after all, the second
    /// meets the unique index and fails.
    /// </summary>
    public static async Task<T> Guard<T>(NpgsqlDataSource source, Func<NpgsqlConnection, Task<T>> body)
    {
        try
        {
            return await Run(source, body).ConfigureAwait(false);
        }
        catch (NpgsqlException e) when (IsLostConnection(e))
        {
            source.Clear();
            return await Run(source, body).ConfigureAwait(false);
        }
    }

    private static async Task<T> Run<T>(NpgsqlDataSource source, Func<NpgsqlConnection, Task<T>> body)
    {
        await using var connection = await source.OpenConnectionAsync().ConfigureAwait(false);
        return await body(connection).ConfigureAwait(false);
    }

    // Not a timeout: a server that's too slow gets no slower request on top. 57P01 and 57P02: ended by the administrator, by a crash.
    private static bool IsLostConnection(NpgsqlException e) => e is PostgresException postgres
        ? postgres.SqlState is "57P01" or "57P02"
        : e.InnerException is IOException or SocketException;

    /// <summary>Classes 22 and 23: data exception, integrity constraint violation.</summary>
    public static bool IsOfTheRows(Exception exception) =>
        exception is PostgresException postgres
        && (postgres.SqlState.StartsWith("23", StringComparison.Ordinal) || postgres.SqlState.StartsWith("22", StringComparison.Ordinal));
}
