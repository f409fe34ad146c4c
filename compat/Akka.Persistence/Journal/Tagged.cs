using System.Collections.Immutable;

namespace Akka.Persistence.Journal;

/// <summary>An event with the tags it's to be found by; journals store the event and the tags, recovery gives the event alone.</summary>
public struct Tagged
{
    public Tagged(object payload, IEnumerable<string> tags) : this(payload, (IImmutableSet<string>)[.. tags])
    {
    }

    public Tagged(object payload, IImmutableSet<string> tags)
    {
        Payload = payload;
        Tags = tags;
    }

    public object Payload { get; }

    public IImmutableSet<string> Tags { get; }
}
