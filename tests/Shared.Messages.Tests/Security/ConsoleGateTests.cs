using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Akka.Event;
using Shared.Messages.Configuration;
using Shared.Messages.Security;

namespace Shared.Messages.Tests.Security;

/// <summary>The console on another address, before an echo that stands for the console.</summary>
public sealed class ConsoleGateTests : IDisposable
{
    private const string Password = "password";

    private readonly string _folder = Directory.CreateTempSubdirectory("skydive-console-").FullName;
    private readonly TcpListener _console = new(IPAddress.Loopback, 0);
    private readonly Logins _logins;
    private readonly TlsOptions _tls;

    public ConsoleGateTests()
    {
        var users = Path.Combine(_folder, "users");
        var hash = UserFile.Hash(Password);
        File.WriteAllLines(users, [UserFile.Line(new User("root", Role.Admin, false), hash), UserFile.Line(new User("otto", Role.Operator, true), hash)]);
        _logins = new Logins(new UsersOptions(users, TimeSpan.FromHours(1), [], "X", ""), TimeProvider.System);
        CertificateAuthority.Create(_folder, "ours", TimeSpan.FromDays(1));
        CertificateAuthority.Issue(_folder, "node", ["127.0.0.2"], CertificateUse.Node, TimeSpan.FromDays(1));
        _tls = new TlsOptions(Path.Combine(_folder, "ca.pem"), new KeyFiles(Path.Combine(_folder, "node.pem"), Path.Combine(_folder, "node.key")));
        _console.Start();
        _ = Task.Run(EchoAsync);
    }

    public void Dispose()
    {
        _console.Stop();
        _logins.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task An_admin_is_passed_on_encrypted()
    {
        using var gate = Gate(_tls);
        using var client = await ConnectAsync(gate);
        await using var tls = new SslStream(client.GetStream(), false, (_, shown, _, _) => shown is not null);
        await tls.AuthenticateAsClientAsync("127.0.0.2");
        (await SayAsync(tls, Login("root", Password) + "hello\n")).ShouldBe("hello");
    }

    [Theory]
    [InlineData("root", "wrong")]
    [InlineData("nobody", Password)]
    [InlineData("otto", Password)]
    public async Task Nobody_else_is(string name, string password)
    {
        using var gate = Gate(null);
        using var client = await ConnectAsync(gate);
        (await SayAsync(client.GetStream(), Login(name, password) + "hello\n")).ShouldStartWith("{\"Text\":\"log in first");
    }

    [Fact]
    public async Task Ten_thousand_random_lines_and_more_connections_than_it_takes_leave_it_as_it_was()
    {
        using var gate = Gate(null);
        var random = new Random(11);
        for (var i = 0; i < 10_000; i++)
        {
            using var stranger = await ConnectAsync(gate);
            var line = new byte[random.Next(1, 200)];
            random.NextBytes(line);
            line[^1] = (byte)'\n';
            try
            {
                await stranger.GetStream().WriteAsync(line);
            }
            catch (IOException)
            {
                // Refused already.
            }
        }

        List<TcpClient> silent = [];
        for (var i = 0; i < 100; i++)
        {
            silent.Add(await ConnectAsync(gate));
        }

        silent.ForEach(client => client.Dispose());
        var answered = false;
        for (var i = 0; i < 100 && !answered; i++)
        {
            using var client = await ConnectAsync(gate);
            try
            {
                answered = await SayAsync(client.GetStream(), Login("root", Password) + "hello\n") == "hello";
            }
            catch (IOException)
            {
                await Task.Delay(100);
            }
        }

        answered.ShouldBeTrue();
    }

    [Fact]
    public void Every_address_at_once_is_refused() => Should.Throw<SkydiveConfigException>(() =>
        ConsoleGate.Open(new EndpointOptions("0.0.0.0", 0), 1, _logins, null, NoLogger.Instance)).Message.ShouldContain("one IP address");

    private ConsoleGate Gate(TlsOptions? tls) => ConsoleGate.Open(new EndpointOptions("127.0.0.2", 0), ((IPEndPoint)_console.LocalEndpoint).Port, _logins, tls, NoLogger.Instance);

    private static async Task<TcpClient> ConnectAsync(ConsoleGate gate)
    {
        var client = new TcpClient();
        await client.ConnectAsync(gate.Endpoint);
        return client;
    }

    private static string Login(string name, string password) => $$"""{"User":"{{name}}","Password":"{{password}}"}""" + "\n";

    private static async Task<string> SayAsync(Stream stream, string text)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text));
        using var reader = new StreamReader(stream, leaveOpen: true);
        return await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) ?? "";
    }

    private async Task EchoAsync()
    {
        while (true)
        {
            try
            {
                var client = await _console.AcceptTcpClientAsync();
                _ = Task.Run(async () =>
                {
                    using (client)
                    {
                        await client.GetStream().CopyToAsync(client.GetStream());
                    }
                });
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
