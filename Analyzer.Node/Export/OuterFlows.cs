using Shared.Messages.Flows;

namespace Analyzer.Node.Export;

/// <summary>
/// Tunnels' flows by UUID: those that some flow travels in, each looked for once. Bounded: what nobody asks for is forgotten
/// when there's more than enough. Private to one actor.
/// </summary>
internal sealed class OuterFlows
{
    private const int MostYoung = 1 << 15;

    private static readonly TimeSpan UnknownFor = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<ulong, Question> _wanted = [];
    private readonly Dictionary<ulong, long> _unknown = [];
    private Dictionary<ulong, OuterFlow> _young = [];
    private Dictionary<ulong, OuterFlow> _old = [];

    /// <summary>Whether there's more to look for than can be.</summary>
    private bool IsFull => _wanted.Count >= MostYoung;

    /// <summary>Finds one; what isn't known is looked for.</summary>
    /// <param name="uuid">Its UUID.</param>
    /// <param name="outer">It; null: it can't be found.</param>
    /// <returns>False: it's worth waiting for.</returns>
    public bool TryFind(ulong uuid, out OuterFlow? outer)
    {
        if (_young.TryGetValue(uuid, out outer))
        {
            return true;
        }

        if (_old.TryGetValue(uuid, out outer))
        {
            Know(uuid, outer);
            return true;
        }

        if (_unknown.TryGetValue(uuid, out var until))
        {
            if (Environment.TickCount64 < until)
            {
                return true;
            }

            _unknown.Remove(uuid);
        }

        if (IsFull)
        {
            return true;
        }

        _wanted.TryAdd(uuid, default);
        return false;
    }

    /// <summary>Takes a flow, if it's one that's looked for.</summary>
    public void See(in FlowRow row, FlowTexts texts)
    {
        if (_wanted.Count > 0 && _wanted.Remove(row.Uuid))
        {
            Know(row.Uuid, OuterFlow.Of(row, texts));
        }
    }

    /// <summary>Those to ask for now: at once, and then later and later, for it's all partitions that have to be asked.</summary>
    /// <param name="now">Milliseconds since whenever.</param>
    /// <param name="most">As many at most.</param>
    public List<ulong> Due(long now, int most)
    {
        var due = new List<ulong>();
        foreach (var (uuid, question) in _wanted)
        {
            if (question.Pause == 0 || now >= question.Next)
            {
                due.Add(uuid);
                if (due.Count == most)
                {
                    break;
                }
            }
        }

        foreach (var uuid in due)
        {
            var pause = _wanted[uuid].Pause is var last and > 0 ? 2 * last : (long)FirstPause.TotalMilliseconds;
            _wanted[uuid] = new Question(now + pause, pause);
        }

        return due;
    }

    /// <summary>Gives one up for a while.</summary>
    public void GiveUp(ulong uuid)
    {
        if (_wanted.Remove(uuid))
        {
            if (_unknown.Count >= MostYoung)
            {
                _unknown.Clear();
            }

            _unknown[uuid] = Environment.TickCount64 + (long)UnknownFor.TotalMilliseconds;
        }
    }

    private void Know(ulong uuid, OuterFlow outer)
    {
        if (_young.Count >= MostYoung)
        {
            (_old, _young) = (_young, []);
        }

        _young[uuid] = outer;
    }

    /// <summary>When a flow is asked for again, and how long after the last time; the default: it wasn't asked for yet. Milliseconds.</summary>
    private readonly record struct Question(long Next, long Pause);
}
