using Akka.Actor;

namespace Compat.Akka.Tests.Actor;

public sealed class PathTests
{
    [Theory]
    [InlineData("akka://sys/user/a/b")]
    [InlineData("akka.tcp://sys@host:2552/user/a")]
    [InlineData("akka.tcp://sys@host:2552/user/a/$x")]
    public void A_path_is_read_as_it_is_written(string text) => ActorPath.Parse(text).ToString().ShouldBe(text);

    [Fact]
    public void A_path_knows_its_parts()
    {
        var path = ActorPath.Parse("akka.tcp://sys@host:2552/user/a/b#42");
        path.Address.ShouldBe(new Address("akka.tcp", "sys", "host", 2552));
        path.Elements.ShouldBe(["user", "a", "b"]);
        path.Name.ShouldBe("b");
        path.Uid.ShouldBe(42);
        path.Parent.ShouldBe(ActorPath.Parse("akka.tcp://sys@host:2552/user/a"));
        path.ToSerializationFormat().ShouldBe("akka.tcp://sys@host:2552/user/a/b#42");
        path.ToStringWithoutAddress().ShouldBe("/user/a/b");
    }

    [Fact]
    public void Paths_are_equal_whatever_their_incarnation()
    {
        var path = ActorPath.Parse("akka://sys/user/a#1");
        path.ShouldBe(ActorPath.Parse("akka://sys/user/a#2"));
        path.GetHashCode().ShouldBe(ActorPath.Parse("akka://sys/user/a#2").GetHashCode());
        path.ShouldNotBe(ActorPath.Parse("akka://sys/user/b#1"));
        path.ShouldNotBe(ActorPath.Parse("akka://other/user/a#1"));
    }

    [Fact]
    public void A_local_path_takes_the_address_its_written_with()
    {
        var path = new RootActorPath(new Address("akka", "sys")) / "user" / "a";
        path.ToStringWithAddress(new Address("akka.tcp", "sys", "host", 1)).ShouldBe("akka.tcp://sys@host:1/user/a");
        var remote = new RootActorPath(new Address("akka.tcp", "sys", "other", 2)) / "user";
        remote.ToStringWithAddress(new Address("akka.tcp", "sys", "host", 1)).ShouldBe("akka.tcp://sys@other:2/user");
    }

    [Theory]
    [InlineData("akka://sys", "akka", "sys", null, null)]
    [InlineData("akka.tcp://sys@host:2552", "akka.tcp", "sys", "host", 2552)]
    public void An_address_is_read(string text, string protocol, string system, string? host, int? port)
    {
        var address = Address.Parse(text);
        address.Protocol.ShouldBe(protocol);
        address.System.ShouldBe(system);
        address.Host.ShouldBe(host);
        address.Port.ShouldBe(port);
        address.ToString().ShouldBe(text);
        address.HasLocalScope.ShouldBe(host is null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("user/a")]
    [InlineData("akka://sys@host:port/user")]
    public void What_isnt_a_path_isnt_read(string text) => ActorPath.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("plain-name_1.2", true)]
    [InlineData("with%20escape", true)]
    [InlineData("$starts", false)]
    [InlineData("a/b", false)]
    [InlineData("", false)]
    public void Names_are_checked(string name, bool isValid) => ActorPath.IsValidPathElement(name).ShouldBe(isValid);
}
