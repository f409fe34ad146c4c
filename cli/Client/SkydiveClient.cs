using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cli.Client;

/// <summary>The analyzer's public HTTP API, as any user's script would call it.</summary>
internal sealed class SkydiveClient(Uri baseAddress, Credentials? credentials = null, string? authority = null) : IDisposable
{
    private readonly HttpClient _http = new(Handler(authority)) { BaseAddress = baseAddress, Timeout = TimeSpan.FromSeconds(30), DefaultRequestHeaders = { Authorization = credentials?.Header } };

    /// <summary>Runs a Gremlin query; the answer is an array, or a number for Count.</summary>
    public async Task<JsonNode> QueryAsync(string gremlin, CancellationToken cancel) =>
        await SendAsync(HttpMethod.Post, "/api/topology", new JsonObject { ["GremlinQuery"] = gremlin }, cancel) ?? new JsonArray();

    public async Task<IReadOnlyList<JsonObject>> ElementsAsync(string gremlin, CancellationToken cancel) =>
        [.. (await QueryAsync(gremlin, cancel)).AsArray().OfType<JsonObject>()];

    /// <summary>Adds a link in the fabric link language.</summary>
    public Task CreateFabricLinkAsync(string link, CancellationToken cancel) => SendAsync(HttpMethod.Post, "/api/fabric", new JsonObject { ["Link"] = link }, cancel);

    public async Task<JsonObject> CreateCaptureAsync(JsonObject capture, CancellationToken cancel) =>
        (await SendAsync(HttpMethod.Post, "/api/capture", capture, cancel))!.AsObject();

    public Task DeleteCaptureAsync(string uuid, CancellationToken cancel) => SendAsync(HttpMethod.Delete, $"/api/capture/{uuid}", null, cancel);

    public async Task<JsonObject> CreateInjectionAsync(JsonObject injection, CancellationToken cancel) =>
        (await SendAsync(HttpMethod.Post, "/api/injectpacket", injection, cancel))!.AsObject();

    public async Task<JsonObject> InjectionAsync(string uuid, CancellationToken cancel) =>
        (await SendAsync(HttpMethod.Get, $"/api/injectpacket/{uuid}", null, cancel))!.AsObject();

    public async Task<JsonObject> StatusAsync(CancellationToken cancel) =>
        (await SendAsync(HttpMethod.Get, "/api/status", null, cancel))!.AsObject();

    /// <summary>True when the analyzer says it is ready; false when it says it isn't, or doesn't answer.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancel)
    {
        try
        {
            using var answer = await _http.GetAsync("/health/ready", cancel);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public void Dispose() => _http.Dispose();

    // Certificates of an authority of one's own are taken besides those of the system's, by name as these.
    private static SocketsHttpHandler Handler(string? authority)
    {
        // Credentials must not follow to another place.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        if (authority is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(authority);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        return handler;
    }

    private async Task<JsonNode?> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await _http.SendAsync(request, cancel);
        var text = await answer.Content.ReadAsStringAsync(cancel);
        if (!answer.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"{method} {path} was answered with {(int)answer.StatusCode}: {text}", null, answer.StatusCode);
        }

        try
        {
            return text.Length == 0 ? null : JsonNode.Parse(text);
        }
        catch (JsonException e)
        {
            throw new HttpRequestException($"{method} {path} was answered with something that isn't JSON ({e.Message}): {text}", e);
        }
    }
}
