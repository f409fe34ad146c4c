using System.Collections.Concurrent;

namespace Akka.Persistence.Sql.Sqlite;

/// <summary>
/// A thread with a connection of its own: SQLite's calls block, and must block neither an actor nor the thread pool. A connection
/// that failed is opened anew for the next operation.
/// </summary>
internal sealed class SqliteWorker : IAsyncDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _path;
    private SqliteConnection? _connection;

    public SqliteWorker(string path, string name)
    {
        _path = path;
        new Thread(Run) { IsBackground = true, Name = name }.Start();
    }

    public Task<T> Do<T>(Func<SqliteConnection, T> operation)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _work.Add(() =>
            {
                try
                {
                    done.SetResult(operation(_connection ??= SqliteConnection.Open(_path)));
                }
                catch (Exception e)
                {
                    if (e is not SqliteException { IsConstraint: true })
                    {
                        _connection?.Dispose();
                        _connection = null;
                    }

                    done.SetException(e);
                }
            });
        }
        catch (InvalidOperationException)
        {
            done.SetException(new ObjectDisposedException(nameof(SqliteWorker), $"The database {_path} is being closed."));
        }

        return done.Task;
    }

    public Task Do(Action<SqliteConnection> operation) => Do(connection =>
    {
        operation(connection);
        return 0;
    });

    /// <summary>Takes no more operations; ends when those that were taken have ended and the connection is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        _work.CompleteAdding();
        await _ended.Task.ConfigureAwait(false);
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
            work();
        _connection?.Dispose();
        _ended.SetResult();
    }
}
