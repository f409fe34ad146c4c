using Shared.Messages.Flows;

namespace Analyzer.Node.Flows;

/// <summary>What a flows entity keeps, and for how long.</summary>
/// <param name="Retention">Time after its last packet for which a flow can be queried; after its last update when that's later, as it is for flows of capture files.</param>
/// <param name="MaxFlows">Flows kept at most; the longest unseen go first.</param>
/// <param name="MaxRawBytes">Bytes of raw packets kept at most.</param>
internal sealed record FlowLimits(TimeSpan Retention, int MaxFlows, long MaxRawBytes = FlowLimits.DefaultMaxRawBytes)
{
    /// <summary>With all partitions' at their most, a quarter of a GiB; half of what fits into one message.</summary>
    public const long DefaultMaxRawBytes = 16 << 20;
}

/// <summary>
/// The newest state of each flow of a partition, found by its ids and its node without a scan. Private to one actor; what it
/// decides depends on nothing else. It changes in place: a partition may hold hundreds of thousands of flows.
/// </summary>
internal sealed class FlowPartitionState(FlowLimits limits)
{
    private readonly Dictionary<string, Flow> _flows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _storedAt = new(StringComparer.Ordinal);
    private readonly Index _byTrackingId = new(flow => flow.TrackingId);
    private readonly Index _byL3TrackingId = new(flow => flow.L3TrackingId);
    private readonly Index _byNode = new(flow => flow.NodeTid);
    private readonly RawPacketStore _rawPackets = new(limits.MaxRawBytes);

    public int Count => _flows.Count;

    /// <summary>Which of the told flows and packets are news; null when none is.</summary>
    public FlowsUpdated? Decide(UpdateFlows update, long at)
    {
        var updated = new FlowsUpdated { At = at };
        foreach (var flow in update.Flows)
        {
            if (flow.Uuid.Length > 0 && IsNews(flow))
            {
                updated.Flows.Add(flow);
            }
        }

        updated.RawPackets.AddRange(update.RawPackets.Where(packet => packet.FlowUuid.Length > 0 && !_rawPackets.Has(packet)));
        return updated.Flows.Count + updated.RawPackets.Count > 0 ? updated : null;
    }

    /// <summary>Which flows are past their retention or over the limit; null when none is. Looks at every flow.</summary>
    public FlowsExpired? DecideExpiry(long at)
    {
        var horizon = at - (long)limits.Retention.TotalMilliseconds;
        var expired = new FlowsExpired { At = at };
        expired.Uuids.AddRange(_flows.Values.Where(flow => LastSeen(flow) < horizon).Select(flow => flow.Uuid));
        var over = _flows.Count - expired.Uuids.Count - limits.MaxFlows;
        if (over > 0)
        {
            expired.Uuids.AddRange(_flows.Values.Where(flow => LastSeen(flow) >= horizon).OrderBy(LastSeen).Take(over).Select(flow => flow.Uuid));
        }

        return expired.Uuids.Count > 0 ? expired : null;
    }

    public void Apply(FlowsUpdated updated)
    {
        foreach (var flow in updated.Flows)
        {
            Set(flow, updated.At);
        }

        foreach (var packet in updated.RawPackets)
        {
            _rawPackets.Add(packet);
        }
    }

    public void Apply(FlowsExpired expired)
    {
        foreach (var uuid in expired.Uuids)
        {
            Remove(uuid);
            _rawPackets.Remove(uuid);
        }
    }

    public void Apply(FlowsState snapshot)
    {
        foreach (var flow in snapshot.Flows)
        {
            Set(flow, snapshot.StoredAt.TryGetValue(flow.Uuid, out var at) ? at : flow.Last);
        }

        foreach (var packet in snapshot.RawPackets)
        {
            _rawPackets.Add(packet);
        }
    }

    public FlowsState ToSnapshot()
    {
        var snapshot = new FlowsState();
        snapshot.Flows.AddRange(_flows.Values);
        snapshot.StoredAt.Add(_storedAt);
        snapshot.RawPackets.AddRange(_rawPackets.All());
        return snapshot;
    }

