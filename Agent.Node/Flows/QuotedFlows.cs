namespace Agent.Node.Flows;

/// <summary>
/// What the engines that look at others' ICMP errors say about them: which flow of theirs it is that the error quotes. Of the
/// packets of one job, by their place in it.
/// </summary>
/// <param name="first">The number of the job's first packet.</param>
/// <param name="packets">How many it has.</param>
/// <param name="others">Engines that look at another's error; each says something about every one.</param>
/// <param name="stopped">One of them failed.</param>
internal sealed class QuotedFlows(long first, int packets, int others, CancellationToken stopped)
{
    private readonly Answer[] _answers = new Answer[packets];

    /// <summary>For the engine whose packet it is.</summary>
    internal QuotedFlow Of(long packet) => new(this, 0, (int)(packet - first));

    /// <summary>For the others: the flow's UUID, or 0 for none of theirs.</summary>
    internal void Say(long packet, ulong uuid)
    {
        ref var answer = ref _answers[packet - first];
        if (uuid != 0)
        {
            Volatile.Write(ref answer.Uuid, uuid);
        }

        Interlocked.Increment(ref answer.Told);
    }

    internal bool IsKnown(int index) => Volatile.Read(ref _answers[index].Told) == others || Volatile.Read(ref _answers[index].Uuid) != 0;

    /// <summary>
    /// Waits for those that are behind; 0: it's no flow that there is. Engines go through packets in the same order and wait
    /// for what lies behind them alone, so that of two that wait for each other one would be behind itself.
    /// </summary>
    internal ulong Wait(int index)
    {
        var wait = new SpinWait();
        while (!IsKnown(index))
        {
            stopped.ThrowIfCancellationRequested();
            wait.SpinOnce();
        }

        return Volatile.Read(ref _answers[index].Uuid);
    }

    private struct Answer
    {
        internal ulong Uuid;
        internal int Told;
    }
}

/// <summary>A flow that an ICMP error quotes: known, or another engine's that will say it.</summary>
internal readonly record struct QuotedFlow(QuotedFlows? Asked, ulong Uuid, int Index)
{
    internal bool IsKnown => Asked is null || Asked.IsKnown(Index);

    /// <summary>0: it's no flow that there is.</summary>
    internal ulong Wait() => Asked is null ? Uuid : Asked.Wait(Index);
}
