using Agent.Node.Linux;
using Akka.Actor;
using Akka.Event;
using Shared.Messages.Injections;
using SharpPcap;
using SharpPcap.LibPcap;

namespace Agent.Node.Injection;

/// <summary>The sending thread of an injection: enters the namespace, opens the interface, and sends until all is sent or it's told to stop.</summary>
internal sealed class InjectionLoop(InjectorSettings settings, IActorRef injector)
{
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();

    internal void Start() => new Thread(Run) { IsBackground = true, Name = $"injection {settings.Injection.Uuid}" }.Start();

    /// <summary>Returns at once; <see cref="InjectionEnded"/> follows.</summary>
    internal void Stop() => _stop.Cancel();

    private void Run()
    {
        ulong sent = 0;
        string? error = null;
        try
        {
            var packets = settings.Injection.Pcap.IsEmpty ? Built() : Given();
            if (settings.NamespacePath is { } path)
            {
                NetworkNamespace.Enter(path);
            }

            using var device = Open();
            var reported = Environment.TickCount64;
            injector.Tell(new InjectionSent(0));
            foreach (var packet in packets)
            {
                if (sent > 0 && _stop.Token.WaitHandle.WaitOne(Pause(sent)))
                {
                    break;
                }

                device.SendPacket(packet);
                sent++;
                if (Environment.TickCount64 - reported < ProgressEvery.TotalMilliseconds)
                {
                    continue;
                }

                reported = Environment.TickCount64;
                injector.Tell(new InjectionSent(sent));
            }
        }
        catch (Exception e)
        {
            // Whatever it is, it ends this injection and nothing else: its user gets the reason.
            error = e switch
            {
                InjectionException or IOException => e.Message,
                PcapException => $"{settings.Device}: {e.Message}",
                _ => e.ToString(),
            };
        }
        injector.Tell(new InjectionEnded(sent, error));
    }

    // Without an interval, what may be sent in some milliseconds goes at once.
    private TimeSpan Pause(ulong sent)
    {
        const int burstMilliseconds = 10;
        const int burst = InjectionLimits.MaxRate * burstMilliseconds / 1000;
        return TimeSpan.FromMilliseconds(settings.Injection.Interval > 0 || sent % burst > 0 ? settings.Injection.Interval : burstMilliseconds);
    }

    private IEnumerable<byte[]> Built()
    {
        var template = new PacketTemplate(settings.Injection);
        return Numbers().Select(template.Build);
    }

    private IEnumerable<byte[]> Given()
    {
        var packets = PacketFile.Read(settings.Injection.Pcap.Span);
        return Numbers().SelectMany(_ => packets);
    }

    private IEnumerable<ulong> Numbers()
    {
        var count = Math.Max(settings.Injection.Count, 1);
        for (ulong number = 0; number < count; number++)
        {
            yield return number;
        }
    }

    private LibPcapLiveDevice Open()
    {
        var found = LibPcapLiveDeviceList.New().FirstOrDefault(candidate => candidate.Name == settings.Device)
            ?? throw new InjectionException($"there is no interface {settings.Device}{(settings.NamespacePath is { } path ? $" in {path}" : "")}");
        const int smallest = 64;
        found.Open(new DeviceConfiguration { Snaplen = smallest, ReadTimeout = 1 });
        // Nothing is read here: don't let the kernel keep packets for us.
        found.Filter = "less 0";
        return found;
    }
}

/// <summary>So many packets are on their way. Like the end, it may come when the injection's actor has been stopped.</summary>
internal sealed record InjectionSent(ulong Sent) : IDeadLetterSuppression;

/// <summary>The thread is done; <paramref name="Error"/> says why, unless all was sent or it was told to stop.</summary>
internal sealed record InjectionEnded(ulong Sent, string? Error) : IDeadLetterSuppression;
