namespace Agent.Node.Flows;

/// <summary>Which of several engines one is, and what all of them have together.</summary>
/// <param name="Number">From 0 on.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Flows">That may be kept at once.</param>
/// <param name="Streams">Whose beginnings may be put in order at once.</param>
/// <param name="Stopped">Another engine failed: nobody waits for it.</param>
internal sealed record EngineShare(int Number, int Count, SharedBudget Flows, SharedBudget Streams, CancellationToken Stopped);

/// <summary>A number of things that several threads take from, and give back.</summary>
internal sealed class SharedBudget(long amount)
{
    private long _left = amount;

    /// <summary>As many as there are, up to so many.</summary>
    internal long Take(long most)
    {
        while (true)
        {
            var left = Volatile.Read(ref _left);
            var taken = Math.Min(left, most);
            if (taken <= 0 || Interlocked.CompareExchange(ref _left, left - taken, left) == left)
            {
                return Math.Max(taken, 0);
            }
        }
    }

    internal void GiveBack(long count) => Interlocked.Add(ref _left, count);
}
