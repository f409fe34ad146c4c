using System.Diagnostics;
using Akka.Actor;
using Akka.Remote;

namespace Compat.Remote.Tests;

/// <summary>An actor system with an echo actor in a process of its own: this test assembly, started again.</summary>
public sealed class ChildProcess : IDisposable
{
    private const string PortVariable = "COMPAT_REMOTE_TESTS_CHILD_PORT";
    private const string Ready = "READY ";
    private const string Quarantined = "QUARANTINED";

    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public static ChildProcess Start(int port)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true };
        // The test host runs `dotnet testhost.dll`; the child runs this assembly the same way.
        if (Path.GetFileNameWithoutExtension(start.FileName) != "dotnet")
            start.FileName = "dotnet";
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        start.Environment[PortVariable] = port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new ChildProcess(Process.Start(start)!);
    }

    public async Task<Address> AddressAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await _process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            if (line.StartsWith(Ready, StringComparison.Ordinal))
                return Address.Parse(line[Ready.Length..]);
        }

        throw new InvalidOperationException($"The child process ended with {_process.ExitCode} before it was ready.");
    }

    /// <summary>Kills it as kill -9 does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Freezes it, as an overloaded host does.</summary>
    public void Suspend() => Signal("-STOP");

    public void Resume() => Signal("-CONT");

    /// <summary>Waits until it says that another system has quarantined it.</summary>
    public async Task QuarantinedAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await _process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            if (line == Quarantined)
                return;
        }

        throw new InvalidOperationException("The child process ended before it was told that it is quarantined.");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }

    /// <summary>The child's life, in place of the tests; false in a process that isn't a child.</summary>
    internal static bool RunIfChild()
    {
        if (Environment.GetEnvironmentVariable(PortVariable) is not { } port)
            return false;
        var node = Node.Start("child", int.Parse(port, System.Globalization.CultureInfo.InvariantCulture));
        node.System.ActorOf(Props.Create<EchoActor>(), "echo");
        node.System.EventStream.Subscribe(node.System.ActorOf(Props.Create<QuarantineReporter>()), typeof(ThisActorSystemQuarantinedEvent));
        Console.WriteLine(Ready + node.Address);
        // The parent's end closes the input: no child outlives its tests.
        while (Console.ReadLine() is not null)
        {
        }

        return true;
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        kill.ExitCode.ShouldBe(0);
    }

    private sealed class QuarantineReporter : UntypedActor
    {
        protected override void OnReceive(object message) => Console.WriteLine(Quarantined);
    }
}
