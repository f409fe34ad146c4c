using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;
using Shared.Messages.Captures;
using Shared.Messages.Flows;
using Shared.Messages.Injections;
using Shared.Messages.Topology;

namespace Analyzer.Node.Tests.Storage;

/// <summary>Serializes events of which it doesn't take all: those that say <see cref="Unstorable"/> can't be stored.</summary>
public sealed class PickySerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public const string Unstorable = "unstorable";

    public const string Hocon = """
        akka.actor {
          serializers.picky = "Analyzer.Node.Tests.Storage.PickySerializer, Analyzer.Node.Tests"
          serialization-bindings {
            "Shared.Messages.Flows.FlowsUpdated, Shared.Messages" = picky
            "Shared.Messages.Captures.CaptureCreated, Shared.Messages" = picky
            "Shared.Messages.Injections.InjectionCreated, Shared.Messages" = picky
            "Shared.Messages.Topology.FabricLinkCreated, Shared.Messages" = picky
            "Shared.Messages.Topology.GraphChanged, Shared.Messages" = picky
          }
        }
        """;

    private static readonly MessageParser[] Parsers = [FlowsUpdated.Parser, CaptureCreated.Parser, InjectionCreated.Parser, FabricLinkCreated.Parser, GraphChanged.Parser];

    public override int Identifier => 9001;

    public override string Manifest(object o) => ((IMessage)o).Descriptor.Name;

    public override byte[] ToBinary(object obj) => obj.ToString()!.Contains(Unstorable, StringComparison.Ordinal)
        ? throw new SerializationException("it says that it's unstorable")
        : ((IMessage)obj).ToByteArray();

    public override object FromBinary(byte[] bytes, string manifest) =>
        Parsers.Select(parser => (IMessage)parser.ParseFrom([])).First(message => message.Descriptor.Name == manifest).Descriptor.Parser.ParseFrom(bytes);
}
