using System.Net;

namespace Agent.Node.Capture.NetFlow;

/// <summary>Who numbers templates and datagrams: an exporter's address and port, the protocol's version, and its own number for a part of itself.</summary>
internal readonly record struct DomainKey(SocketAddress Exporter, ushort Version, uint Id);

/// <summary>What is known of one part of an exporter (RFC 3954: source; RFC 7011: observation domain). Bounded, whatever is sent.</summary>
internal sealed class ObservationDomain
{
    internal const int MostTemplates = 256;
    internal const int MostSamplers = 256;

    private readonly Dictionary<ushort, NetFlowTemplate> _templates = [];
    private readonly Dictionary<ulong, uint> _samplingRates = [];
    private uint _expected;
    private uint _last;
    private bool _isFirst = true;

    /// <summary>Of the last datagram, by our clock.</summary>
    internal long LastUsed { get; set; }

    /// <summary>How many are known.</summary>
    internal int Templates => _templates.Count;

    /// <summary>How many have told their rate.</summary>
    internal int Samplers => _samplingRates.Count;

    internal NetFlowTemplate? Template(ushort id) => _templates.GetValueOrDefault(id);

    /// <summary>A template takes the place of the one before; beyond the bound a new one has none.</summary>
    internal void Learn(ushort id, NetFlowTemplate template)
    {
        if (_templates.Count < MostTemplates || _templates.ContainsKey(id))
        {
            _templates[id] = template;
        }
    }

    /// <summary>Withdrawn (RFC 7011, 8.1), or told in a way that can't be.</summary>
    internal void Forget(ushort id) => _templates.Remove(id);

    internal void LearnSampling(ulong sampler, uint rate)
    {
        if (_samplingRates.Count < MostSamplers || _samplingRates.ContainsKey(sampler))
        {
            _samplingRates[sampler] = rate;
        }
    }

    /// <summary>0: never told.</summary>
    internal uint SamplingRate(ulong sampler) => _samplingRates.GetValueOrDefault(sampler);

    /// <summary>How many came between the last datagram and this one and never reached us, in what the protocol counts.</summary>
    /// <param name="sequence">The datagram's number.</param>
    /// <param name="counted">How many it counts for itself.</param>
    /// <param name="mayCountItself">Some exporters' numbers have the datagram's own records in (softflowd's IPFIX, against RFC 7011, 3.1).</param>
    internal long Lost(uint sequence, uint counted, bool mayCountItself = false)
    {
        var gap = unchecked((int)(sequence - _expected));
        if (mayCountItself)
        {
            gap = Math.Min(gap, Math.Max(unchecked((int)(sequence - _last - counted)), 0));
        }

        var isFirst = _isFirst;
        _isFirst = false;
        // Behind: it comes late, or its sender started anew.
        _expected = unchecked(sequence + counted);
        _last = sequence;
        return isFirst || gap < 0 ? 0 : gap;
    }
}
