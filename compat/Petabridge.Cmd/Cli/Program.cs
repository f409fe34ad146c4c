using System.Net.Sockets;
using Petabridge.Cmd.Cli;
using Petabridge.Cmd.Protocol;

// pbm: the console of an actor system that hosts Petabridge.Cmd. Exit codes: 0 done, 1 failed or no connection, 2 wrong usage.
const int Failed = 1;
const int WrongUsage = 2;

if (!Options.TryParse(args, out var options, out var problem))
{
    Console.Error.WriteLine(problem);
    Console.Error.WriteLine(Options.Usage);
    return WrongUsage;
}

if (options.ShowUsage)
{
    Console.WriteLine(Options.Usage);
    return 0;
}

try
{
    using var host = await HostConnection.OpenAsync(options.Host, options.Port);
    var console = new CommandConsole(host, Console.Out, Console.Error);
    if (options.Words.Count > 0)
    {
        return await console.RunAsync(options.Words) ? 0 : Failed;
    }

    await console.InteractAsync(Console.In, prompt: Console.IsInputRedirected ? "" : $"[{options.Host}:{options.Port}] pbm> ");
    return 0;
}
catch (Exception e) when (e is SocketException or IOException or TimeoutException or System.Security.Authentication.AuthenticationException or System.Security.Cryptography.CryptographicException)
{
    Console.Error.WriteLine($"No answer from {options.Host}:{options.Port}: {e.Message}");
    return Failed;
}
