using Akka.Actor;

namespace Analyzer.Node.Topology;

/// <summary>The agent that tells this host's graph. Not persisted: an agent registers again with whoever asks.</summary>
/// <param name="Session">The agent's start.</param>
/// <param name="Reference">Who registered; its end is the agent's end.</param>
/// <param name="Sequence">The last message of the graph that is stored; -1 when the whole graph is due.</param>
internal sealed record AgentSession(string Session, IActorRef Reference, long Sequence)
{
    public const long WholeGraphDue = -1;

    /// <summary>What to do with changes of this number.</summary>
    public Verdict Judge(long sequence)
    {
        if (Sequence == WholeGraphDue || sequence > Sequence + 1)
            return Verdict.Gap;
        return sequence <= Sequence ? Verdict.Known : Verdict.Next;
    }

    internal enum Verdict
    {
        /// <summary>The next one: take it.</summary>
        Next,

        /// <summary>Sent again, as its acknowledgement was lost: acknowledge it again.</summary>
        Known,

        /// <summary>Something is missing before it: ask for the whole graph.</summary>
        Gap,
    }
}
