using Agent.Node.Capture;
using Agent.Node.Interfaces;
using Agent.Node.Topology;
using Akka.Actor;
using Google.Protobuf;
using Shared.Messages.Captures;
using Shared.Messages.Configuration;
using Topology.Fabric.Model;

namespace Agent.Node.Host;

/// <summary>
/// Reads a capture file that was posted to an analyzer: keeps it as a file of its own while a capture reads it, passes the
/// flows on, tells who asked how many there were, and stops. The flows are the host node's, under an id of their own.
/// </summary>
internal sealed class PcapActor : ReceiveActor
{
    /// <summary>Reading tells how far it is every few seconds.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);

    private readonly ReadPcap _read;
    private readonly IActorRef _asker;
    private readonly IActorRef _uplink;
    private readonly CaptureSettings _settings;
    private readonly Func<CaptureSettings, IActorRef, Props> _capture;
    private readonly HashSet<ulong> _flows = [];
    private long _packets;

    /// <param name="read">The file.</param>
    /// <param name="asker">Gets <see cref="PcapRead"/> or <see cref="PcapRefused"/>.</param>
    /// <param name="uplink">Gets the flows.</param>
    /// <param name="options">Defaults of captures.</param>
    /// <param name="flows">Defaults of flow tables.</param>
    /// <param name="capture">Makes the capture that reads the file.</param>
    public static Props Props(ReadPcap read, IActorRef asker, IActorRef uplink, CaptureOptions options, FlowOptions flows, Func<CaptureSettings, IActorRef, Props> capture) =>
        Akka.Actor.Props.Create(() => new PcapActor(read, asker, uplink, options, flows, capture));

    public PcapActor(ReadPcap read, IActorRef asker, IActorRef uplink, CaptureOptions options, FlowOptions flows, Func<CaptureSettings, IActorRef, Props> capture)
    {
        _read = read;
        _asker = asker;
        _uplink = uplink;
        _capture = capture;
        var wanted = new NodeCapture
        {
            NodeTid = NameUuid.Of("tid", read.Host, "host", "", read.Host),
            Capture = new Shared.Messages.Captures.Capture { Uuid = read.Uuid, Type = CapturePlan.File },
        };
        var path = Path.Combine(Path.GetTempPath(), $"skydive-{read.Uuid}.pcap");
        _settings = CapturePlan.Decide(wanted, new CapturePlace.File(path), 0, read.Host, options, flows).Plan!.Settings;
        Writing();
    }

    protected override void PreStart() => WriteAsync(_settings.FilePath, _read.File).PipeTo(Self, success: () => new Written(), failure: e => new NotWritten(e));

    protected override void PostStop() => File.Delete(_settings.FilePath);

    // Read again from its start, the file's flows would be told twice and counted once.
    protected override SupervisorStrategy SupervisorStrategy() => Akka.Actor.SupervisorStrategy.StoppingStrategy;

    private void Writing()
    {
        Receive<Written>(_ =>
        {
            Context.Watch(Context.ActorOf(_capture(_settings, Self), "capture"));
            Context.SetReceiveTimeout(LongestSilence);
            Become(Reading);
        });
        Receive<NotWritten>(failed => Refuse(new PcapRefused { Reason = $"host {_read.Host} can't keep the file while it's read: {failed.Cause.Message}", Unavailable = true }));
    }

    private void Reading()
    {
        Receive<FlowUpdates>(updates =>
        {
            foreach (ref readonly var row in updates.Rows.Span)
            {
                _flows.Add(row.Uuid);
            }

            _uplink.Tell(updates);
        });
        Receive<AwaitDelivery>(question => _uplink.Forward(question));
        Receive<CaptureStatistics>(statistics => _packets = statistics.Received);
        Receive<CaptureStarted>(_ => { });
        Receive<CaptureFailed>(failed => Refuse(new PcapRefused { Reason = failed.Error.Replace(_settings.FilePath, "the file", StringComparison.Ordinal) }));
        Receive<CaptureFinished>(_ =>
        {
            _asker.Tell(new PcapRead { Uuid = _read.Uuid, Host = _read.Host, NodeTid = _settings.NodeTid, Packets = _packets, Flows = _flows.Count });
            Context.Stop(Self);
        });
        // A capture says how it ended before it ends: this one failed.
        Receive<Terminated>(_ => Refuse(new PcapRefused { Reason = $"host {_read.Host} failed to read the file; its agent's log says why", Unavailable = true }));
        Receive<ReceiveTimeout>(_ => Refuse(new PcapRefused { Reason = $"host {_read.Host} stopped reading the file without a word", Unavailable = true }));
    }

    private void Refuse(PcapRefused refusal)
    {
        _asker.Tell(refusal);
        Context.Stop(Self);
    }

    private static async Task WriteAsync(string path, ByteString bytes)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        // Packets are nobody else's business.
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new FileStream(path, options);
        await file.WriteAsync(bytes.Memory).ConfigureAwait(false);
    }

    private sealed record Written;

    private sealed record NotWritten(Exception Cause);
}
