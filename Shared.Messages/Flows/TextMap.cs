namespace Shared.Messages.Flows;

/// <summary>The numbers that one's texts have with another, each looked up once. Valid as long as neither gives a number away.</summary>
/// <param name="from">The one's.</param>
/// <param name="to">The other's.</param>
/// <param name="holds">Whether what it has found stays the other's until it's disposed of.</param>
internal sealed class TextMap(FlowTexts from, FlowTexts to, bool holds = false) : IDisposable
{
    private int[] _numbers = [0];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var number in _numbers)
        {
            if (holds && number > 0)
            {
                to.Release(number);
            }
        }
    }

    /// <summary>Gives a row the other's numbers.</summary>
    internal void Map(ref FlowRow row)
    {
        foreach (ref var number in row.TextNumbers)
        {
            number = Of(number);
        }
    }

    private int Of(int number) => number < _numbers.Length && _numbers[number] >= 0 ? _numbers[number] : Find(number);

    private int Find(int number)
    {
        if (number >= _numbers.Length)
        {
            var before = _numbers.Length;
            Array.Resize(ref _numbers, Math.Max(from.End, number + 1));
            Array.Fill(_numbers, -1, before, _numbers.Length - before);
        }

        _numbers[number] = to.Of(from[number]);
        if (holds)
        {
            to.Hold(_numbers[number]);
        }

        return _numbers[number];
    }
}
