using System.Buffers.Binary;
using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using Akka.Serialization;

namespace Akka.Remote.Serialization;

/// <summary>Texts, and integers of 32 and 64 bits.</summary>
internal sealed class PrimitiveSerializers(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private const string TextManifest = "S";
    private const string Int32Manifest = "I";
    private const string Int64Manifest = "L";

    public override string Manifest(object o) => o switch
    {
        string => TextManifest,
        int => Int32Manifest,
        long => Int64Manifest,
        _ => throw NotPrimitive(o),
    };

    public override byte[] ToBinary(object obj)
    {
        switch (obj)
        {
            case string text:
                return Encoding.UTF8.GetBytes(text);
            case int number:
                var four = new byte[sizeof(int)];
                BinaryPrimitives.WriteInt32LittleEndian(four, number);
                return four;
            case long number:
                var eight = new byte[sizeof(long)];
                BinaryPrimitives.WriteInt64LittleEndian(eight, number);
                return eight;
            default:
                throw NotPrimitive(obj);
        }
    }

    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        TextManifest => Encoding.UTF8.GetString(bytes),
        Int32Manifest when bytes.Length == sizeof(int) => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        Int64Manifest when bytes.Length == sizeof(long) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        _ => throw new SerializationException($"PrimitiveSerializers can't read {bytes.Length} bytes with the manifest '{manifest}'."),
    };

    private static NotSupportedException NotPrimitive(object obj) => new($"PrimitiveSerializers writes texts and integers, not {obj.GetType().FullName}.");
}
