using System.Text.Json;
using System.Text.Json.Nodes;

namespace Agent.Node.Probes.OpenVSwitch;

/// <summary>A connection that keeps <see cref="OvsTables"/> current from its start to its end.</summary>
internal sealed class OvsdbMonitor : IAsyncDisposable
{
    private readonly Action<OvsTables> _changed;
    private readonly OvsdbConnection _connection;
    private readonly List<JsonElement> _early = [];
    private OvsTables? _tables;

    private OvsdbMonitor(OvsdbConnection connection, Action<OvsTables> changed)
    {
        _connection = connection;
        _changed = changed;
    }

    public OvsdbConnection Connection => _connection;

    /// <summary>Connects. Nothing is monitored before <see cref="RunAsync"/>.</summary>
    /// <param name="path">Of the database's socket.</param>
    /// <param name="changed">Takes the tables, first whole and then after every change; called in order.</param>
    /// <param name="cancellation">Gives up connecting.</param>
    /// <exception cref="System.Net.Sockets.SocketException">Open vSwitch's database doesn't run.</exception>
    public static async Task<OvsdbMonitor> ConnectAsync(string path, Action<OvsTables> changed, CancellationToken cancellation)
    {
        OvsdbMonitor? monitor = null;
        var connection = await OvsdbConnection.ConnectAsync(path, (method, parameters) => monitor!.Take(method, parameters), cancellation)
            .ConfigureAwait(false);
        return monitor = new OvsdbMonitor(connection, changed);
    }

    /// <summary>Monitors until the connection ends, which is an exception, or is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = _connection.RunAsync(end.Token);
        try
        {
            var initial = await _connection.CallAsync("monitor", ["Open_vSwitch", "skydive", OvsTables.MonitorRequests()], end.Token)
                .ConfigureAwait(false);
            Begin(initial);
            await reading.ConfigureAwait(false);
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    // The answer to "monitor" is handed over on another thread than the notifications that follow it.
    private void Begin(JsonElement initial)
    {
        lock (_early)
        {
            _tables = OvsTables.Empty.Apply(initial);
            foreach (var update in _early)
            {
                _tables = _tables.Apply(update);
            }

            _early.Clear();
            _changed(_tables);
        }
    }

    private void Take(string method, JsonElement parameters)
    {
        if (method != "update")
        {
            return;
        }

        lock (_early)
        {
            if (_tables is null)
            {
                _early.Add(parameters[1]);
                return;
            }

            _tables = _tables.Apply(parameters[1]);
            _changed(_tables);
        }
    }
}
