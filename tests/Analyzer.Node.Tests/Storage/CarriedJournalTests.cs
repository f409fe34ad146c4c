namespace Analyzer.Node.Tests.Storage;

/// <summary>Databases of earlier versions, as <see cref="StoredContent.Store"/> filled them when they were current.</summary>
public sealed class CarriedJournalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("journal-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("journal-1.sqlite")]
    public void A_journal_of_an_earlier_version_is_read_as_it_was_written(string file)
    {
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Storage", file), Path.Combine(_folder, "skydive.db"));
        using var system = StoredSystem.Sqlite(_folder);
        StoredContent.Check(system);
    }
}
