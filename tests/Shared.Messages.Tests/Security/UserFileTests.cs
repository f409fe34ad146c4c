using System.Net;
using Shared.Messages.Configuration;
using Shared.Messages.Security;

namespace Shared.Messages.Tests.Security;

public sealed class UserFileTests : IDisposable
{
    private static readonly string Hash = UserFile.Hash("right");

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_hash_is_of_its_password_alone_and_no_two_are_the_same()
    {
        UserFile.IsPassword(Hash, "right").ShouldBeTrue();
        UserFile.IsPassword(Hash, "wrong").ShouldBeFalse();
        UserFile.Hash("right").ShouldNotBe(Hash);
    }

    [Fact]
    public void A_line_that_is_written_is_read_again()
    {
        foreach (var user in new[] { new User("a", Role.Viewer, false), new User("b.c@d", Role.Operator, true), new User("ö", Role.Admin, false) })
        {
            UserFile.Parse(["", "# said", UserFile.Line(user, Hash)]).Values.ShouldHaveSingleItem().ShouldBe(new UserFile.Entry(user, Hash));
        }
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a:HASH")]
    [InlineData("a:HASH:king")]
    [InlineData("a:HASH:admin,everything")]
    [InlineData("a:HASH:admin,rawpackets,rawpackets")]
    [InlineData("a:secret:admin")]
    [InlineData("a::admin")]
    [InlineData(":HASH:admin")]
    [InlineData("a b:HASH:admin")]
    [InlineData("a:HASH:Admin:x")]
    [InlineData("a:HASH:viewer\na:HASH:admin")]
    public void What_is_no_line_is_refused_without_saying_what_it_holds(string text)
    {
        File.WriteAllText(_path, text.Replace("HASH", Hash, StringComparison.Ordinal));
        var refusal = Should.Throw<SkydiveConfigException>(() => UserFile.Open(_path));
        refusal.Message.ShouldNotContain(Hash);
        refusal.Message.ShouldNotContain("secret");
    }

    [Fact]
    public void A_file_others_may_write_is_refused()
    {
        File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);
        Should.Throw<SkydiveConfigException>(() => UserFile.Open(_path)).Message.ShouldContain("chmod go-w");
    }

    [Fact]
    public async Task A_file_that_breaks_leaves_the_users_as_they_were()
    {
        File.WriteAllText(_path, UserFile.Line(new User("a", Role.Viewer, false), Hash));
        var file = UserFile.Open(_path);
        file.Find("a").ShouldNotBeNull();
        File.WriteAllText(_path, "broken");
        await Task.Delay(1100);
        file.Find("a").ShouldNotBeNull();
        file.Problem.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_token_ends_with_its_time_its_users_password_or_its_user()
    {
        var time = new SettableTime();
        File.WriteAllText(_path, UserFile.Line(new User("a", Role.Viewer, false), Hash));
        using var logins = new Logins(new UsersOptions(_path, TimeSpan.FromHours(1), [], "X", ""), time);
        var (result, user) = await logins.LookAsync("a", "right", IPAddress.Loopback, CancellationToken.None);
        result.ShouldBe(LoginResult.Welcome);
        var token = logins.Begin(user!);
        logins.Of(token).ShouldBe(user);
        logins.Of(token[1..]).ShouldBeNull();
        time.Now += TimeSpan.FromHours(1);
        logins.Of(token).ShouldBeNull();
        token = logins.Begin(user!);
        File.WriteAllText(_path, "#\n" + UserFile.Line(new User("a", Role.Viewer, false), UserFile.Hash("other")));
        await Task.Delay(1100);
        logins.Of(token).ShouldBeNull();
        (await logins.LookAsync("a", "right", IPAddress.Loopback, CancellationToken.None)).Result.ShouldBe(LoginResult.Wrong);
    }

    [Fact]
    public async Task Ten_wrong_passwords_close_the_door_to_an_address_for_a_minute()
    {
        var time = new SettableTime();
        File.WriteAllText(_path, UserFile.Line(new User("a", Role.Viewer, false), Hash));
        using var logins = new Logins(new UsersOptions(_path, TimeSpan.FromHours(1), [], "X", ""), time);
        for (var i = 0; i < 10; i++)
        {
            (await logins.LookAsync("a", "wrong", IPAddress.Loopback, CancellationToken.None)).Result.ShouldBe(LoginResult.Wrong);
        }

        (await logins.LookAsync("a", "right", IPAddress.Loopback, CancellationToken.None)).Result.ShouldBe(LoginResult.TooMany);
        (await logins.LookAsync("a", "right", IPAddress.IPv6Loopback, CancellationToken.None)).Result.ShouldBe(LoginResult.Welcome);
        time.Now += TimeSpan.FromMinutes(1);
        (await logins.LookAsync("a", "right", IPAddress.Loopback, CancellationToken.None)).Result.ShouldBe(LoginResult.Welcome);
    }

    private sealed class SettableTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
