using System.Globalization;
using Petabridge.Cmd.Protocol;

namespace Petabridge.Cmd.Cli;

/// <summary>What comes before palette and command.</summary>
internal sealed record Options(string Host, int Port, bool ShowUsage, IReadOnlyList<string> Words)
{
    public const string Usage = """
        Usage: pbm [--host 127.0.0.1] [--port 9110] <palette> <command> [arguments]
               pbm [--host 127.0.0.1] [--port 9110] help
               pbm [--host 127.0.0.1] [--port 9110]            commands from the input, until exit

        A console on another address than loopback asks who one is: SKYDIVE_USER and SKYDIVE_PASSWORD, and SKYDIVE_AUTHORITY, the
        PEM file of the authority of its certificate, in the environment.
        """;

    public static bool TryParse(string[] arguments, out Options options, out string problem)
    {
        options = new Options("127.0.0.1", CmdProtocol.DefaultPort, ShowUsage: false, []);
        problem = "";
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--host" or "--port" when i + 1 == arguments.Length:
                    problem = $"{arguments[i]} needs a value.";
                    return false;
                case "--host":
                    options = options with { Host = arguments[++i] };
                    break;
                case "--port":
                    if (!int.TryParse(arguments[++i], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > ushort.MaxValue)
                    {
                        problem = $"'{arguments[i]}' is no port.";
                        return false;
                    }

                    options = options with { Port = port };
                    break;
                case "--help" or "-h":
                    options = options with { ShowUsage = true };
                    return true;
                default:
                    options = options with { Words = arguments[i..] };
                    return true;
            }
        }

        return true;
    }
}
