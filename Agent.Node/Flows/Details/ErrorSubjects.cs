namespace Agent.Node.Flows.Details;

/// <summary>UUIDs of the flows that a flow of ICMP errors is about: the first few, in the order of the errors.</summary>
internal sealed class ErrorSubjects
{
    private const int Most = 4;

    /// <summary>Before the oldest is waited for: its engine is rarely that far behind.</summary>
    private const int MostWaiting = 64;

    private readonly List<ulong> _named = [];
    private Queue<QuotedFlow>? _waiting;

    /// <summary>Those that are known; all of them after <see cref="Settle"/>.</summary>
    internal IReadOnlyList<ulong> Named => _named;

    internal void Add(in QuotedFlow subject)
    {
        if (_waiting is null or { Count: 0 } && subject.IsKnown)
        {
            Name(subject.Wait());
            return;
        }

        if (_named.Count == Most)
        {
            return;
        }

        _waiting ??= [];
        _waiting.Enqueue(subject);
        while (_waiting.TryPeek(out var oldest) && (oldest.IsKnown || _waiting.Count > MostWaiting))
        {
            _waiting.Dequeue();
            Name(oldest.Wait());
        }
    }

    /// <summary>Waits for those that other engines know.</summary>
    internal void Settle()
    {
        while (_waiting is not null && _waiting.TryDequeue(out var subject))
        {
            Name(subject.Wait());
        }
    }

    private void Name(ulong uuid)
    {
        if (uuid != 0 && _named.Count < Most && !_named.Contains(uuid))
        {
            _named.Add(uuid);
        }
    }
}
