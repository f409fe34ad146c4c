namespace Akka.Remote.Transport;

/// <summary>
/// What a frame holds. A frame is its length (4 bytes, little-endian, itself not counted), its kind (1 byte) and its content.
/// A connection carries messages from the side that opened it to the other; back come answers only.
/// </summary>
internal enum FrameKind : byte
{
    /// <summary>First: protocol version, opener's address and uid, address meant.</summary>
    Hello = 1,

    /// <summary>A message for an actor: recipient, sender, serializer, manifest, bytes.</summary>
    Message = 2,

    /// <summary>A numbered system message: number, then as <see cref="Message"/>.</summary>
    SystemMessage = 3,

    /// <summary>The system message of that number can't be sent.</summary>
    Skip = 6,

    /// <summary>Are you there?</summary>
    Ping = 4,

    /// <summary>Last, before an orderly end.</summary>
    Bye = 5,

    /// <summary>The answer to <see cref="Hello"/>: the uid.</summary>
    Welcome = 16,

    /// <summary>The other answer to <see cref="Hello"/>: a reason.</summary>
    Refused = 17,

    /// <summary>System messages up to this number arrived.</summary>
    Acknowledge = 18,

    /// <summary>I am here.</summary>
    Pong = 19,

    /// <summary>The uid of the reader is quarantined by the writer. Either direction.</summary>
    Quarantined = 20,
}
