using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Event;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Shared.Messages.Logging;
using LogEvent = Serilog.Events.LogEvent;

namespace Shared.Messages.Tests.Logging;

public sealed class SerilogLoggerTests : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("log");
    private readonly Kept _kept = new();
    private readonly IActorRef _logger;

    public SerilogLoggerTests()
    {
        var serilog = new LoggerConfiguration().MinimumLevel.Debug().WriteTo.Sink(_kept).CreateLogger();
        _logger = _system.ActorOf(Props.Create(() => new SerilogLogger(serilog)));
    }

    public Task InitializeAsync() => _logger.Ask<LoggerInitialized>(new InitializeLogger(_system.EventStream), TimeSpan.FromSeconds(10));

    public Task DisposeAsync() => _system.Terminate();

    [Fact]
    public void A_message_keeps_its_format_and_arguments_apart()
    {
        _system.EventStream.Subscribe(_logger, typeof(Info));
        Akka.Event.Logging.GetLogger(_system, "capture-1").Info("capture {0} started on {1}", 7, "eth1");

        var written = _kept.Take(e => e.MessageTemplate.Text.StartsWith("capture", StringComparison.Ordinal));
        written.Level.ShouldBe(LogEventLevel.Information);
        written.RenderMessage().ShouldBe("capture 7 started on \"eth1\"");
        written.Properties["0"].ToString().ShouldBe("7");
    }

    [Fact]
    public void An_error_carries_its_exception()
    {
        var cause = new InvalidOperationException("no device");
        _logger.Tell(new Error(cause, "akka://skydive/user/agent", typeof(SerilogLoggerTests), "capture failed"));

        var written = _kept.Take(e => e.Level == LogEventLevel.Error);
        written.Exception.ShouldBe(cause);
        written.RenderMessage().ShouldBe("capture failed");
        written.Properties["Source"].ToString().ShouldBe("\"user/agent\"");
    }

    [Fact]
    public void Braces_in_plain_text_are_only_text()
    {
        _logger.Tell(new Warning("x", typeof(SerilogLoggerTests), "odd {0} {name"));
        _kept.Take(e => e.Level == LogEventLevel.Warning).RenderMessage().ShouldBe("odd {0} {name");
    }

    [Theory]
    [InlineData("[akka://skydive/user/agent/uplink#213]", "user/agent/uplink")]
    [InlineData("akka.tcp://skydive@10.0.0.1:9111/user/graph", "user/graph")]
    [InlineData("Cluster (akka://skydive)", "Cluster (akka://skydive)")]
    [InlineData(null, "")]
    public void A_source_is_shortened_to_the_actors_path(string? source, string shown) => SerilogLogger.ShortSource(source).ShouldBe(shown);

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
