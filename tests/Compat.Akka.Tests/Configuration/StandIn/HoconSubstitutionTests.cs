using Akka.Configuration;

namespace Compat.Akka.Tests.Configuration.StandIn;

public sealed class HoconSubstitutionTests
{
    [Fact]
    public void A_substitution_is_the_final_value_of_its_path()
    {
        var config = ConfigurationFactory.ParseString("a = ${b.c}\nb.c = 1\nb.c = 2");
        config.GetInt("a").ShouldBe(2);
    }

    [Fact]
    public void Substitutions_take_part_in_text_arrays_and_objects()
    {
        var config = ConfigurationFactory.ParseString("""
            host = localhost
            url = "akka.tcp://s@"${host}":"${port}
            port = 9111
            list = [1] ${more} [4]
            more = [2, 3]
            base { x = 1, y = 2 }
            derived = ${base} { y = 3 }
            """);
        config.GetString("url").ShouldBe("akka.tcp://s@localhost:9111");
        config.GetIntList("list").ShouldBe([1, 2, 3, 4]);
        config.GetInt("derived.x").ShouldBe(1);
        config.GetInt("derived.y").ShouldBe(3);
    }

    [Fact]
    public void A_value_may_extend_its_earlier_self()
    {
        var config = ConfigurationFactory.ParseString("path = [a]\npath = ${path} [b]\nname = x\nname = ${name}y\nn.o = 1\nn.o = ${n.o}2");
        config.GetStringList("path").ShouldBe(["a", "b"]);
        config.GetString("name").ShouldBe("xy");
        config.GetString("n.o").ShouldBe("12");
    }

    [Fact]
    public void An_optional_substitution_that_finds_nothing_leaves_what_was_there()
    {
        var config = ConfigurationFactory.ParseString("a = 1\na = ${?NO_SUCH_THING}\nb = ${?NO_SUCH_THING}\nc = [x, ${?NO_SUCH_THING}]\nd = x${?NO_SUCH_THING}y");
        config.GetInt("a").ShouldBe(1);
        config.HasPath("b").ShouldBeFalse();
        config.GetStringList("c").ShouldBe(["x"]);
        config.GetString("d").ShouldBe("xy");
    }

    [Fact]
    public void What_the_document_lacks_comes_from_the_environment()
    {
        Environment.SetEnvironmentVariable("SKYDIVE_HOCON_TEST", "from environment");
        ConfigurationFactory.ParseString("a = ${SKYDIVE_HOCON_TEST}").GetString("a").ShouldBe("from environment");
        ConfigurationFactory.ParseString("a = 1\na = ${?SKYDIVE_HOCON_TEST}").GetString("a").ShouldBe("from environment");
    }

    [Theory]
    [InlineData("x = 1\na = ${no.such.path}", "no.such.path", "line 2, column 5")]
    [InlineData("a = ${b}\nb = ${a}", "${a}", "line 2, column 5")]
    [InlineData("a = ${a}", "a", "line 1, column 5")]
    public void A_substitution_without_a_value_is_refused_with_its_place(string hocon, string what, string where)
    {
        var message = Should.Throw<ConfigurationException>(() => ConfigurationFactory.ParseString(hocon)).Message;
        message.ShouldContain(what);
        message.ShouldContain(where);
    }
}
