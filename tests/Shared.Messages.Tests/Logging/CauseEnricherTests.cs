using System.Net.Sockets;
using Shared.Messages.Logging;

namespace Shared.Messages.Tests.Logging;

public class CauseEnricherTests
{
    [Fact]
    public void What_the_outside_did_is_one_line() =>
        CauseEnricher.Describe(new IOException("can't read", new SocketException((int)SocketError.ConnectionRefused))).ShouldBe(": can't read: Connection refused");

    [Fact]
    public void A_defect_shows_its_stack()
    {
        var described = CauseEnricher.Describe(new IOException("can't read", new InvalidOperationException("bug")));
        described.ShouldContain("InvalidOperationException");
        described.ShouldContain(Environment.NewLine);
    }
}
