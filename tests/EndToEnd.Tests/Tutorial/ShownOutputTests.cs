namespace EndToEnd.Tests.Tutorial;

/// <summary>How a page's output is compared with what was printed.</summary>
public sealed class ShownOutputTests
{
    private const string Id = "0123456789abcdef";
    private const string Other = "fedcba9876543210";

    [Theory]
    [InlineData("[\n  \"a\"\n]\n", "[\n  \"a\"\n]\n", true)]
    [InlineData("[\n  \"a\"\n]\n", "[\n  \"a\",\n  \"b\"\n]\n", false)]
    [InlineData("first\n…\nlast\n", "first\nx\ny\nlast\n", true)]
    [InlineData("first\n…\nlast\n", "first\nlast\n", true)]
    [InlineData("first\n…\nlast\n", "first\nx\n", false)]
    [InlineData("time=… ms\n", "time=0.5 ms\n", true)]
    [InlineData("time=… ms\n", "time=0.5 s\n", false)]
    [InlineData("(a|b)\n", "a\n", false)]
    public void Dots_stand_for_anything_and_all_else_for_itself(string shown, string printed, bool fits) =>
        (new ShownOutput().Difference(shown, printed) is null).ShouldBe(fits);

    [Fact]
    public void An_identifier_stands_for_any_and_for_the_same_one_from_then_on()
    {
        var output = new ShownOutput();
        output.Difference($"\"{Id}\"\n", "\"aaaaaaaaaaaaaaaa\"\n").ShouldBeNull();
        output.Difference($"\"{Id}\"\n", "\"aaaaaaaaaaaaaaaa\"\n").ShouldBeNull();
        output.Difference($"\"{Id}\"\n", "\"bbbbbbbbbbbbbbbb\"\n").ShouldNotBeNull();
        output.Difference($"\"{Other}\"\n", "\"aaaaaaaaaaaaaaaa\"\n").ShouldNotBeNull("two identifiers of the page aren't one");
        output.ValueOf(Id).ShouldBe("aaaaaaaaaaaaaaaa");
    }

    [Fact]
    public void Steps_are_blocks_of_commands_with_the_block_right_behind()
    {
        var steps = TutorialPage.Steps("text\n\n```sh\n./skydive up\n```\n\nmore\n\n```sh\n./skydive client query \"G.V()\"\n```\n\n```json\n[]\n```\n");
        steps.ShouldBe([new PageStep("./skydive up\n", null), new PageStep("./skydive client query \"G.V()\"\n", "[]\n")]);
        steps.Select(step => step.IsQuestion).ShouldBe([false, true]);
    }
}
