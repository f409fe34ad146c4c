using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Remote.Transport;
using Akka.Serialization;

namespace Akka.Remote.Serialization;

/// <summary>Messages on their way along a selection.</summary>
internal sealed class MessageContainerSerializer(ExtendedActorSystem system) : Serializer(system)
{
    private const byte Parent = 0;
    private const byte ChildName = 1;
    private const byte ChildPattern = 2;

    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj)
    {
        if (obj is not ActorSelectionMessage selection)
            throw new NotSupportedException($"MessageContainerSerializer writes selections' messages, not {obj.GetType().FullName}.");
        var to = new FrameWriter(256);
        to.WriteByte(selection.WildCardFanOut ? (byte)1 : (byte)0);
        to.WriteVarint((ulong)selection.Elements.Length);
        foreach (var element in selection.Elements)
        {
            switch (element)
            {
                case SelectParent:
                    to.WriteByte(Parent);
                    break;
                case SelectChildName child:
                    to.WriteByte(ChildName);
                    to.WriteText(child.Name);
                    break;
                case SelectChildPattern pattern:
                    to.WriteByte(ChildPattern);
                    to.WriteText(pattern.PatternStr);
                    break;
                default:
                    throw new NotSupportedException($"A selection's path can't have a {element.GetType().FullName}.");
            }
        }

        WrappedPayload.Write(to, selection.Message, system.Serialization);
        return to.ToArray();
    }

    public override object FromBinary(byte[] bytes, Type type)
    {
        var from = new FrameReader(bytes);
        var fanOut = from.ReadByte() == 1;
        var count = from.ReadVarint();
        if (count > (ulong)bytes.Length)
            throw new SerializationException($"A selection's path of {count} elements doesn't fit {bytes.Length} bytes.");
        var elements = new SelectionPathElement[count];
        for (var i = 0; i < elements.Length; i++)
        {
            elements[i] = from.ReadByte() switch
            {
                Parent => SelectParent.Instance,
                ChildName => new SelectChildName(from.ReadText()),
                ChildPattern => new SelectChildPattern(from.ReadText()),
                var other => throw new SerializationException($"A selection's path has an element of the unknown kind {other}."),
            };
        }

        var message = WrappedPayload.Read(ref from, system.Serialization) ?? throw new SerializationException("A selection's message is null.");
        return new ActorSelectionMessage(message, elements, fanOut);
    }
}
