using System.Text.Json.Serialization;

namespace Petabridge.Cmd.Protocol;

/// <summary>
/// Client and host exchange lines of JSON. The client asks (<see cref="CmdRequest"/>), one thing at a time; the host answers with
/// lines of which the last is final (<see cref="CmdReply"/>).
/// </summary>
internal static class CmdProtocol
{
    public const int DefaultPort = 9110;

    /// <summary>A line longer than this isn't a request.</summary>
    public const int MaximumRequestLength = 64 * 1024;
}

/// <summary>Run a command; without a palette: say what palettes there are.</summary>
internal sealed record CmdRequest(string? Palette, string? Command, string[] Arguments);

internal sealed record CmdReply(string Text, bool Failed, bool Final, CmdPalette[]? Palettes = null);

internal sealed record CmdPalette(string Name, CmdCommand[] Commands);

internal sealed record CmdCommand(string Name, string Description, CmdArgument[] Arguments);

internal sealed record CmdArgument(string Name, string[] Switches, string Description, bool Mandatory, string[] DefaultValues);

[JsonSerializable(typeof(CmdRequest))]
[JsonSerializable(typeof(CmdReply))]
internal sealed partial class CmdJson : JsonSerializerContext;
