using Akka.Actor;

namespace Petabridge.Cmd.Host;

/// <summary>Executes a palette's commands. A command's sender gets <see cref="CommandResponse"/>s, one or many, the last of them final.</summary>
public abstract class CommandHandlerActor : ReceiveActor
{
    private readonly CommandPalette _palette;
    private readonly Dictionary<string, Action<Command>> _handlers = new(StringComparer.Ordinal);

    protected CommandHandlerActor(CommandPalette commands)
    {
        _palette = commands;
        Receive<Command>(Execute);
    }

    /// <exception cref="ArgumentException">The palette has no such command, or it has a handler already.</exception>
    protected void Process(string command, Action<Command> handler)
    {
        if (!_palette.CommandsByName.ContainsKey(command))
        {
            throw new ArgumentException($"The palette '{_palette.ModuleName}' has no command '{command}'.", nameof(command));
        }

        if (!_handlers.TryAdd(command, handler))
        {
            throw new ArgumentException($"The command '{_palette.ModuleName} {command}' has a handler already.", nameof(command));
        }
    }

    /// <exception cref="ArgumentException">The palette has no such command, or it has a handler already.</exception>
    protected void Process(string command, Action<Command, CommandArguments> handler) =>
        Process(command, given => handler(given, new CommandArguments(_palette.CommandsByName[command], given)));

    private void Execute(Command command)
    {
        if (!_handlers.TryGetValue(command.Name, out var handler))
        {
            Sender.Tell(new ErroredCommandResponse($"'{_palette.ModuleName} {command.Name}' is defined, and nothing executes it."));
            return;
        }

        try
        {
            handler(command);
        }
        catch (Exception e)
        {
            // The user hears of it; the supervisor decides what becomes of this actor.
            Sender.Tell(new ErroredCommandResponse($"'{command}' failed: {e.Message}"));
            throw;
        }
    }
}
