using Akka.Configuration;

namespace Compat.Akka.Tests.Configuration;

public sealed class HoconSyntaxTests
{
    [Theory]
    [InlineData("a = 1")]
    [InlineData("a : 1")]
    [InlineData("{ a = 1 }")]
    [InlineData("{ \"a\" : 1 }")]
    [InlineData("# first\n// second\na = 1 # third")]
    [InlineData("a = 1 // third\n")]
    [InlineData("a = 0, a = 1,")]
    [InlineData("\r\na\t=\t1\r\n")]
    [InlineData("a =\n  1")]
    public void A_value_is_read_however_it_is_written(string hocon) => ConfigurationFactory.ParseString(hocon).GetInt("a").ShouldBe(1);

    [Fact]
    public void Dotted_keys_and_nested_objects_are_the_same_and_merge()
    {
        var config = ConfigurationFactory.ParseString("""
            a.b.c = 1
            a { b { d = 2 }, e = 3 }
            a.b { c = 4 }
            """);
        config.GetInt("a.b.c").ShouldBe(4);
        config.GetInt("a.b.d").ShouldBe(2);
        config.GetInt("a.e").ShouldBe(3);
    }

    [Fact]
    public void A_quoted_key_keeps_its_dots_and_is_found_by_a_quoted_path()
    {
        var config = ConfigurationFactory.ParseString("""bindings { "My.Type, My.Assembly" = x }""");
        config.GetString("bindings.\"My.Type, My.Assembly\"").ShouldBe("x");
        config.GetConfig("bindings").AsEnumerable().Single().Key.ShouldBe("My.Type, My.Assembly");
        config.HasPath("bindings.My").ShouldBeFalse();
    }

    [Fact]
    public void Unquoted_text_ends_at_the_line_and_keeps_inner_blanks() =>
        ConfigurationFactory.ParseString("a = one two   three  \nb = 4").GetString("a").ShouldBe("one two   three");

    [Fact]
    public void Quoted_text_knows_escapes_and_triple_quotes_know_none()
    {
        var config = ConfigurationFactory.ParseString("a = \"x\\t\\\"y\\\"\\u0041\\n\"\nb = \"\"\"c:\\dir \"quoted\"\nline\"\"\"");
        config.GetString("a").ShouldBe("x\t\"y\"A\n");
        config.GetString("b").ShouldBe("c:\\dir \"quoted\"\nline");
    }

    [Fact]
    public void Arrays_are_separated_by_commas_or_lines_and_join_when_side_by_side()
    {
        var config = ConfigurationFactory.ParseString("a = [1, 2,\n3\n4 # four\n]\nb = [x] [y]\nc = []\nd = [{n = 1}, [2]]");
        config.GetIntList("a").ShouldBe([1, 2, 3, 4]);
        config.GetStringList("b").ShouldBe(["x", "y"]);
        config.GetStringList("c").ShouldBeEmpty();
        config.GetValue("d")!.GetArray()[0].GetObject().GetKey("n")!.GetInt().ShouldBe(1);
        config.GetValue("d")!.GetArray()[1].GetIntList().ShouldBe([2]);
    }
}
