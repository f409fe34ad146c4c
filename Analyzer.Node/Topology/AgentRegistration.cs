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
        {
            return Verdict.Gap;
        }

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

/// <summary>A second session that wants this host, while the first is asked whether it lives.</summary>
internal sealed record Claim(string Session, IActorRef Reference);

/// <summary>What a registration makes the entity do.</summary>
internal abstract record RegistrationTask
{
    private RegistrationTask()
    {
    }

    /// <summary>Watch this agent, which may send its graph, instead of the one before.</summary>
    internal sealed record Accept(AgentSession Agent, IActorRef? Before) : RegistrationTask;

    /// <summary>The host is another's.</summary>
    internal sealed record Refuse(IActorRef Second) : RegistrationTask;

    /// <summary>The agent must prove within a while that it lives.</summary>
    internal sealed record Ask(AgentSession Agent, Claim Claim) : RegistrationTask;

    /// <summary>Nobody tells this host's graph any more.</summary>
    internal sealed record Lose : RegistrationTask;
}

/// <summary>
/// Who tells this host's graph, and all decisions about it. Of two agents with one name, or the same host's agent before
/// and after a crash that nobody has noticed yet, the first keeps the host if it proves that it lives. Pure.
/// </summary>
internal sealed record AgentRegistration(AgentSession? Agent, Claim? Claim)
{
    public static readonly AgentRegistration None = new(null, null);

    /// <summary>A session registers.</summary>
    public (AgentRegistration Next, RegistrationTask? Task) Register(string session, IActorRef reference)
    {
        if (Agent is not { } known || known.Session == session)
        {
            return Accept(session, reference);
        }

        if (Claim is not { } other)
        {
            var claim = new Claim(session, reference);
            return (this with { Claim = claim }, new RegistrationTask.Ask(known, claim));
        }

        // The one that waits may ask again; a third is one too many.
        return other.Session == session
            ? (this with { Claim = other with { Reference = reference } }, null)
            : (this, new RegistrationTask.Refuse(reference));
    }

    /// <summary>The agent of that session answered.</summary>
    public (AgentRegistration Next, RegistrationTask? Task) Lives(object session) => Claim is { } claim && Agent is { } known && known.Session.Equals(session)
        ? (this with { Claim = null }, new RegistrationTask.Refuse(claim.Reference))
        : (this, null);

    /// <summary>The agent didn't answer for the sake of this claim.</summary>
    public (AgentRegistration Next, RegistrationTask? Task) Silent(string claimant) => Claim is { } claim && claim.Session == claimant
        ? Accept(claim.Session, claim.Reference)
        : (this, null);

    /// <summary>An agent ended; its successor, which waits already, tells its own graph.</summary>
    public (AgentRegistration Next, RegistrationTask? Task) Ended(IActorRef reference)
    {
        if (Agent is not { } agent || !agent.Reference.Equals(reference))
        {
            return (this, null);
        }

        return Claim is { } claim ? Accept(claim.Session, claim.Reference) : (None, new RegistrationTask.Lose());
    }

    /// <summary>A message of the graph is stored, or never will be.</summary>
    public AgentRegistration Stored(string session, long sequence) =>
        Agent is { } agent && agent.Session == session ? this with { Agent = agent with { Sequence = sequence } } : this;

    private (AgentRegistration Next, RegistrationTask? Task) Accept(string session, IActorRef reference)
    {
        var agent = new AgentSession(session, reference, AgentSession.WholeGraphDue);
        return (new AgentRegistration(agent, null), new RegistrationTask.Accept(agent, Agent?.Reference));
    }
}
