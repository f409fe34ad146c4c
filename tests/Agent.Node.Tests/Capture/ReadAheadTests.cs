using Agent.Node.Capture;

namespace Agent.Node.Tests.Capture;

public sealed class ReadAheadTests
{
    [Fact]
    public void What_the_source_has_is_read_to_its_end_in_pieces_of_any_length()
    {
        var content = new byte[3_000_000];
        new Random(1).NextBytes(content);
        using var ahead = new ReadAhead(() => new MemoryStream(content));
        using var read = new MemoryStream();
        var piece = new byte[70_001];
        for (int length; (length = ahead.Read(piece.AsSpan(0, 1 + (int)(read.Length % piece.Length)))) > 0;)
        {
            read.Write(piece, 0, length);
        }

        read.ToArray().ShouldBe(content);
        ahead.Read(piece).ShouldBe(0);
    }

    [Fact]
    public void Whatever_ends_the_reading_comes_after_what_was_read_before_and_says_why()
    {
        using var ahead = new ReadAhead(() => new Failing(1000));
        var read = new byte[2000];
        ahead.Read(read).ShouldBe(1000);
        Should.Throw<IOException>(() => ahead.Read(read)).InnerException.ShouldBeOfType<NotSupportedException>().Message.ShouldBe("no such format");
        using var closed = new ReadAhead(() => throw new CaptureException("it's empty"));
        Should.Throw<CaptureException>(() => closed.Read(read)).Message.ShouldBe("it's empty");
    }

    [Fact]
    public async Task A_reader_that_waits_is_told_the_end_when_it_is_stopped()
    {
        using var silence = new ManualResetEventSlim();
        using var ahead = new ReadAhead(() => new Silent([1, 2, 3], silence));
        var read = new byte[10];
        ahead.Read(read).ShouldBe(3);
        var waiting = Task.Run(() => ahead.Read(read));
        waiting.IsCompleted.ShouldBeFalse();
        ahead.Stop();
        (await waiting.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBe(0);
        silence.Set();
    }

    /// <summary>Gives so many bytes, then it fails.</summary>
    private sealed class Failing(int length) : MemoryStream(new byte[length])
    {
        public override int Read(byte[] buffer, int offset, int count) => Position < Length ? base.Read(buffer, offset, count) : throw new NotSupportedException("no such format");
    }

    /// <summary>Gives these bytes, and no more until the silence ends.</summary>
    private sealed class Silent(byte[] bytes, ManualResetEventSlim silence) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count)
        {
            if (Position == Length)
            {
                silence.Wait();
            }

            return base.Read(buffer, offset, count);
        }
    }
}
