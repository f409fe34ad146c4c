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

    private readonly HashSet<ulong> _wanted = [];
    private readonly Dictionary<ulong, long> _unknown = [];
    private Dictionary<ulong, OuterFlow> _young = [];
    private Dictionary<ulong, OuterFlow> _old = [];

    /// <summary>Those to look for.</summary>
    public IReadOnlyCollection<ulong> Wanted => _wanted;

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

        _wanted.Add(uuid);
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
}
