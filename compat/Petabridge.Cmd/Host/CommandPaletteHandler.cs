using Akka.Actor;

namespace Petabridge.Cmd.Host;

/// <summary>A palette, and the actor that executes its commands.</summary>
public abstract class CommandPaletteHandler
{
    protected CommandPaletteHandler(CommandPalette palette) => Palette = palette;

    public CommandPalette Palette { get; }

    /// <summary>How to start the actor, a <see cref="CommandHandlerActor"/>.</summary>
    public virtual Props HandlerProps { get; protected set; } = Props.Empty;

    /// <summary>The palette becomes part of a host.</summary>
    public virtual void OnRegister(PetabridgeCmd plugin)
    {
    }
}
