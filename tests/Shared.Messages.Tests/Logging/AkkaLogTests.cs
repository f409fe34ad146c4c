using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Event;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Shared.Messages.Configuration;
using Shared.Messages.Hosting;
using Shared.Messages.Logging;
using LogEvent = Serilog.Events.LogEvent;

namespace Shared.Messages.Tests.Logging;

/// <summary>What actors log, as a node's log shows it.</summary>
[Collection(nameof(AkkaLogTests))]
public sealed class AkkaLogTests : IAsyncLifetime
{
    private readonly Kept _kept = new();
    private readonly IHost _host;

    public AkkaLogTests()
    {
        Log.Logger = new LoggerConfiguration().MinimumLevel.Debug().Enrich.With<SourceEnricher>().WriteTo.Sink(_kept).CreateLogger();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddAkka("log", akka => akka.WithSkydive(new LogOptions("debug", Json: false)));
        _host = builder.Build();
    }

    private ActorSystem System => _host.Services.GetRequiredService<ActorSystem>();

    public Task InitializeAsync() => _host.StartAsync();

    public async Task DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    [Fact]
    public void A_message_keeps_its_format_and_arguments_apart()
    {
        Akka.Event.Logging.GetLogger(System, "capture-1").Info("capture {0} started on {1}", 7, "eth1");

        var written = _kept.Take(e => e.MessageTemplate.Text.StartsWith("capture", StringComparison.Ordinal));
        written.Level.ShouldBe(LogEventLevel.Information);
        written.RenderMessage().ShouldBe("capture 7 started on \"eth1\"");
        written.Properties["0"].ToString().ShouldBe("7");
    }

    [Fact]
    public void An_error_carries_its_exception_and_its_actor()
    {
        var cause = new InvalidOperationException("no device");
        System.EventStream.Publish(new Error(cause, "[akka://log/user/agent#12]", typeof(AkkaLogTests), "capture failed"));

        var written = _kept.Take(e => e.Level == LogEventLevel.Error);
        written.Exception.ShouldBe(cause);
        written.RenderMessage().ShouldBe("capture failed");
        written.Properties["Source"].ToString().ShouldBe("\"user/agent\"");
    }

    [Theory]
    [InlineData("[akka://skydive/user/agent/uplink#213]", "user/agent/uplink")]
    [InlineData("akka.tcp://skydive@10.0.0.1:9111/user/graph", "user/graph")]
    [InlineData("Cluster (akka://skydive)", "Cluster (akka://skydive)")]
    [InlineData("", "")]
    public void A_source_is_shortened_to_the_actors_path(string source, string shown) => SourceEnricher.ShortSource(source).ShouldBe(shown);

    private sealed class Kept : ILogEventSink
    {
        private readonly BlockingCollection<LogEvent> _events = [];

        public void Emit(LogEvent logEvent) => _events.Add(logEvent);

        public LogEvent Take(Func<LogEvent, bool> condition)
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            return _events.GetConsumingEnumerable(timeout.Token).First(condition);
        }
    }
}
