using System.Net.Sockets;
using System.Security.Cryptography;
using Analyzer.Node.Host;
using Analyzer.Node.Tests.Kit;
using Shared.Messages.Configuration;

namespace Analyzer.Node.Tests.Host;

public sealed class StorageWatchTests() : EntityTest("akka.loglevel = INFO\n" + StandingTime)
{
    private static readonly StorageOptions Options = SkydiveConfig.Parse("skydive.analyzer.storage { provider = postgresql, connection-string = \"Host=db;Database=sky\" }").Analyzer.Storage;

    private int _looks;
    private Exception? _trouble = new SocketException((int)SocketError.HostNotFound);

    [Fact]
    public async Task Whatever_keeps_a_database_from_being_opened_is_explained()
    {
        (await Health().CheckAsync(CancellationToken.None)).ShouldBe($"the database \"sky\" on db:5432 can't be used: {_trouble!.Message}");
        _trouble = new CryptographicException("no certificate");
        (await Health().CheckAsync(CancellationToken.None)).ShouldBe("the database \"sky\" on db:5432 can't be used: no certificate");
        _trouble = null;
        (await Health().CheckAsync(CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public void A_database_that_cannot_be_found_is_told_of_in_the_log_and_so_is_that_it_is_back()
    {
        EventFilter.Error(start: "the database \"sky\" on db:5432 can't be used").ExpectOne(TimeSpan.FromSeconds(60), () => Sys.ActorOf(StorageWatch.Props(Health())));
        _trouble = null;

        // The next look is due when the watch has taken the answer to the one before.
        EventFilter.Info(contains: "is back").ExpectOne(TimeSpan.FromSeconds(60), () => AwaitCondition(
            () =>
            {
                Pass(TimeSpan.FromSeconds(5));
                return Volatile.Read(ref _looks) > 1;
            },
            TimeSpan.FromSeconds(60)));
    }

    private StorageHealth Health() => new(Options, _ =>
    {
        Interlocked.Increment(ref _looks);
        return _trouble is null ? Task.CompletedTask : Task.FromException(_trouble);
    });
}
