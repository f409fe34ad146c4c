using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace Compat.Akka.Tests.Configuration.StandIn;

/// <summary>Where the stand-in reads more of HOCON than Akka.NET 1.5, or says more about what's wrong. Not run against the packages.</summary>
public sealed class HoconGrammarTests
{
    [Fact]
    public void Text_next_to_text_is_one_text() => ConfigurationFactory.ParseString("""a = pre"fix "end""").GetString("a").ShouldBe("prefix end");

    [Fact]
    public void Plus_equals_appends_to_what_was_there()
    {
        var config = ConfigurationFactory.ParseString("a = [1]\na += 2\na += 3\nb += x\nn { c = [1] }\nn { c += 2 }\nn.c += 3");
        config.GetIntList("a").ShouldBe([1, 2, 3]);
        config.GetStringList("b").ShouldBe(["x"]);
        config.GetIntList("n.c").ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void Null_is_a_value_and_reads_as_null()
    {
        var config = ConfigurationFactory.ParseString("a = null\nb = \"null\"");
        config.HasPath("a").ShouldBeTrue();
        config.GetString("a").ShouldBeNull();
        config.GetString("b").ShouldNotBe("");
    }

    [Theory]
    [InlineData("a = {\nb = 1", "line 2, column 6")]
    [InlineData("a = [1, 2\nb", "line 2")]
    [InlineData("a = \"open\nb = 1", "line 1, column 5")]
    [InlineData("a = \"\"\"open", "line 1, column 5")]
    [InlineData("x = 1\na b", "line 2, column 4")]
    [InlineData("a = 1 }", "line 1, column 7")]
    [InlineData("a = b:c", "line 1, column 6")]
    [InlineData("a =", "line 1, column 4")]
    [InlineData("a. = 1", "line 1, column 4")]
    [InlineData("= 1", "line 1, column 1")]
    [InlineData("a = \"\\q\"", "line 1, column 6")]
    [InlineData("a = ${b", "line 1, column 8")]
    [InlineData("include \"other\"", "line 1, column 1")]
    [InlineData("a = [1] x", "line 1, column 5")]
    public void Broken_text_is_refused_with_line_and_column(string hocon, string where) =>
        Should.Throw<ConfigurationException>(() => ConfigurationFactory.ParseString(hocon)).Message.ShouldContain(where);

    [Fact]
    public void Bottomless_nesting_is_refused_and_does_not_overflow_the_stack() =>
        Should.Throw<ConfigurationException>(() => ConfigurationFactory.ParseString("a = " + new string('[', 100_000)));

    [Fact]
    public void An_include_is_merged_where_it_stands()
    {
        var config = ConfigurationFactory.ParseString(
            "a { include \"inner\"\n b = 2 }", name => new HoconRoot(ConfigurationFactory.ParseString($"b = 1, c = {name}, d = [1]").Root));
        config.GetInt("a.b").ShouldBe(2);
        config.GetString("a.c").ShouldBe("inner");
        config.GetIntList("a.d").ShouldBe([1]);
    }

    [Fact]
    public void What_is_written_out_reads_back_the_same()
    {
        var config = ConfigurationFactory.ParseString("a { b = [1, \"x, y\", { c = \"tab\\t\\\"\" }], \"k.l\" = 2s }\nd = null, e = \"\", f = akka.tcp\"://\"x");
        var again = ConfigurationFactory.ParseString(config.ToString());
        again.ToString().ShouldBe(config.ToString());
        again.GetString("a.\"k.l\"").ShouldBe("2s");
        again.GetValue("a.b")!.GetArray()[2].GetObject().GetKey("c")!.GetString().ShouldBe("tab\t\"");
        again.GetString("e").ShouldBe("");
        again.GetString("f").ShouldBe("akka.tcp://x");
    }

    [Fact]
    public void A_later_object_does_not_bring_back_what_a_scalar_replaced()
    {
        var config = ConfigurationFactory.ParseString("a { b = 1 }\na = 5\na { c = 2 }");
        config.HasPath("a.b").ShouldBeFalse();
        config.GetInt("a.c").ShouldBe(2);
    }
}
