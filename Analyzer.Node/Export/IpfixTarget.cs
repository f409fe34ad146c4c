using System.Threading.Channels;
using Analyzer.Node.Telemetry;
using Shared.Messages.Configuration;
using Topology.Fabric.Flows;

namespace Analyzer.Node.Export;

/// <summary>
/// One who takes IPFIX messages. What waits for it has a bound: beyond it records aren't sent, and what they counted is added
/// to the next record of their flow. Records are added by one thread, messages are sent by another.
/// </summary>
internal sealed class IpfixTarget
{
    /// <summary>Flows at most whose counters wait for their next record.</summary>
    private const int MostOwed = 1 << 16;

    private const int TcpMessage = 16 << 10;

    private readonly IpfixOptions _options;
    private readonly string _name;
    private readonly Channel<IpfixMessage> _queue;
    private readonly int _most;
    private readonly IpfixMessages _messages;
    private readonly Dictionary<ulong, FlowUpdate> _owed = [];
    private readonly byte[] _record = new byte[IpfixTemplate.LongestRecord];
    private long _sent;
    private long _dropped;

    public IpfixTarget(IpfixTargetOptions target, IpfixOptions options)
    {
        Address = target;
        _options = options;
        _name = target.ToString();
        MessageSize = target.IsTcp ? TcpMessage : options.MessageSize;
        _most = Math.Max(options.Queue / MessageSize, 1);
        _queue = Channel.CreateUnbounded<IpfixMessage>(new UnboundedChannelOptions { SingleWriter = true });
        _messages = new IpfixMessages(MessageSize, message => _queue.Writer.TryWrite(message));
    }

    /// <summary>Where it is.</summary>
    public IpfixTargetOptions Address { get; }

    /// <summary>Bytes of a message at most.</summary>
    public int MessageSize { get; }

    /// <summary>Of all messages.</summary>
    public uint Domain => _options.ObservationDomain;

    /// <summary>How often templates are told again by UDP.</summary>
    public TimeSpan TemplateRefresh => _options.TemplateRefresh;

    /// <summary>Datagrams a second at most.</summary>
    public int DatagramRate => _options.DatagramRate;

    /// <summary>Messages that wait.</summary>
    public ChannelReader<IpfixMessage> Queue => _queue.Reader;

    /// <summary>"connecting", "sending", or what's wrong.</summary>
    public string State { get; set; } = "connecting";

    /// <summary>Records that were sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Records that weren't, since too many waited or they couldn't be sent.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Flows whose counters wait for their next record.</summary>
    public int Owed => _owed.Count;

    /// <summary>Adds a flow's record.</summary>
    /// <param name="template">Its template.</param>
    /// <param name="flow">It.</param>
    /// <param name="mayOwe">Whether a later record can make up for this one.</param>
    public void Add(IpfixTemplate template, in IpfixFlow flow, bool mayOwe)
    {
        ref readonly var row = ref flow.Row;
        if (_queue.Reader.Count >= _most)
        {
            CountDropped(1);
            if (mayOwe && (_owed.Count < MostOwed || _owed.ContainsKey(row.Uuid)))
            {
                _owed[row.Uuid] = _owed.TryGetValue(row.Uuid, out var before) ? Sum(before, flow.Counted) : flow.Counted;
            }

            return;
        }

        var length = _owed.Count > 0 && _owed.Remove(row.Uuid, out var owed)
            ? template.WriteRecord(_record, new IpfixFlow(in row, flow.Texts, Sum(owed, flow.Counted), flow.Reason, flow.Outer))
            : template.WriteRecord(_record, flow);
        _messages.Add(template.Id, _record.AsSpan(0, length));
    }

    /// <summary>Has what was added sent now.</summary>
    public void Flush() => _messages.Flush();

    /// <summary>Records were sent.</summary>
    public void CountSent(int records)
    {
        Interlocked.Add(ref _sent, records);
        AnalyzerMetrics.CountExport(_name, "sent", records);
    }

    /// <summary>Records weren't.</summary>
    public void CountDropped(int records)
    {
        Interlocked.Add(ref _dropped, records);
        AnalyzerMetrics.CountExport(_name, "dropped", records);
    }

    private static FlowUpdate Sum(in FlowUpdate one, in FlowUpdate other) => new(
        one.AbPackets + other.AbPackets, one.AbBytes + other.AbBytes, one.BaPackets + other.BaPackets, one.BaBytes + other.BaBytes, Math.Min(one.Start, other.Start));
}
