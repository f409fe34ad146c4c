using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cli.Client;

namespace Benchmarks;

/// <summary>An analyzer as users run it, alone, with ports and a folder of its own.</summary>
internal sealed class AnalyzerProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private AnalyzerProcess(Process process, string folder, int remoting, Uri http, SkydiveClient client)
    {
        _process = process;
        _folder = folder;
        Remoting = remoting;
        Http = http;
        Client = client;
    }

    /// <summary>The port agents join by.</summary>
    internal int Remoting { get; }

    /// <summary>Where its API is.</summary>
    internal Uri Http { get; }

    /// <summary>Asks it.</summary>
    internal SkydiveClient Client { get; }

    /// <summary>Resident bytes.</summary>
    internal long Resident
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Seconds it has taken so far.</summary>
    internal double Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Starts one, and waits until it's ready.</summary>
    /// <param name="storage">HOCON of section storage; empty: SQLite, in its folder.</param>
    /// <param name="more">HOCON of section analyzer besides.</param>
    internal static async Task<AnalyzerProcess> StartAsync(string storage = "", string more = "")
    {
        var folder = Directory.CreateTempSubdirectory("skydive-bench-").FullName;
        var (remoting, http) = (FreePort(), FreePort());
        var file = Path.Combine(folder, "skydive.conf");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture,
            $$"""
            skydive {
              host-id = analyzer
              log.level = warning
              analyzer {
                remoting { host = "127.0.0.1", port = {{remoting}} }
                http.port = {{http}}
                console.port = 0
                storage { {{(storage.Length > 0 ? storage : $"file = \"{folder}/skydive.db\"")}} }
                {{more}}
              }
            }
            """));
        var address = new Uri($"http://127.0.0.1:{http}");
        var client = new SkydiveClient(address);
        var analyzer = new AnalyzerProcess(Process.Start(new ProcessStartInfo("dotnet", [Programs.Of("Analyzer.Node"), "run", "--config", file]))!, folder, remoting, address, client);
        try
        {
            while (!await client.IsReadyAsync(CancellationToken.None))
            {
                await Task.Delay(200);
            }

            return analyzer;
        }
        catch
        {
            analyzer.Dispose();
            throw;
        }
    }

    /// <summary>A number a query answers.</summary>
    internal async Task<long> NumberAsync(string query) => (long)await Client.QueryAsync(query, CancellationToken.None);

    /// <summary>Events and bytes that retention deleted of the flows' journal so far.</summary>
    internal async Task<(long Events, long Bytes)> DeletedAsync()
    {
        using var http = new HttpClient();
        using var status = System.Text.Json.JsonDocument.Parse(await http.GetStringAsync(new Uri(Http, "/api/status")));
        return status.RootElement.GetProperty("Journals").TryGetProperty("flows", out var flows) && flows.GetProperty("Deleted") is var deleted
            ? (deleted.GetProperty("Events").GetInt64(), deleted.GetProperty("Bytes").GetInt64())
            : (0, 0);
    }

    /// <summary>Records that all targets of its export were sent so far, and weren't.</summary>
    internal async Task<(long Sent, long Dropped)> ExportedAsync()
    {
        using var http = new HttpClient();
        using var status = System.Text.Json.JsonDocument.Parse(await http.GetStringAsync(new Uri(Http, "/api/status")));
        return status.RootElement.TryGetProperty("Export", out var export)
            ? (export.GetProperty("Targets").EnumerateArray().Sum(target => target.GetProperty("Sent").GetInt64()), export.GetProperty("Targets").EnumerateArray().Sum(target => target.GetProperty("Dropped").GetInt64()))
            : (0, 0);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
