using Analyzer.Node.Http.Access;
using Analyzer.Node.Http.Api;
using Microsoft.Extensions.FileProviders;
using Shared.Messages.Configuration;
using Shared.Messages.Security;

namespace Analyzer.Node.Http;

/// <summary>The HTTP API, the pages' WebSocket and the page itself.</summary>
internal static class HttpApi
{
    /// <summary>Maps all of it.</summary>
    public static void MapSkydive(this WebApplication application, SkydiveConfig config)
    {
        var options = config.Analyzer.Http;
        application.UseMiddleware<ErrorAnswers>();
        application.UseMiddleware<Browsers>(options);
        application.UseRateLimiter();
        UsePage(application, options.WebRoot);
        application.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(15) });
        application.UseRouting();
        var logins = application.Services.GetRequiredService<Logins>();
        var audit = application.Services.GetRequiredService<AuditLog>();
        application.UseMiddleware<WhoAsks>(logins, config.Users, audit);
        application.UseAuthorization();
        application.UseBodyLimits();
        var services = application.Services.GetRequiredService<AnalyzerServices>();
        new LoginApi(logins, config.Users, audit).Map(application);
        new TopologyApi(services, audit).Map(application);
        new CaptureApi(services, audit).Map(application);
        new InjectionApi(services, audit).Map(application);
        new FabricApi(services, audit).Map(application);
        new HostApi(services, audit).Map(application);
        new StatusApi(services).Map(application);
        application.MapPrometheusScrapingEndpoint("/metrics");
        new PcapApi(services, audit).Map(application);
        new SocketApi(services, logins, options.MaxSockets, application.Lifetime.ApplicationStopping).Map(application);
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
