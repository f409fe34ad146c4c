using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;

namespace Cli.Client;

/// <summary>`client query GREMLIN`: asks an analyzer by its HTTP API and prints the JSON it answers.</summary>
internal static class ClientCommand
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var gremlin = new Argument<string>("gremlin") { Description = "for example \"G.V().Has('Type', 'ovsbridge')\"" };
        var analyzer = new Option<Uri>("--analyzer")
        {
            Description = "the analyzer's address",
            DefaultValueFactory = _ => new Uri("http://127.0.0.1:8082"),
            CustomParser = ReadAddress,
        };
        var credentials = new Option<string?>("--credentials") { Description = "a file of mode 600 with name:password; without it, the environment's SKYDIVE_USER and SKYDIVE_PASSWORD, or the file SKYDIVE_CREDENTIALS names" };
        var authority = new Option<string?>("--authority") { Description = "PEM file of the authority of the analyzer's HTTPS; without it, the system's" };
        var query = new Command("query", "run a Gremlin query") { gremlin, analyzer, credentials, authority };
        query.SetAction((parsed, cancel) => QueryAsync(parsed.GetValue(analyzer)!, parsed.GetValue(gremlin)!, () => Credentials.Find(parsed.GetValue(credentials)), parsed.GetValue(authority), cancel));
        return new Command("client", "ask an analyzer by its HTTP API") { query };
    }

    private static Uri? ReadAddress(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps))
        {
            return address;
        }

        result.AddError($"--analyzer takes an address like http://127.0.0.1:8082, not '{text}'");
        return null;
    }

    private static async Task<int> QueryAsync(Uri analyzer, string gremlin, Func<Credentials?> credentials, string? authority, CancellationToken cancel)
    {
        try
        {
            using var client = new SkydiveClient(analyzer, credentials(), authority);
            Console.WriteLine((await client.QueryAsync(gremlin, cancel)).ToJsonString(_indented));
            return 0;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or System.Security.Cryptography.CryptographicException or TaskCanceledException { InnerException: TimeoutException })
        {
            await Console.Error.WriteLineAsync($"skydive: {analyzer}: {e.Message}");
            return 1;
        }
    }
}
