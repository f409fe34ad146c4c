using Akka.Actor;

namespace Akka.Event;

/// <summary>Starts the loggers that akka.loggers names, in the place of the standard-output one.</summary>
internal static class LoggerStart
{
    public static void StartLoggers(ActorSystemImpl system)
    {
        var settings = system.Settings;
        var level = Logging.LogLevelFor(settings.LogLevel);
        var keepStdout = settings.Loggers.Count == 0;
        var number = 0;
        foreach (var typeName in settings.Loggers)
        {
            var type = Type.GetType(typeName) ?? throw new Configuration.ConfigurationException($"Logger specified in config cannot be found: \"{typeName}\"");
            if (typeof(MinimalLogger).IsAssignableFrom(type))
            {
                keepStdout = true;
                continue;
            }

            var logger = system.SystemActorOf(
                Props.Create(type).WithDispatcher(system.Settings.Config.GetString("akka.loggers-dispatcher") ?? Dispatch.Dispatchers.DefaultDispatcherId),
                $"log{++number}-{Logging.SimpleName(type)}");
            Initialize(system, logger, type);
            system.EventStream.AddLogger(logger, level);
        }

        system.EventStream.FinishLoggerStart(level, settings.StdoutLogger, keepStdout);
        if (settings.DebugUnhandledMessage)
            system.EventStream.Subscribe(system.SystemActorOf(Props.Create<UnhandledMessageForwarder>(), "UnhandledMessageForwarder"), typeof(UnhandledMessage));
    }

    private static void Initialize(ActorSystemImpl system, IActorRef logger, Type type)
    {
        var answer = logger.Ask<object>(new InitializeLogger(system.EventStream), system.Settings.LoggerStartTimeout);
        if (system.Settings.LoggerAsyncStart)
        {
            answer.ContinueWith(
                failed => system.EventStream.Publish(new Warning(failed.Exception, logger.Path.ToString(), type, $"Logger {type} did not start in time.")),
                CancellationToken.None, TaskContinuationOptions.NotOnRanToCompletion, TaskScheduler.Default);
            return;
        }

        try
        {
            if (answer.GetAwaiter().GetResult() is not LoggerInitialized)
                throw new LoggerInitializationException($"Logger {type} did not respond with LoggerInitialized, sent instead {answer.Result}");
        }
        catch (AskTimeoutException)
        {
            system.EventStream.Publish(new Warning(logger.Path.ToString(), type, $"Logger {type} [{logger.Path}] did not respond within {system.Settings.LoggerStartTimeout} to InitializeLogger(bus)"));
        }
    }
}

/// <summary>Logs unhandled messages at debug level (akka.actor.debug.unhandled).</summary>
internal sealed class UnhandledMessageForwarder : ActorBase
{
    protected override bool Receive(object message)
    {
        if (message is not UnhandledMessage unhandled) return false;
        Context.System.EventStream.Publish(new Debug(
            unhandled.Recipient.Path.ToString(), unhandled.Recipient.GetType(), $"Unhandled message from {unhandled.Sender} : {unhandled.Message}"));
        return true;
    }
}
