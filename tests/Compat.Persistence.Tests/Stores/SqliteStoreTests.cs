namespace Compat.Persistence.Tests.Stores;

public sealed class SqliteStoreTests : DurableStoreSpec
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sqlite-").FullName;

    protected override string Hocon => SqlHocon.Of("SQLite", $"Data Source={_directory}/journal.db");

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
