using System.Buffers;

namespace Analyzer.Node.Queries;

/// <summary>A buffer that takes so many bytes and no more.</summary>
internal sealed class BoundedBuffer(long most) : IBufferWriter<byte>
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    /// <exception cref="AnswerTooLargeException">It's one byte too many.</exception>
    public void Advance(int count)
    {
        _bytes.Advance(count);
        Check(_bytes.WrittenCount, most);
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => _bytes.GetSpan(sizeHint);

    /// <exception cref="AnswerTooLargeException">It's too many.</exception>
    public static void Check(long bytes, long most)
    {
        if (bytes > most)
        {
            throw new AnswerTooLargeException($"the answer is larger than {most} bytes (skydive.analyzer.http.query-bytes): select less, or ask for Values instead of all");
        }
    }
}
