using System.Data.Common;
using System.Globalization;
using Akka.Configuration;
using SQLitePCL;

namespace Akka.Persistence.Sql.Sqlite;

/// <summary>SQLite said no. <see cref="Code"/> is its extended result code.</summary>
internal sealed class SqliteException(int code, string message) : Exception(message)
{
    public int Code { get; } = code;

    public bool IsConstraint => (Code & 0xff) == raw.SQLITE_CONSTRAINT;
}

/// <summary>
/// One connection to a database file, for one thread at a time; statements are prepared once. The journal is written ahead
/// (WAL) and synced at each commit, so that neither a killed process nor a power cut loses what was acknowledged.
/// </summary>
internal sealed class SqliteConnection : IDisposable
{
    private readonly sqlite3 _db;
    private readonly Dictionary<string, sqlite3_stmt> _statements = [];

    static SqliteConnection() => Batteries_V2.Init();

    private SqliteConnection(sqlite3 db) => _db = db;

    public static string PathOf(string connectionString)
    {
        DbConnectionStringBuilder parts;
        try
        {
            parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
        }
        catch (ArgumentException e)
        {
            throw new ConfigurationException($"connection-string isn't one of SQLite: {e.Message}");
        }

        foreach (var key in new[] { "Data Source", "DataSource", "Filename" })
        {
            if (parts.TryGetValue(key, out var value) && value is string { Length: > 0 } path)
            {
                return path.Contains(":memory:", StringComparison.Ordinal)
                    ? throw new ConfigurationException("connection-string: an SQLite database in memory can't be a journal, give a file.")
                    : Path.GetFullPath(path);
            }
        }

        throw new ConfigurationException("connection-string of SQLite lacks 'Data Source=<file>'.");
    }

    public static SqliteConnection Open(string path)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } directory)
            Directory.CreateDirectory(directory);
        var code = raw.sqlite3_open_v2(path, out var db, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null);
        var connection = new SqliteConnection(db);
        try
        {
            if (code != raw.SQLITE_OK)
                throw new SqliteException(code, $"Can't open SQLite database {path}: {raw.sqlite3_errstr(code).utf8_to_string()}");
            raw.sqlite3_extended_result_codes(db, 1);

            // Another connection of this process writes snapshots, a second process may look.
            raw.sqlite3_busy_timeout(db, 5000);
            connection.Query("PRAGMA journal_mode = WAL", [], _ => 0);
            connection.Execute("PRAGMA synchronous = FULL");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public long LastInsertedRow => raw.sqlite3_last_insert_rowid(_db);

    public void Execute(string sql, params object?[] arguments) => Query(sql, arguments, _ => 0);

    public List<T> Query<T>(string sql, object?[] arguments, Func<sqlite3_stmt, T> map)
    {
        var statement = Prepare(sql);
        try
        {
            for (var i = 0; i < arguments.Length; i++)
                Bind(statement, i + 1, arguments[i]);
            var rows = new List<T>();
            while (true)
            {
                var code = raw.sqlite3_step(statement);
                if (code == raw.SQLITE_DONE)
                    return rows;
                if (code != raw.SQLITE_ROW)
                    throw Failure(code);
                rows.Add(map(statement));
            }
        }
        finally
        {
            // The result repeats the failure of the last step, which has been thrown.
            _ = raw.sqlite3_reset(statement);
            raw.sqlite3_clear_bindings(statement);
        }
    }

    /// <summary>Runs the body in a transaction that has the write lock from its start.</summary>
    public void InTransaction(Action body)
    {
        Execute("BEGIN IMMEDIATE");
        try
        {
            body();
            Execute("COMMIT");
        }
        catch
        {
            // SQLite rolls back by itself on some errors, a full disk among them.
            if (raw.sqlite3_get_autocommit(_db) == 0)
                Execute("ROLLBACK");
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _statements.Clear();
        _db.Dispose();
    }

    private sqlite3_stmt Prepare(string sql)
    {
        if (_statements.TryGetValue(sql, out var known))
            return known;
        var code = raw.sqlite3_prepare_v2(_db, sql, out var statement);
        if (code != raw.SQLITE_OK)
            throw Failure(code);
        _statements.Add(sql, statement);
        return statement;
    }

    private static void Bind(sqlite3_stmt statement, int index, object? value)
    {
        _ = value switch
        {
            null => raw.sqlite3_bind_null(statement, index),
            long number => raw.sqlite3_bind_int64(statement, index, number),
            int number => raw.sqlite3_bind_int(statement, index, number),
            string text => raw.sqlite3_bind_text(statement, index, text),
            byte[] { Length: 0 } => raw.sqlite3_bind_zeroblob(statement, index, 0),
            byte[] bytes => raw.sqlite3_bind_blob(statement, index, bytes),
            _ => throw new ArgumentException($"Can't bind a {value.GetType()}.", nameof(value)),
        };
    }

    private SqliteException Failure(int code) => new(
        raw.sqlite3_extended_errcode(_db),
        string.Create(CultureInfo.InvariantCulture, $"SQLite error {code}: {raw.sqlite3_errmsg(_db).utf8_to_string()}"));
}
