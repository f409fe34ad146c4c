using Akka.Actor;

namespace Akka.Remote.Transport;

/// <summary>The first frame each way.</summary>
internal static class Handshake
{
    private const byte Version = 1;

    public static byte[] Hello(Address from, int uid, Address to)
    {
        var frame = new FrameWriter(256);
        frame.Begin(FrameKind.Hello);
        frame.WriteByte(Version);
        frame.WriteText(from.ToString());
        frame.WriteInt32(uid);
        frame.WriteText(to.ToString());
        frame.End();
        return frame.ToArray();
    }

    public static (Peer From, Address To) ReadHello(FrameKind kind, ReadOnlySpan<byte> content)
    {
        if (kind != FrameKind.Hello)
            throw new InvalidDataException($"A connection starts with a frame of kind {(byte)kind} instead of a greeting.");
        var reader = new FrameReader(content);
        var version = reader.ReadByte();
        if (version != Version)
            throw new InvalidDataException($"The peer speaks version {version} of the protocol; this is version {Version}.");
        var from = ReadAddress(reader.ReadText());
        var uid = reader.ReadInt32();
        return (new Peer(from, uid), ReadAddress(reader.ReadText()));
    }

    public static byte[] Welcome(int uid)
    {
        var frame = new FrameWriter(16);
        frame.Begin(FrameKind.Welcome);
        frame.WriteInt32(uid);
        frame.End();
        return frame.ToArray();
    }

    public static byte[] Refuse(string reason, bool quarantined)
    {
        var frame = new FrameWriter(256);
        frame.Begin(FrameKind.Refused);
        frame.WriteByte(quarantined ? (byte)1 : (byte)0);
        frame.WriteText(reason);
        frame.End();
        return frame.ToArray();
    }

    /// <exception cref="HandshakeRefusedException">The peer takes no messages from here.</exception>
    public static bool TryReadAnswer(FrameChannel connection, Address remote, out int uid)
    {
        uid = 0;
        if (!connection.TryRead(out var kind, out var content))
            return false;
        var reader = new FrameReader(content);
        switch (kind)
        {
            case FrameKind.Welcome:
                uid = reader.ReadInt32();
                return true;
            case FrameKind.Refused:
                var quarantined = reader.ReadByte() == 1;
                throw new HandshakeRefusedException(reader.ReadText(), quarantined);
            default:
                throw new InvalidDataException($"{remote} answers the greeting with a frame of kind {(byte)kind}.");
        }
    }

    private static Address ReadAddress(string text) => Address.TryParse(text, out var address) && address.HasGlobalScope
        ? address
        : throw new InvalidDataException($"'{text}' is no address of an actor system.");
}

/// <summary>The peer takes no messages from this system.</summary>
internal sealed class HandshakeRefusedException(string reason, bool quarantined) : Exception(reason)
{
    public bool Quarantined { get; } = quarantined;
}
