using Akka.Actor;
using Shared.Messages.Serialization;

namespace Shared.Messages.Captures;

/// <summary>
/// Serializes the protocol of captures: the gateway, the registry, agents and the journal.
/// Manifests are part of the journal's format: add, never change.
/// </summary>
public sealed class CaptureSerializer(ExtendedActorSystem system) : ProtocolSerializer(system, Protocol)
{
    internal static readonly Protocol Protocol = new(1003, "captures",
    [
        new("capture", Capture.Parser),
        new("set-captures", SetCaptures.Parser),
        new("host-capture", HostCapture.Parser),
        new("capture-node", CaptureNode.Parser),
        new("node-capture", NodeCapture.Parser),
        new("capture-created", CaptureCreated.Parser),
        new("capture-deleted", CaptureDeleted.Parser),
        new("capture-registry-state", CaptureRegistryState.Parser),
        new("create-capture", CreateCapture.Parser),
        new("delete-capture", DeleteCapture.Parser),
        new("get-captures", GetCaptures.Parser),
        new("captures", Captures.Parser),
        new("capture-refused", CaptureRefused.Parser),
        new("read-pcap", ReadPcap.Parser),
        new("pcap-read", PcapRead.Parser),
        new("pcap-refused", PcapRefused.Parser),
    ]);
}
