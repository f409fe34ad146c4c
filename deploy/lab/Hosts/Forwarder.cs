using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Lab.Hosts;

/// <summary>
/// Makes a TCP port of a lab host reachable as a port of this machine's loopback: socat on either side of a unix socket,
/// which network namespaces share through the file system.
/// </summary>
internal sealed class Forwarder
{
    private Forwarder(int pid, string startTime)
    {
        Pid = pid;
        StartTime = startTime;
    }

    public int Pid { get; }

    public string StartTime { get; }

    public static Forwarder Existing(int pid, string startTime) => new(pid, startTime);

    public static async Task<Forwarder> CreateAsync(LabHost host, LabFolder folder, int port, int hostPort, CancellationToken cancel)
    {
        RefuseTakenPort(port);
        var socket = Path.Combine(folder.Of(host.Name), $"port-{hostPort}.sock");
        File.Delete(socket);
        var log = Path.Combine(folder.Of(host.Name), "forward.log");
        host.Start(["socat", $"UNIX-LISTEN:{socket},fork", string.Create(CultureInfo.InvariantCulture, $"TCP:127.0.0.1:{hostPort}")], log);
        using var outer = Process.Start(new ProcessStartInfo("setsid", [
            "sh", "-c", "exec \"$@\" </dev/null >>\"$0\" 2>&1", log,
            "socat", string.Create(CultureInfo.InvariantCulture, $"TCP-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr"), $"UNIX-CONNECT:{socket}"]))
            ?? throw new LabException("socat did not start");
        var forwarder = new Forwarder(outer.Id, ProcessStat.StartTime(outer.Id) ?? throw new LabException($"the forwarder of port {port} ended at once"));
        try
        {
            for (var attempt = 0; !File.Exists(socket); attempt++)
            {
                if (outer.HasExited || attempt == 200)
                {
                    throw new LabException($"port {port} can't be forwarded to {host.Name}: {(File.Exists(log) ? (await File.ReadAllTextAsync(log, cancel)).Trim() : "socat said nothing")}");
                }

                await Task.Delay(25, cancel);
            }
        }
        catch
        {
            forwarder.Destroy();
            throw;
        }

        return forwarder;
    }

    public void Destroy()
    {
        if (ProcessStat.StartTime(Pid) == StartTime)
        {
            ProcessStat.Signal(Pid, ProcessStat.Terminate);
        }
    }

    private static void RefuseTakenPort(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            probe.Start();
        }
        catch (SocketException e)
        {
            throw new LabException($"port {port} of 127.0.0.1 is taken by another program ({e.SocketErrorCode}): stop it first, or choose others with --http-port and --pbm-port");
        }
    }
}
