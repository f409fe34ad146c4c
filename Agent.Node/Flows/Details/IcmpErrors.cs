using Agent.Node.Decoding;
using Shared.Messages.Flows;

namespace Agent.Node.Flows.Details;

/// <summary>The ICMP errors about a flow's packets, by what they say and who says it; the first few different ones, and how many were others.</summary>
internal sealed class IcmpErrors
{
    private const int Most = 4;

    private readonly List<IcmpError> _errors = [];
    private long _others;

    /// <summary>Counts an error.</summary>
    internal void Add(in PacketLayers error)
    {
        var name = IcmpNames.Of(error.Transport, error.IcmpType);
        var from = FlowForms.Address(error.IpVersion == 6, error.SourceHigh, error.SourceLow);
        foreach (var known in _errors)
        {
            if (known.Type == name && known.Code == error.IcmpCode && known.From == from)
            {
                known.Count++;
                return;
            }
        }

        if (_errors.Count == Most)
        {
            _others++;
            return;
        }

        _errors.Add(new IcmpError { Type = name, Code = error.IcmpCode, From = from, Count = 1 });
    }

    internal void AddTo(Flow flow)
    {
        flow.IcmpErrors.Add(_errors.Select(error => error.Clone()));
        flow.OtherIcmpErrors = _others;
    }
}
