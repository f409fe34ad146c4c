using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Analyzer.Node.Logging;
using Microsoft.Extensions.Logging;
using Shared.Messages.Configuration;
using Shared.Messages.Flows;
using Shared.Messages.Logging;

namespace Analyzer.Node.Host;

/// <summary>
/// Holds a database to one number of flow partitions: flows are looked for where that number puts them, so with another one those
/// stored before would be hidden. The first analyzer on a database stores its own, all later ones must have the same.
/// </summary>
internal static class FlowPartitionCount
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Compares the configured number with the database's. A database that can't be reached is waited for in the background; if it
    /// turns out then that the numbers differ, the analyzer leaves the cluster and ends.
    /// </summary>
    /// <param name="system">The analyzer's actor system.</param>
    /// <param name="configured">The configured number.</param>
    /// <param name="patience">Time the database has before the analyzer goes on without its word; 5 s unless given.</param>
    /// <exception cref="SkydiveConfigException">The database has another number.</exception>
    public static async Task ConfirmAsync(ActorSystem system, int configured, TimeSpan? patience = null)
    {
        var found = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ActorOf(SingletonGuardian.Props(Props.Create(() => new StoredCount(configured, found)), "flow partitions"), "flow-partitions");
        if (await Task.WhenAny(found.Task, Task.Delay(patience ?? LongestWait)).ConfigureAwait(false) == found.Task)
        {
            Compare(configured, await found.Task.ConfigureAwait(false));
        }
        else
        {
            _ = CompareLaterAsync(system, configured, found.Task);
        }
    }

    private static async Task CompareLaterAsync(ActorSystem system, int configured, Task<int> found)
    {
        try
        {
            Compare(configured, await found.ConfigureAwait(false));
        }
        catch (SkydiveConfigException e)
        {
            system.Log(nameof(FlowPartitionCount)).PartitionCountDiffers(e.Message);
            await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance).ConfigureAwait(false);
        }
    }

    private static void Compare(int configured, int stored)
    {
        if (configured != stored)
        {
            throw new SkydiveConfigException(
                "skydive.analyzer.flow-partitions", $"{configured}", $"should be {stored}: this database's flows are stored in so many partitions, and with another number they couldn't be found");
        }
    }

    private sealed class StoredCount : ReceivePersistentActor
    {
        private int _stored;

        public StoredCount(int configured, TaskCompletionSource<int> found)
        {
            Recover<FlowPartitionsFixed>(stored => _stored = stored.Count);
            Recover<RecoveryCompleted>(_ =>
            {
                if (_stored > 0)
                {
                    found.TrySetResult(_stored);
                }
                else
                {
                    // Of two analyzers that start at once on an empty database one can't store this; it starts again and finds the other's.
                    Persist(new FlowPartitionsFixed { Count = configured, At = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() }, persisted => found.TrySetResult(persisted.Count));
                }
            });
        }

        public override string PersistenceId => "flow-partitions";
    }
}
