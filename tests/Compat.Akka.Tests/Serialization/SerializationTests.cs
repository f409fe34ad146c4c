using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace Compat.Akka.Tests.Serialization;

public sealed class SerializationTests : IAsyncLifetime
{
    private const string Settings = """
        akka.actor {
          serializers {
            marker = "Compat.Akka.Tests.Serialization.MarkerSerializer, Compat.Akka.Tests"
            base = "Compat.Akka.Tests.Serialization.BaseSerializer, Compat.Akka.Tests"
            numbered = "Compat.Akka.Tests.Serialization.NumberedSerializer, Compat.Akka.Tests"
          }
          serialization-bindings {
            "Compat.Akka.Tests.Serialization.IMarked, Compat.Akka.Tests" = marker
            "Compat.Akka.Tests.Serialization.BaseMessage, Compat.Akka.Tests" = base
            "Compat.Akka.Tests.Serialization.Numbered, Compat.Akka.Tests" = numbered
          }
          serialization-identifiers {
            "Compat.Akka.Tests.Serialization.NumberedSerializer, Compat.Akka.Tests" = 7003
          }
        }
        """;

    private readonly ActorSystem _system = ActorSystem.Create("serialization", ConfigurationFactory.ParseString(Settings));

    private global::Akka.Serialization.Serialization Serialization => _system.Serialization;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _system.Terminate();

    [Fact]
    public void An_interface_s_binding_holds_for_those_who_implement_it() => Serialization.FindSerializerFor(new Marked("x")).ShouldBeOfType<MarkerSerializer>();

    [Fact]
    public void A_base_class_s_binding_holds_for_those_who_derive() => Serialization.FindSerializerForType(typeof(DerivedMessage)).ShouldBeOfType<BaseSerializer>();

    [Fact]
    public void Bytes_and_null_have_serializers()
    {
        Serialization.FindSerializerFor(new byte[1]).ShouldBeOfType<ByteArraySerializer>();
        Serialization.FindSerializerFor(null).ShouldBeOfType<NullSerializer>();
        Serialization.FindSerializerFor(new byte[1]).Identifier.ShouldBe(4);
    }

    [Fact]
    public void What_is_written_reads_back_by_identifier_and_manifest()
    {
        var message = new Marked("content");
        var serializer = Serialization.FindSerializerFor(message);
        var manifest = global::Akka.Serialization.Serialization.ManifestFor(serializer, message);
        manifest.ShouldBe("M");
        Serialization.Deserialize(Serialization.Serialize(message), serializer.Identifier, manifest).ShouldBe(message);
    }

    [Fact]
    public void An_identifier_comes_from_the_configuration_unless_it_is_overridden()
    {
        Serialization.FindSerializerForType(typeof(Numbered)).Identifier.ShouldBe(7003);
        Serialization.FindSerializerForType(typeof(Marked)).Identifier.ShouldBe(7001);
    }

    [Fact]
    public void A_type_is_the_manifest_of_a_serializer_without_manifests_of_its_own()
    {
        var message = new DerivedMessage();
        var serializer = Serialization.FindSerializerFor(message);
        var manifest = global::Akka.Serialization.Serialization.ManifestFor(serializer, message);
        manifest.ShouldContain(typeof(DerivedMessage).FullName!);
        Serialization.Deserialize(serializer.ToBinary(message), serializer.Identifier, manifest).ShouldBeOfType<DerivedMessage>();
    }

    [Fact]
    public void An_unknown_identifier_is_named()
    {
        var failure = Should.Throw<Exception>(() => Serialization.Deserialize([1], 99_999, "x"));
        failure.Message.ShouldContain("99999");
    }

    [Fact]
    public void A_ref_is_written_with_its_system_s_address_and_resolved_again()
    {
        var actor = _system.ActorOf(Props.Create<Sink>(), "sink");
        var path = global::Akka.Serialization.Serialization.SerializedActorPath(actor);
        path.ShouldStartWith("akka://serialization/user/sink#");
        ((ExtendedActorSystem)_system).Provider.ResolveActorRef(path).ShouldBe(actor);
    }

    [Fact]
    public void For_a_transport_a_ref_is_written_with_the_transport_s_address()
    {
        var actor = _system.ActorOf(Props.Create<Sink>(), "outward");
        var address = new Address("akka.tcp", "serialization", "example.org", 2552);
        var path = global::Akka.Serialization.Serialization.WithTransport(_system, address, () => global::Akka.Serialization.Serialization.SerializedActorPath(actor));
        path.ShouldStartWith("akka.tcp://serialization@example.org:2552/user/outward#");
    }

    [Fact]
    public void A_serializer_can_be_added_while_the_system_runs()
    {
        Serialization.AddSerializationMap(typeof(Late), new MarkerSerializer((ExtendedActorSystem)_system));
        Serialization.FindSerializerFor(new Late()).ShouldBeOfType<MarkerSerializer>();
    }

    private sealed class Sink : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }
    }

    private sealed record Late;
}
