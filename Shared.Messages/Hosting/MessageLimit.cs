using System.Text;
using Google.Protobuf;

namespace Shared.Messages.Hosting;

/// <summary>How large a message between nodes may be: while one is on its way, no other of the connection is, no sign of life either.</summary>
internal static class MessageLimit
{
    /// <summary>With the addresses around it.</summary>
    public const int Bytes = 64 << 10;

    /// <summary>Manifests of the messages that may be larger.</summary>
    private static readonly string[] Exceptions = ["update-flows", "found-flows", "found-raw-packets"];

    /// <summary>The manifest of a message too large to be sent; null when it isn't.</summary>
    /// <param name="payload">Akka.Remote's AkkaProtocolMessage.</param>
    public static string? Exceeds(ByteString payload)
    {
        if (payload.Length <= Bytes)
        {
            return null;
        }

        // Of WireFormats.proto and ContainerFormats.proto: AkkaProtocolMessage.payload, AckAndEnvelopeContainer.envelope, RemoteEnvelope.message, Payload.messageManifest.
        var manifest = Encoding.UTF8.GetString(Field(Field(Field(Field(payload, 1), 2), 2), 3).Span);
        return Exceptions.Contains(manifest) ? null : manifest;
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
