using System.Text;
using Agent.Node.Probes.OpenVSwitch;

namespace Agent.Node.Tests.Probes.OpenVSwitch;

public sealed class JsonFramerTests
{
    private const string Stream = """{"a":"}{\"\\"} [1,{"b":[]}]{}""";
    private static readonly string[] Objects = ["""{"a":"}{\"\\"}""", """[1,{"b":[]}]""", "{}"];

    [Fact]
    public void Objects_are_cut_out_wherever_the_stream_is_split()
    {
        var bytes = Encoding.UTF8.GetBytes(Stream);
        for (var step = 1; step <= bytes.Length; step++)
        {
            var framer = new JsonFramer(1000);
            var found = new List<string>();
            foreach (var chunk in bytes.Chunk(step))
            {
                ReadOnlySpan<byte> rest = chunk;
                while (framer.TryRead(ref rest, out var item))
                {
                    found.Add(Encoding.UTF8.GetString(item.Span).Trim());
                }
            }

            found.ShouldBe(Objects);
        }
    }

    [Fact]
    public void What_is_no_object_is_refused()
    {
        Should.Throw<InvalidDataException>(() => Feed(new JsonFramer(1000), "HTTP/1.1 400")).Message.ShouldContain("0x48");
    }

    [Fact]
    public void An_endless_object_is_refused()
    {
        Should.Throw<InvalidDataException>(() => Feed(new JsonFramer(100), "{" + new string(' ', 200))).Message.ShouldContain("100 bytes");
    }

    private static void Feed(JsonFramer framer, string text)
    {
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        framer.TryRead(ref rest, out _);
    }
}
