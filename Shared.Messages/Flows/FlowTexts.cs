using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Shared.Messages.Flows;

/// <summary>Texts that many flows share, by number; 0 is the empty one. Not thread-safe.</summary>
internal sealed class FlowTexts
{
    private const int Recent = 32;

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [""];
    private readonly List<int> _holders = [1];
    private readonly Stack<int> _free = [];

    // The same few objects come again and again: found by what they are, they needn't be hashed.
    private readonly (string? Text, int Number)[] _recent = new (string?, int)[Recent];

    /// <summary>Numbers given out are below this.</summary>
    public int End => _texts.Count;

    /// <summary>The text of a number.</summary>
    public string this[int number] => _texts[number];

    /// <summary>The number of a text, a new one where it has none.</summary>
    public int Of(string text)
    {
        if (text.Length == 0)
        {
            return 0;
        }

        ref var recent = ref _recent[RuntimeHelpers.GetHashCode(text) & (Recent - 1)];
        if (ReferenceEquals(recent.Text, text))
        {
            return recent.Number;
        }

        recent = (text, Add(text));
        return recent.Number;
    }

    private int Add(string text)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, text, out var isKnown);
        if (!isKnown)
        {
            number = _free.TryPop(out var free) ? free : Append();
            _texts[number] = text;
            _holders[number] = 0;
        }

        return number;
    }

    /// <summary>The number of a text; -1: nothing here has it.</summary>
    public int Find(string text) => text.Length == 0 ? 0 : _numbers.TryGetValue(text, out var number) ? number : -1;

    /// <summary>Somebody more needs the text.</summary>
    public void Hold(int number) => CollectionsMarshal.AsSpan(_holders)[number]++;

    /// <summary>Somebody doesn't any more; without anybody the number is another text's next.</summary>
    public void Release(int number)
    {
        if (number != 0 && --CollectionsMarshal.AsSpan(_holders)[number] == 0)
        {
            _numbers.Remove(_texts[number]);
            Array.Clear(_recent);
            _texts[number] = "";
            _free.Push(number);
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _numbers.Clear();
        Array.Clear(_recent);
        _texts.RemoveRange(1, _texts.Count - 1);
        _holders.RemoveRange(1, _holders.Count - 1);
        _free.Clear();
    }

    private int Append()
    {
        _texts.Add("");
        _holders.Add(0);
        return _texts.Count - 1;
    }
}
