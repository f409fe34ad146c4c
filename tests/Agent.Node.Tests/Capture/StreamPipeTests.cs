using Agent.Node.Capture;

namespace Agent.Node.Tests.Capture;

public sealed class StreamPipeTests
{
    [Fact]
    public void What_is_copied_is_read_behind_the_path_to_its_end()
    {
        using var source = new CountedStream(new MemoryStream([1, 2, 3]));
        using var pipe = new StreamPipe(source, () => source);
        File.ReadAllBytes(pipe.Path).ShouldBe([1, 2, 3]);
        pipe.Failure.ShouldBeNull();
    }

    [Fact]
    public void Whatever_ends_the_copying_ends_the_pipe_and_says_why()
    {
        using var pipe = new StreamPipe(new CountedStream(Stream.Null), () => throw new NotSupportedException("no such format"));
        File.ReadAllBytes(pipe.Path).ShouldBeEmpty();
        pipe.Failure.ShouldBeOfType<NotSupportedException>().Message.ShouldBe("no such format");
    }
}
