using Akka.Actor;
using Shared.Messages.Serialization;

namespace Shared.Messages.Retention;

/// <summary>Serializes the protocol of the journals' retention, between analyzers.</summary>
public sealed class RetentionSerializer(ExtendedActorSystem system) : ProtocolSerializer(system, Protocol)
{
    internal static readonly Protocol Protocol = new(1006, "retention",
    [
        new("get-journals", GetJournals.Parser),
        new("journals-kept", JournalsKept.Parser),
        new("journal-kept", JournalKept.Parser),
    ]);
}
