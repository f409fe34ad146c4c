namespace Akka.Persistence.Sql;

/// <summary>Creates the tables before the first use; as long as the database is away, each use tries again.</summary>
internal sealed class Preparation(bool enabled, Func<Task> create)
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile bool _done = !enabled;

    public async Task Ensure()
    {
        if (_done)
            return;
        await _one.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_done)
                return;
            await create().ConfigureAwait(false);
            _done = true;
        }
        finally
        {
            _one.Release();
        }
    }
}
