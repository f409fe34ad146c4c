using Akka.Actor;
using Shared.Messages.Serialization;

namespace Shared.Messages.Parts;

/// <summary>Serializes the protocol of messages that are fetched in parts. None of it is in the journal.</summary>
public sealed class PartsSerializer(ExtendedActorSystem system) : ProtocolSerializer(system, Protocol)
{
    internal static readonly Protocol Protocol = new(1005, "parts",
    [
        new("offered", Offered.Parser),
        new("get-part", GetPart.Parser),
        new("part", Part.Parser),
        new("parts-done", PartsDone.Parser),
        new("not-ready", NotReady.Parser),
    ]);
}
