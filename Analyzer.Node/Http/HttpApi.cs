using Analyzer.Node.Http.Api;
using Microsoft.Extensions.FileProviders;
using Shared.Messages.Configuration;

namespace Analyzer.Node.Http;

/// <summary>The HTTP API, the pages' WebSocket and the page itself.</summary>
internal static class HttpApi
{
    /// <summary>Maps all of it.</summary>
    public static void MapSkydive(this WebApplication application, HttpOptions options)
    {
        application.UseMiddleware<ErrorAnswers>();
        UsePage(application, options.WebRoot);
        application.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(15) });
        application.UseRouting();
        var services = application.Services.GetRequiredService<AnalyzerServices>();
        new TopologyApi(services).Map(application);
        new CaptureApi(services).Map(application);
        new InjectionApi(services).Map(application);
        new FabricApi(services).Map(application);
        new HostApi(services).Map(application);
        new StatusApi(services).Map(application);
        application.MapPrometheusScrapingEndpoint("/metrics");
        new PcapApi(services).Map(application);
        new SocketApi(services, application.Lifetime.ApplicationStopping).Map(application);
    }

    private static void UsePage(WebApplication application, string webRoot)
    {
        var root = Path.GetFullPath(webRoot.Length > 0 ? webRoot : Path.Combine(AppContext.BaseDirectory, "wwwroot"));
        if (!Directory.Exists(root))
        {
            return;
        }

        var files = new PhysicalFileProvider(root);
        application.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        application.UseStaticFiles(new StaticFileOptions { FileProvider = files });
    }
}
