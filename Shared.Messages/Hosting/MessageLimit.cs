using Google.Protobuf;
using Shared.Messages.Serialization;

namespace Shared.Messages.Hosting;

/// <summary>
/// How large a message of ours between nodes may be: while one is on its way, no other of the connection is, no sign of life
/// either. Akka's own have the limit of a frame.
/// </summary>
internal static class MessageLimit
{
    /// <summary>With the addresses around it.</summary>
    public const int Bytes = 64 << 10;

    private static readonly uint SerializerTag = WireFormat.MakeTag(2, WireFormat.WireType.Varint);
    private static readonly uint ManifestTag = WireFormat.MakeTag(3, WireFormat.WireType.LengthDelimited);

    /// <summary>The manifest of a message too large to be sent; null when it isn't.</summary>
    /// <param name="payload">Akka.Remote's AkkaProtocolMessage.</param>
    public static string? Exceeds(ByteString payload)
    {
        if (payload.Length <= Bytes)
        {
            return null;
        }

        // Of WireFormats.proto: AkkaProtocolMessage.payload, AckAndEnvelopeContainer.envelope, RemoteEnvelope.message. That is a
        // Payload of ContainerFormats.proto, with a serializer and a manifest.
        var input = Field(Field(Field(payload, 1), 2), 2).CreateCodedInput();
        var (serializer, manifest) = (0, "");
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            if (tag == SerializerTag)
            {
                serializer = input.ReadInt32();
            }
            else if (tag == ManifestTag)
            {
                manifest = input.ReadString();
            }
            else
            {
                input.SkipLastField();
            }
        }

        return Protocol.IsOne(serializer) ? manifest : null;
    }

    private static ByteString Field(ByteString message, int number)
    {
        var input = message.CreateCodedInput();
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            if (tag == WireFormat.MakeTag(number, WireFormat.WireType.LengthDelimited))
            {
                return input.ReadBytes();
            }

            input.SkipLastField();
        }

        return ByteString.Empty;
    }
}
