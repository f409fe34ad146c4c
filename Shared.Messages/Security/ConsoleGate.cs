using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Shared.Messages.Configuration;
using Shared.Messages.Telemetry;

namespace Shared.Messages.Security;

/// <summary>
/// The console for others than this machine. Petabridge.Cmd asks nobody who he is, so it listens on loopback alone; here somebody
/// first says who he is, in a line of JSON, and is passed on if he's an admin. With certificates between nodes it's TLS.
/// </summary>
internal sealed class ConsoleGate : IDisposable
{
    private const string Loopback = "127.0.0.1";
    private const int MostConnections = 32;
    private const int LongestLogin = 4 << 10;

    private static readonly TimeSpan LoginPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdlePatience = TimeSpan.FromMinutes(15);

    private readonly Socket _socket;
    private readonly int _console;
    private readonly Logins _logins;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly ILoggingAdapter _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Socket, byte> _open = new();

    private ConsoleGate(Socket socket, int console, Logins logins, TlsOptions? tls, ILoggingAdapter log)
    {
        _socket = socket;
        _console = console;
        _logins = logins;
        _tls = tls is null ? null : NodeTls.Open(tls).Gate;
        _log = log;
    }

    /// <summary>Where it listens.</summary>
    internal IPEndPoint Endpoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Tells Petabridge.Cmd where to listen, and opens a gate where others than this machine are to reach it and users are asked for.</summary>
    /// <param name="system">The console's actor system; the gate ends with it.</param>
    /// <param name="endpoint">As configured.</param>
    /// <param name="logins">Who is let in.</param>
    /// <param name="tls">Certificates; null: it isn't encrypted.</param>
    /// <exception cref="SkydiveConfigException">The address can't be listened on.</exception>
    public static void Configure(ActorSystem system, EndpointOptions endpoint, Logins logins, TlsOptions? tls)
    {
        var isGuarded = logins.AreAsked && !Exposure.IsLoopback(endpoint.Host);
        var host = isGuarded ? Loopback : endpoint.Host;
        system.Settings.InjectTopLevelFallback(ConfigurationFactory.ParseString($$"""petabridge.cmd { host = "{{host}}", port = {{endpoint.Port}} }"""));
        if (isGuarded)
        {
            var gate = Open(endpoint, endpoint.Port, logins, tls, Akka.Event.Logging.GetLogger(system, typeof(ConsoleGate)));
            system.RegisterOnTermination(gate.Dispose);
        }
    }

    /// <summary>Opens a gate.</summary>
    internal static ConsoleGate Open(EndpointOptions endpoint, int console, Logins logins, TlsOptions? tls, ILoggingAdapter log)
    {
        if (!IPAddress.TryParse(endpoint.Host, out var address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            throw new SkydiveConfigException("skydive.console.host", endpoint.Host, "should be one IP address of this machine: 127.0.0.1 is listened on besides");
        }

        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, endpoint.Port));
            socket.Listen();
            var gate = new ConsoleGate(socket, console, logins, tls, log);
            _ = Task.Run(gate.AcceptAsync);
            return gate;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new SkydiveConfigException("skydive.console.host", endpoint.Host, $"can't be listened on: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _socket.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var client = await _socket.AcceptAsync(_stop.Token).ConfigureAwait(false);
                if (_open.Count >= MostConnections)
                {
                    ListenerMetrics.CountRefused("console", "connections");
                    client.Dispose();
                    continue;
                }

                _open.TryAdd(client, 0);
                _ = Task.Run(() => ServeAsync(client));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                _log.Warning("a console's connection can't be accepted: {0}", e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100)).ConfigureAwait(false);
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            var from = ((IPEndPoint)client.RemoteEndPoint!).Address;
            await using var plain = new NetworkStream(client, ownsSocket: true);
            await using var tls = _tls is null ? null : new SslStream(plain);
            Stream stream = tls is null ? plain : tls;
            using (var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token))
            {
                patience.CancelAfter(LoginPatience);
                if (tls is not null)
                {
                    await tls.AuthenticateAsServerAsync(_tls!, patience.Token).ConfigureAwait(false);
                }

                if (await ReadLoginAsync(stream, patience.Token).ConfigureAwait(false) is not { } login || await LookAsync(login, from, patience.Token).ConfigureAwait(false) is not { } user)
                {
                    ListenerMetrics.CountRefused("console", "login");
                    await stream.WriteAsync("{\"Text\":\"log in first, as an admin (SKYDIVE_USER, SKYDIVE_PASSWORD)\",\"Failed\":true,\"Final\":true}\n"u8.ToArray(), patience.Token).ConfigureAwait(false);
                    return;
                }

                _log.Info("{0} from {1} uses the console", user.Name, from);
            }

            using var console = new TcpClient();
            await console.ConnectAsync(Loopback, _console, _stop.Token).ConfigureAwait(false);
            await Task.WhenAny(PassAsync(stream, console.GetStream()), PassAsync(console.GetStream(), stream)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException)
        {
            ListenerMetrics.CountRefused("console", e is OperationCanceledException ? "slow" : "broken");
            _log.Debug("a console's connection ended: {0}", e.Message);
        }
        finally
        {
            _open.TryRemove(client, out _);
        }
    }

    private async Task<User?> LookAsync((string Name, string Password) login, IPAddress from, CancellationToken stop)
    {
        var (result, user) = await _logins.LookAsync(login.Name, login.Password, from, stop).ConfigureAwait(false);
        if (user is { Role: Role.Admin })
        {
            return user;
        }

        _log.Warning("{0} from {1} isn't let into the console: {2}", UserFile.IsName(login.Name) ? login.Name : "a name that can't be", from, result == LoginResult.Welcome ? "no admin" : result.ToString());
        return null;
    }

    // A line {"User":"…","Password":"…"}; byte by byte, for what follows is the console's.
    private static async Task<(string Name, string Password)?> ReadLoginAsync(Stream stream, CancellationToken stop)
    {
        var line = new byte[LongestLogin];
        for (var length = 0; length < line.Length; length++)
        {
            if (await stream.ReadAsync(line.AsMemory(length, 1), stop).ConfigureAwait(false) == 0)
            {
                return null;
            }

            if (line[length] == '\n')
            {
                return Parse(line.AsMemory(0, length));
            }
        }

        return null;
    }

    private static (string Name, string Password)? Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("User", out var name) && name.ValueKind == JsonValueKind.String
                && document.RootElement.TryGetProperty("Password", out var password) && password.ValueKind == JsonValueKind.String
                ? (name.GetString()!, password.GetString()!)
                : null;
        }
        // A text that JSON's grammar allows and Unicode doesn't is none, either.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private async Task PassAsync(Stream from, Stream to)
    {
        var buffer = new byte[8 << 10];
        while (true)
        {
            using var idle = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            idle.CancelAfter(IdlePatience);
            var length = await from.ReadAsync(buffer, idle.Token).ConfigureAwait(false);
            if (length == 0)
            {
                return;
            }

            await to.WriteAsync(buffer.AsMemory(0, length), idle.Token).ConfigureAwait(false);
        }
    }
}