    /// <summary>The flows that meet every given criterion, the most recently seen first.</summary>
    public FoundFlows Find(GetFlows query)
    {
        var nodes = SetOf(query.NodeTids);
        var uuids = SetOf(query.Uuids);
        var tracking = SetOf(query.TrackingIds);
        var l3Tracking = SetOf(query.L3TrackingIds);
        var found = Candidates(query).Where(flow =>
            (nodes is null || nodes.Contains(flow.NodeTid))
            && (uuids is null || uuids.Contains(flow.Uuid))
            && (tracking is null || tracking.Contains(flow.TrackingId))
            && (l3Tracking is null || l3Tracking.Contains(flow.L3TrackingId))
            && (query.ActiveSince == 0 || flow.Last >= query.ActiveSince)
            && (query.ActiveUntil == 0 || flow.Start <= query.ActiveUntil));
        var sorted = found.OrderByDescending(flow => flow.Last).ThenBy(flow => flow.Uuid, StringComparer.Ordinal);
        var answer = new FoundFlows { Partition = query.Partition };
        answer.Flows.AddRange(query.Limit > 0 ? sorted.Take(query.Limit) : sorted);
        return answer;
    }

    /// <summary>The raw packets of these flows.</summary>
    public FoundRawPackets Find(GetRawPackets query)
    {
        var answer = new FoundRawPackets { Partition = query.Partition };
        answer.RawPackets.AddRange(_rawPackets.Of(query.Uuids));
        return answer;
    }

    // By the criterion that leaves the fewest.
    private IEnumerable<Flow> Candidates(GetFlows query)
    {
        if (query.Uuids.Count > 0)
        {
            return query.Uuids.Distinct(StringComparer.Ordinal).Select(uuid => _flows.GetValueOrDefault(uuid)).OfType<Flow>();
        }

        if (query.TrackingIds.Count > 0)
        {
            return _byTrackingId.Of(query.TrackingIds);
        }

        if (query.L3TrackingIds.Count > 0)
        {
            return _byL3TrackingId.Of(query.L3TrackingIds);
        }

        return query.NodeTids.Count > 0 ? _byNode.Of(query.NodeTids) : _flows.Values;
    }

    // Counters are absolute and only grow: an update that was sent again, behind a newer one, is not news.
    private bool IsNews(Flow told)
    {
        if (!_flows.TryGetValue(told.Uuid, out var known))
        {
            return true;
        }

        if (told.Last < known.Last || Packets(told) < Packets(known))
        {
            return false;
        }

        if (known.FinishType != FinishType.NotFinished && told.FinishType == FinishType.NotFinished)
        {
            return false;
        }

        return !told.Equals(known);
    }

    private static long Packets(Flow flow) => flow.Metric is { } metric ? metric.AbPackets + metric.BaPackets : 0;

    private long LastSeen(Flow flow) => Math.Max(flow.Last, _storedAt[flow.Uuid]);

    private void Set(Flow flow, long at)
    {
        Remove(flow.Uuid);
        _flows[flow.Uuid] = flow;
        _storedAt[flow.Uuid] = at;
        _byTrackingId.Add(flow);
        _byL3TrackingId.Add(flow);
        _byNode.Add(flow);
    }

    private void Remove(string uuid)
    {
        if (!_flows.Remove(uuid, out var flow))
        {
            return;
        }

        _storedAt.Remove(uuid);
        _byTrackingId.Remove(flow);
        _byL3TrackingId.Remove(flow);
        _byNode.Remove(flow);
    }

    private static HashSet<string>? SetOf(IList<string> wanted) => wanted.Count == 0 ? null : new HashSet<string>(wanted, StringComparer.Ordinal);

    private sealed class Index(Func<Flow, string> key)
    {
        private readonly Dictionary<string, Dictionary<string, Flow>> _flows = new(StringComparer.Ordinal);

        public void Add(Flow flow)
        {
            if (!_flows.TryGetValue(key(flow), out var same))
            {
                _flows[key(flow)] = same = new Dictionary<string, Flow>(1, StringComparer.Ordinal);
            }

            same[flow.Uuid] = flow;
        }

        public void Remove(Flow flow)
        {
            if (_flows.TryGetValue(key(flow), out var same) && same.Remove(flow.Uuid) && same.Count == 0)
            {
                _flows.Remove(key(flow));
            }
        }

        public IEnumerable<Flow> Of(IEnumerable<string> keys)
        {
            foreach (var wanted in keys.Distinct(StringComparer.Ordinal))
            {
                if (!_flows.TryGetValue(wanted, out var same))
                {
                    continue;
                }

                foreach (var flow in same.Values)
                {
                    yield return flow;
                }
            }
        }
    }
}
