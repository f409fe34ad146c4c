using Akka.Actor;
using Akka.Configuration;

namespace Compat.Akka.Tests.Serialization.StandIn;

/// <summary>Where Akka.NET falls back on JSON, or on a warning, the stand-in refuses.</summary>
public sealed class UnboundTests
{
    [Fact]
    public async Task A_type_without_a_binding_is_refused_by_name()
    {
        var system = ActorSystem.Create("unbound");
        var failure = Should.Throw<System.Runtime.Serialization.SerializationException>(() => system.Serialization.FindSerializerFor(new Unbound()));
        failure.Message.ShouldContain(typeof(Unbound).FullName!);
        await system.Terminate();
    }

    [Fact]
    public void A_serializer_that_does_not_exist_stops_the_start_with_its_name()
    {
        var failure = Should.Throw<Exception>(() => ActorSystem.Create("broken", ConfigurationFactory.ParseString("""
            akka.actor.serializers.broken = "No.Such.Serializer, Compat.Akka.Tests"
            """)).Serialization);
        failure.ToString().ShouldContain("No.Such.Serializer");
    }

    private sealed record Unbound;
}
