namespace Akka.Remote.Transport;

/// <summary>
/// Texts that recur on a connection (actors' paths, manifests) cross it once: 0 is none, 1 is a text that isn't kept, 2 is a
/// text that gets the next number, and n + 3 is the text of number n.
/// </summary>
internal static class TextTable
{
    public const int None = 0;
    public const int Unkept = 1;
    public const int Kept = 2;
    public const int FirstNumber = 3;

    /// <summary>How many texts a connection keeps; those beyond are written out each time.</summary>
    public const int Capacity = 4_096;

    public const int MaximumLength = 2_048;
}

/// <summary>The writing side.</summary>
internal sealed class TextTableWriter<TKey>(IEqualityComparer<TKey> comparer)
    where TKey : class
{
    private readonly Dictionary<TKey, int> _numbers = new(comparer);
    private TKey? _lastKey;
    private int _lastNumber;

    public void Write(FrameWriter to, TKey? key, Func<TKey, string> text, bool keep)
    {
        if (key is null)
        {
            to.WriteVarint(TextTable.None);
            return;
        }

        if (ReferenceEquals(key, _lastKey))
        {
            to.WriteVarint((ulong)(_lastNumber + TextTable.FirstNumber));
            return;
        }

        if (!keep)
        {
            to.WriteVarint(TextTable.Unkept);
            to.WriteText(text(key));
            return;
        }

        if (_numbers.TryGetValue(key, out var number))
        {
            to.WriteVarint((ulong)(number + TextTable.FirstNumber));
        }
        else
        {
            var written = text(key);
            number = _numbers.Count;
            if (number >= TextTable.Capacity || written.Length > TextTable.MaximumLength)
            {
                to.WriteVarint(TextTable.Unkept);
                to.WriteText(written);
                return;
            }

            _numbers.Add(key, number);
            to.WriteVarint(TextTable.Kept);
            to.WriteText(written);
        }

        _lastKey = key;
        _lastNumber = number;
    }
}

/// <summary>The reading side: texts, and what the reader made of them.</summary>
internal sealed class TextTableReader<TValue>
{
    private readonly List<Entry> _entries = [];

    /// <summary>The entry for the text that follows; null for none.</summary>
    public Entry? Read(ref FrameReader from)
    {
        var code = from.ReadVarint();
        switch (code)
        {
            case TextTable.None:
                return null;
            case TextTable.Unkept:
                return new Entry(from.ReadText());
            case TextTable.Kept:
                if (_entries.Count >= TextTable.Capacity)
                    throw new InvalidDataException("More texts are to be kept than a connection keeps.");
                var entry = new Entry(from.ReadText());
                _entries.Add(entry);
                return entry;
            default:
                var number = code - TextTable.FirstNumber;
                return number < (ulong)_entries.Count ? _entries[(int)number] : throw new InvalidDataException($"The text of number {number} never came.");
        }
    }

    public sealed class Entry(string text)
    {
        public string Text { get; } = text;

        public TValue? Value { get; set; }
    }
}
