using System.Net;
using System.Net.Sockets;
using System.Text;
using Cli.Client;

namespace Cli.Tests.Client;

public sealed class CredentialsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task A_files_name_and_password_go_with_the_query()
    {
        await File.WriteAllTextAsync(_file, "vera:pass:word\n");
        File.SetUnixFileMode(_file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var analyzer = new TcpListener(IPAddress.Loopback, 0);
        analyzer.Start();
        var asked = Task.Run(async () =>
        {
            using var connection = await analyzer.AcceptTcpClientAsync();
            var buffer = new byte[4096];
            var head = Encoding.ASCII.GetString(buffer, 0, await connection.GetStream().ReadAsync(buffer));
            await connection.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]"u8.ToArray());
            return head;
        });
        (await ClientCommand.Create().Parse(["query", "G.V()", "--analyzer", $"http://{analyzer.LocalEndpoint}", "--credentials", _file]).InvokeAsync()).ShouldBe(0);
        (await asked).ShouldContain("Authorization: Basic " + Convert.ToBase64String("vera:pass:word"u8));
    }

    [Theory]
    [InlineData("vera:word", UnixFileMode.UserRead | UnixFileMode.OtherRead, "chmod 600")]
    [InlineData("vera", UnixFileMode.UserRead, "name:password")]
    [InlineData("", UnixFileMode.UserRead, "name:password")]
    public void A_file_others_may_read_or_that_holds_none_is_refused(string text, UnixFileMode mode, string why)
    {
        File.WriteAllText(_file, text);
        File.SetUnixFileMode(_file, mode);
        Should.Throw<IOException>(() => Credentials.Find(_file)).Message.ShouldContain(why);
    }

    [Fact]
    public void A_password_is_never_shown() => new Credentials("vera", "secret").ToString().ShouldBe("vera");
}
