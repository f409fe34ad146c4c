using System.Net;
using System.Net.Sockets;
using System.Text;
using Cli.Client;

namespace Cli.Tests.Client;

public sealed class ClientCommandTests
{
    [Fact]
    public async Task A_query_goes_to_the_analyzer_that_is_named()
    {
        using var analyzer = new TcpListener(IPAddress.Loopback, 0);
        analyzer.Start();
        var answered = AnswerAsync(analyzer, "[]");
        var exitCode = await ClientCommand.Create().Parse(["query", "G.V()", "--analyzer", $"http://{analyzer.LocalEndpoint}"]).InvokeAsync();
        exitCode.ShouldBe(0);
        (await answered).ShouldStartWith("POST /api/topology ");
    }

    [Theory]
    [InlineData("127.0.0.1:8082")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("analyzer")]
    public void What_is_no_address_is_refused(string address) =>
        ClientCommand.Create().Parse(["query", "G.V()", "--analyzer", address]).Errors.ShouldHaveSingleItem().Message
            .ShouldBe($"--analyzer takes an address like http://127.0.0.1:8082, not '{address}'");

    /// <summary>Answers one request; gives its first line.</summary>
    private static async Task<string> AnswerAsync(TcpListener listener, string body)
    {
        using var connection = await listener.AcceptTcpClientAsync();
        var stream = connection.GetStream();
        var buffer = new byte[4096];
        var read = new StringBuilder();
        while (!read.ToString().Contains("GremlinQuery", StringComparison.Ordinal))
        {
            read.Append(Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer)));
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
        return read.ToString().Split('\r')[0];
    }
}
