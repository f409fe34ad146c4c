using System.Net;
using Akka.Actor;
using Analyzer.Node.Http.Api;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.FileProviders;
using Shared.Messages.Configuration;

namespace Analyzer.Node.Http;

/// <summary>The HTTP API, the pages' WebSocket and the page itself.</summary>
internal sealed class HttpServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private HttpServer(WebApplication application) => _application = application;

    /// <summary>Where it listens: with the port the system chose when none was configured.</summary>
    public string Address => _application.Urls.First();

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<HttpServer> StartAsync(HttpOptions options, AnalyzerServices services, IActorRef gateway, Serilog.ILogger log)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(log);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBody;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            Listen(kestrel, options);
        });
        // The process ends by the analyzer's own handling of signals, which leaves the cluster first.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();

        var application = builder.Build();
        application.UseMiddleware<ErrorAnswers>();
        UsePage(application, options.WebRoot);
        application.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(15) });
        application.UseRouting();
        new TopologyApi(services).Map(application);
        new CaptureApi(services).Map(application);
        new InjectionApi(services).Map(application);
        new FabricApi(services).Map(application);
        new StatusApi(services).Map(application);
        new MetricsApi(services).Map(application);
        new PcapApi(services).Map(application);
        new SocketApi(gateway, application.Lifetime.ApplicationStopping).Map(application);
        await application.StartAsync().ConfigureAwait(false);
        return new HttpServer(application);
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        await _application.StopAsync(patience.Token).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }

    private static void Listen(KestrelServerOptions kestrel, HttpOptions options)
    {
        if (IPAddress.TryParse(options.Host, out var address))
            kestrel.Listen(address, options.Port);
        else if (options.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            kestrel.ListenLocalhost(options.Port);
        else
            throw new SkydiveConfigException("skydive.analyzer.http.host", options.Host, "should be an IP address or localhost; 0.0.0.0 is every address");
    }

    private static void UsePage(WebApplication application, string webRoot)
    {
        var root = Path.GetFullPath(webRoot.Length > 0 ? webRoot : Path.Combine(AppContext.BaseDirectory, "wwwroot"));
        if (!Directory.Exists(root))
            return;
        var files = new PhysicalFileProvider(root);
        application.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        application.UseStaticFiles(new StaticFileOptions { FileProvider = files });
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
