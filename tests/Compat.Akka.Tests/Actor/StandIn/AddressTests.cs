using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace Compat.Akka.Tests.Actor.StandIn;

/// <summary>Where the stand-in is stricter, or reads more, than Akka.NET documents. Not run against the packages.</summary>
public sealed class AddressTests : TestKit
{
    [Fact]
    public void The_host_of_an_address_may_be_IPv6()
    {
        var address = Address.Parse("akka.tcp://sys@[::1]:2552");
        address.Host.ShouldBe("[::1]");
        address.Port.ShouldBe(2552);
    }

    [Fact]
    public void Half_an_escape_is_no_name() => ActorPath.IsValidPathElement("with%2").ShouldBeFalse();

    [Fact]
    public void Telling_null_is_refused() => Should.Throw<InvalidMessageException>(() => TestActor.Tell(null!));
}
