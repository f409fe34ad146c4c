using Akka.Configuration;

namespace Compat.Akka.Tests.Configuration;

public sealed class ConfigTests
{
    private static Config Of(string value) => ConfigurationFactory.ParseString("k = " + value);

    [Theory]
    [InlineData("10s", 10_000)]
    [InlineData("100 ms", 100)]
    [InlineData("100", 100)]
    [InlineData("0.3 s", 300)]
    [InlineData("2 minutes", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("5 d", 432_000_000)]
    [InlineData("1500 us", 1.5)]
    public void Durations_have_units(string text, double milliseconds) => Of(text).GetTimeSpan("k").TotalMilliseconds.ShouldBe(milliseconds);

    [Fact]
    public void Infinite_is_a_duration_unless_it_is_ruled_out()
    {
        Of("infinite").GetTimeSpan("k").ShouldBe(Timeout.InfiniteTimeSpan);
        Should.Throw<Exception>(() => Of("-1s").GetTimeSpan("k"));
    }

    [Theory]
    [InlineData("512", 512)]
    [InlineData("128000b", 128_000)]
    [InlineData("64 KiB", 65_536)]
    [InlineData("1k", 1024)]
    [InlineData("10 MB", 10_000_000)]
    [InlineData("1.5 MiB", 1_572_864)]
    public void Sizes_have_units(string text, long bytes) => Of(text).GetByteSize("k").ShouldBe(bytes);

    [Theory]
    [InlineData("on", true)]
    [InlineData("yes", true)]
    [InlineData("true", true)]
    [InlineData("off", false)]
    [InlineData("no", false)]
    [InlineData("false", false)]
    public void Booleans_have_three_names_each(string text, bool value) => Of(text).GetBoolean("k").ShouldBe(value);

    [Fact]
    public void Numbers_are_read_in_the_size_asked_for()
    {
        Of("2147483647").GetInt("k").ShouldBe(int.MaxValue);
        Of("-9223372036854775808").GetLong("k").ShouldBe(long.MinValue);
        Of("2.5").GetDouble("k").ShouldBe(2.5);
        Of("2.5").GetDecimal("k").ShouldBe(2.5m);
        Of("1e3").GetFloat("k").ShouldBe(1000f);
    }

    [Fact]
    public void A_missing_path_gives_the_default()
    {
        var config = ConfigurationFactory.ParseString("a.b = 1");
        config.GetString("a.c", "d").ShouldBe("d");
        config.GetString("a.c").ShouldBeNull();
        config.GetInt("a.c", 7).ShouldBe(7);
        config.GetBoolean("a.c", true).ShouldBeTrue();
        config.GetTimeSpan("a.c", TimeSpan.FromSeconds(3)).ShouldBe(TimeSpan.FromSeconds(3));
        config.GetByteSize("a.c").ShouldBeNull();
        config.GetStringList("a.c").ShouldBeEmpty();
        config.GetConfig("a.c").IsNullOrEmpty().ShouldBeTrue();
        config.HasPath("a.b.c").ShouldBeFalse();
    }

    [Fact]
    public void A_fallback_fills_in_and_objects_merge()
    {
        var config = ConfigurationFactory.ParseString("a { x = 1, l = [1] }, s = 1")
            .WithFallback(ConfigurationFactory.ParseString("a { x = 2, y = 3, l = [2, 3] }, s { t = 1 }, z = 4"));
        config.GetInt("a.x").ShouldBe(1);
        config.GetInt("a.y").ShouldBe(3);
        config.GetIntList("a.l").ShouldBe([1]);
        config.GetInt("s").ShouldBe(1);
        config.GetInt("z").ShouldBe(4);
        config.GetConfig("a").GetInt("y").ShouldBe(3);
    }

    [Fact]
    public void Falling_back_changes_neither_side()
    {
        var first = ConfigurationFactory.ParseString("a { x = 1 }");
        var second = ConfigurationFactory.ParseString("a { y = 2 }");
        first.WithFallback(second).GetInt("a.y").ShouldBe(2);
        first.HasPath("a.y").ShouldBeFalse();
        second.HasPath("a.x").ShouldBeFalse();
        Config.Empty.WithFallback(first).GetInt("a.x").ShouldBe(1);
    }

    [Fact]
    public void Text_converts_to_a_configuration()
    {
        Config config = "a = 1";
        config.GetInt("a").ShouldBe(1);
        ConfigurationFactory.Empty.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void A_resource_that_is_not_there_is_named()
    {
        Should.Throw<Exception>(() => ConfigurationFactory.FromResource<ConfigTests>("No.Such.conf"));
        ConfigurationFactory.Default().GetInt("akka.actor.default-dispatcher.throughput").ShouldBe(30);
    }
}
