using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Analyzer.Node.Logging;
using Microsoft.Extensions.Logging;
using Shared.Messages.Configuration;
using Shared.Messages.Hosting;

namespace Analyzer.Node.Host;

/// <summary>
/// Where one of several analyzers waits until most of them are there: only then may it join a cluster, or begin one. An analyzer that
/// was parted from the others and put itself down would else begin a cluster of its own, which writes to the same journal.
/// </summary>
internal static class SeedGate
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>How long those before it in the list have to turn up before an analyzer may begin the cluster in their place.</summary>
    private static readonly TimeSpan GraceForEarlier = TimeSpan.FromSeconds(10);

    /// <summary>Waits, listening meanwhile so that the others see this one.</summary>
    /// <returns>The seeds in the order to try them in: this node first if it's the first that's there, which begins a cluster when nobody has one.</returns>
    public static async Task<IReadOnlyList<string>> PassAsync(AnalyzerOptions options, ILogger log, CancellationToken stop)
    {
        if (options.Seeds.Count == 1)
        {
            return options.Seeds;
        }

        using var door = Listen(options.Remoting);
        using var closed = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var answering = AnswerAsync(door, closed.Token);
        var own = options.Remoting.Endpoint;
        var enough = default(long?);
        for (var looks = 0; ; looks++)
        {
            var listens = await Task.WhenAll(options.Seeds.Select(seed => seed == own ? Task.FromResult(true) : Knock.ListensAsync(seed, stop))).ConfigureAwait(false);
            if (listens.Count(there => there) >= MajorityOf(options.Seeds.Count))
            {
                enough ??= Stopwatch.GetTimestamp();
                var order = Order(options.Seeds, listens);
                if (order[0] != own || options.Seeds[0] == own || Stopwatch.GetElapsedTime(enough.Value) >= GraceForEarlier)
                {
                    await closed.CancelAsync().ConfigureAwait(false);
                    await answering.ConfigureAwait(false);
                    return order;
                }
            }
            else
            {
                enough = null;
                if (looks % 60 == 0)
                {
                    log.WaitsForMajority(string.Join(", ", options.Seeds.Where((_, i) => !listens[i])), MajorityOf(options.Seeds.Count), options.Seeds.Count);
                }
            }

            await Task.Delay(LookEvery, stop).ConfigureAwait(false);
        }
    }

    /// <summary>More than half.</summary>
    public static int MajorityOf(int seeds) => (seeds / 2) + 1;

    /// <summary>Those that are there before those that aren't, each in the order configured.</summary>
    internal static IReadOnlyList<string> Order(IReadOnlyList<string> seeds, IReadOnlyList<bool> listens) =>
        [.. seeds.Where((_, i) => listens[i]), .. seeds.Where((_, i) => !listens[i])];

    private static TcpListener Listen(RemotingOptions remoting)
    {
        var address = IPAddress.TryParse(remoting.BindHost, out var given) ? given : Dns.GetHostAddresses(remoting.BindHost)[0];
        var door = new TcpListener(address, remoting.Port);
        door.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        door.Start();
        return door;
    }

    // Whoever wants more than to see this node will come again.
    private static async Task AnswerAsync(TcpListener door, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                (await door.AcceptSocketAsync(stop).ConfigureAwait(false)).Close(0);
            }
        }
        catch (OperationCanceledException)
        {
            // The gate is passed.
        }
    }
}
