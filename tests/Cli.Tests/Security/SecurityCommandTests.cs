using Cli.Security;
using Shared.Messages.Configuration;
using Shared.Messages.Security;

namespace Cli.Tests.Security;

/// <summary>What `ca` and `user` leave behind is what nodes and gateways take.</summary>
public sealed class SecurityCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("skydive-security-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_authority_and_a_nodes_certificate_are_made_that_nodes_take()
    {
        Ca("init").ShouldBe(0);
        Ca("init").ShouldBe(1);
        Ca("node", "agent1", "--address", "192.0.2.1", "agent1.example.org").ShouldBe(0);
        Ca("gateway", "web", "--address", "skydive.example.org").ShouldBe(0);
        NodeTls.Open(Options("agent1"));
        // Renewed in its place.
        Ca("node", "agent1", "--address", "192.0.2.1").ShouldBe(0);
        NodeTls.Open(Options("agent1"));
        Should.Throw<SkydiveConfigException>(() => NodeTls.Open(Options("web"))).Message.ShouldContain("it isn't made for nodes");
    }

    [Theory]
    [InlineData("node", "../agent1", "--address", "192.0.2.1")]
    [InlineData("node", "agent1")]
    [InlineData("node", "agent1", "--address", "192.0.2.1", "--days", "0")]
    public void What_makes_no_certificate_is_refused(params string[] words) =>
        CaCommand.Create().Parse([.. words, "--folder", _folder]).Errors.ShouldNotBeEmpty();

    [Fact]
    public void Users_are_added_changed_and_removed()
    {
        User("password-1", "set", "vera").ShouldBe(0);
        User("password-2", "set", "otto", "--role", "operator", "--rawpackets").ShouldBe(0);
        var file = Path.Combine(_folder, "users");
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        UserFile.Open(file).Find("otto")!.User.ShouldBe(new User("otto", Role.Operator, RawPackets: true));
        User("password-3", "set", "otto", "--role", "admin").ShouldBe(0);
        var otto = UserFile.Open(file).Find("otto")!;
        otto.User.ShouldBe(new User("otto", Role.Admin, RawPackets: false));
        UserFile.IsPassword(otto.Hash, "password-3").ShouldBeTrue();
        User("", "remove", "otto").ShouldBe(0);
        User("", "remove", "otto").ShouldBe(1);
        User("short", "set", "vera").ShouldBe(1);
        UserFile.Open(file).Find("vera").ShouldNotBeNull();
    }

    private int Ca(params string[] words) => CaCommand.Create().Parse([.. words, "--folder", _folder]).Invoke();

    private int User(string password, params string[] words)
    {
        var input = Console.In;
        Console.SetIn(new StringReader(password + "\n"));
        try
        {
            return UserCommand.Create().Parse([.. words, "--file", Path.Combine(_folder, "users")]).Invoke();
        }
        finally
        {
            Console.SetIn(input);
        }
    }

    private TlsOptions Options(string name) =>
        new(Path.Combine(_folder, "ca.pem"), new KeyFiles(Path.Combine(_folder, name + ".pem"), Path.Combine(_folder, name + ".key")));
}
