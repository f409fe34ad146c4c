using System.Data.Common;

namespace Analyzer.Node.Retention;

/// <summary>Commands of a database, each used once.</summary>
internal static class DatabaseCommands
{
    /// <summary>Makes a command.</summary>
    public static DbCommand Command(this DbConnection connection, string sql, DbTransaction? transaction, params ReadOnlySpan<(string Name, object Value)> values)
    {
        var command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = (sql, transaction);
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>Its first row's first value; null: there's no row.</summary>
    public static async Task<object?> ScalarAsync(this DbCommand command, CancellationToken stop = default)
    {
        await using (command.ConfigureAwait(false))
        {
            return await command.ExecuteScalarAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>How many rows it changed.</summary>
    public static async Task<int> RunAsync(this DbCommand command, CancellationToken stop = default)
    {
        await using (command.ConfigureAwait(false))
        {
            return await command.ExecuteNonQueryAsync(stop).ConfigureAwait(false);
        }
    }
}
