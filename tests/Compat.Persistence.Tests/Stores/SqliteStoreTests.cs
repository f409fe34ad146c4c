using System.Diagnostics;
using Akka.Actor;
using Compat.Persistence.Tests.Kit;

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

    [Fact]
    public async Task Nothing_acknowledged_is_lost_by_a_crash()
    {
        var teller = await StartTeller(Id("crash"), "recovered  at 0");
        for (var i = 0; i < 50; i++)
            await Ask(teller, new Say($"{i},"), $"said {i},");

        // What the files hold at this moment is what a process killed at this moment leaves behind.
        var copy = Directory.CreateDirectory(Path.Combine(_directory, "copy"));
        foreach (var file in Directory.GetFiles(_directory, "journal.db*").Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(copy.FullName, Path.GetFileName(file)));
        var later = Start(SqlHocon.Of("SQLite", $"Data Source={copy.FullName}/journal.db"));
        var probe = new Probe(later);
        later.ActorOf(Teller.Of(Id("crash"), probe));

        await probe.Expect($"recovered {string.Concat(Enumerable.Range(0, 50).Select(i => $"{i},"))} at 50");
    }

    [Fact]
    public async Task A_full_disk_stops_the_actor_that_persists_and_the_journal_goes_on_when_there_is_room()
    {
        var disk = Path.Combine(_directory, "disk");
        Directory.CreateDirectory(disk);
        await Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk);
        try
        {
            var system = Start(SqlHocon.Of("SQLite", $"Data Source={disk}/journal.db"));
            var probe = new Probe(system);
            var teller = system.ActorOf(Teller.Of("full", probe));
            await probe.Expect("recovered  at 0");
            teller.Tell(new Say("a"), probe.Ref);
            await probe.Expect("said a");
            await File.WriteAllBytesAsync(Path.Combine(disk, "ballast"), new byte[200_000]);
            await probe.WatchFor(teller);
            teller.Tell(new Say(new string('x', 900_000)), probe.Ref);
            (await probe.Expect<string>()).ShouldStartWith("failed x");
            await probe.Expect<Terminated>();

            File.Delete(Path.Combine(disk, "ballast"));
            var again = system.ActorOf(Teller.Of("full", probe));
            await probe.Expect("recovered a at 1");
            again.Tell(new Say("b"), probe.Ref);
            await probe.Expect("said b");
            await system.Terminate();
        }
        finally
        {
            await Run("umount", "-l", disk);
        }
    }

    private static async Task Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)} (these tests run as root)");
    }
}
