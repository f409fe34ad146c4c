using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Shared.Messages.Configuration;

namespace Shared.Messages.Telemetry;

/// <summary>Collects a node's metrics and traces, and sends them by OTLP where that's configured.</summary>
public static class TelemetryHosting
{
    /// <summary>What every meter and activity source of the product is named like.</summary>
    public const string Sources = "skydive.*";

    /// <summary>Adds OpenTelemetry to a host.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="config">The node's configuration.</param>
    /// <param name="role">"agent" or "analyzer".</param>
    /// <param name="exporters">Exporters of metrics besides OTLP.</param>
    public static IServiceCollection AddSkydiveTelemetry(
        this IServiceCollection services, SkydiveConfig config, string role, Action<MeterProviderBuilder>? exporters = null)
    {
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("skydive-" + role, serviceInstanceId: config.HostId))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Sources, "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql");
                exporters?.Invoke(metrics);
            });
        if (config.Telemetry is not { OtlpEndpoint: { } endpoint } options)
        {
            return services;
        }

        telemetry
            .WithMetrics(metrics => metrics.AddOtlpExporter((otlp, reader) =>
            {
                Send(otlp, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.MetricsEvery.TotalMilliseconds;
            }))
            .WithTracing(traces => traces.AddSource(Sources, "Microsoft.AspNetCore").AddOtlpExporter(otlp => Send(otlp, "v1/traces")));
        return services;

        void Send(OtlpExporterOptions otlp, string path)
        {
            otlp.Protocol = options.OtlpOverHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
            otlp.Endpoint = options.OtlpOverHttp ? new Uri(endpoint, path) : endpoint;
        }
    }
}
