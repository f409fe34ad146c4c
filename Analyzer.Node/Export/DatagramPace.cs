namespace Analyzer.Node.Export;

/// <summary>
/// So many datagrams a second, a few at once at most: a receiver's socket holds about two hundred of them, and what comes beyond
/// that is lost without anybody being told. Private to one sender.
/// </summary>
internal sealed class DatagramPace(int perSecond)
{
    /// <summary>Datagrams at once, as a part of those of a second.</summary>
    private const int PartOfASecond = 250;

    private readonly double _most = Math.Max((double)perSecond / PartOfASecond, 1);
    private double _left = 1;
    private TimeSpan? _at;

    /// <summary>Whether the next one may go now.</summary>
    /// <param name="now">The time, since whenever.</param>
    public bool TryTake(TimeSpan now)
    {
        _left = Math.Min(_most, _left + ((now - (_at ?? now)).TotalSeconds * perSecond));
        _at = now;
        if (_left < 1)
        {
            return false;
        }

        _left--;
        return true;
    }
}
