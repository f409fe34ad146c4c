using System.Net;
using Agent.Node.Capture;

namespace Agent.Node.Tests.Capture;

public sealed class SendersTests
{
    [Theory]
    [InlineData("192.0.2.1", true)]
    [InlineData("192.0.2.2", false)]
    [InlineData("198.51.100.77", true)]
    [InlineData("::ffff:198.51.100.77", true)]
    [InlineData("2001:db8::9", true)]
    [InlineData("2001:db9::9", false)]
    public void Only_those_that_are_named_are_taken(string sender, bool taken)
    {
        var senders = new Senders([IPNetwork.Parse("192.0.2.1/32"), IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("2001:db8::/32")], "netflow");
        var address = new IPEndPoint(IPAddress.Parse(sender), 4000).Serialize();
        for (var i = 0; i < 3; i++)
        {
            senders.Take(address).ShouldBe(taken);
            senders.Take(new IPEndPoint(IPAddress.Parse("192.0.2.3"), 4000).Serialize()).ShouldBeFalse();
        }
    }

    [Fact]
    public void Without_names_everybody_is() => new Senders([], "netflow").Take(new IPEndPoint(IPAddress.Parse("192.0.2.3"), 4000).Serialize()).ShouldBeTrue();
}
