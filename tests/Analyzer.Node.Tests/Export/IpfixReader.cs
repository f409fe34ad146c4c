using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Analyzer.Node.Tests.Export;

/// <summary>Reads IPFIX messages by RFC 7011 alone.</summary>
internal sealed class IpfixReader
{
    private readonly Dictionary<ushort, List<(uint Enterprise, ushort Id, ushort Length)>> _templates = [];

    /// <summary>Records so far: values by enterprise and element.</summary>
    public List<IpfixValues> Records { get; } = [];

    /// <summary>Sequence numbers of the messages, each with how many records came before it.</summary>
    public List<(uint Told, uint Counted)> Sequences { get; } = [];

    public int Templates => _templates.Count;

    public uint Domain { get; private set; }

    public void Read(ReadOnlySpan<byte> message)
    {
        BinaryPrimitives.ReadUInt16BigEndian(message).ShouldBe((ushort)10);
        BinaryPrimitives.ReadUInt16BigEndian(message[2..]).ShouldBe((ushort)message.Length);
        DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32BigEndian(message[4..])).ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
        Sequences.Add((BinaryPrimitives.ReadUInt32BigEndian(message[8..]), (uint)Records.Count));
        Domain = BinaryPrimitives.ReadUInt32BigEndian(message[12..]);
        for (var rest = message[16..]; !rest.IsEmpty;)
        {
            var (id, length) = (BinaryPrimitives.ReadUInt16BigEndian(rest), BinaryPrimitives.ReadUInt16BigEndian(rest[2..]));
            var set = rest[4..length];
            rest = rest[length..];
            while (!set.IsEmpty)
            {
                if (id == 2)
                {
                    ReadTemplate(ref set);
                }
                else
                {
                    Records.Add(ReadRecord(_templates[id], ref set));
                }
            }
        }
    }

    private void ReadTemplate(ref ReadOnlySpan<byte> set)
    {
        var (id, count) = (BinaryPrimitives.ReadUInt16BigEndian(set), BinaryPrimitives.ReadUInt16BigEndian(set[2..]));
        set = set[4..];
        var fields = new List<(uint, ushort, ushort)>();
        for (var i = 0; i < count; i++)
        {
            var (element, length) = (BinaryPrimitives.ReadUInt16BigEndian(set), BinaryPrimitives.ReadUInt16BigEndian(set[2..]));
            var isEnterprise = (element & 0x8000) != 0;
            fields.Add((isEnterprise ? BinaryPrimitives.ReadUInt32BigEndian(set[4..]) : 0, (ushort)(element & 0x7fff), length));
            set = set[(isEnterprise ? 8 : 4)..];
        }

        _templates[id] = fields;
    }

    private static IpfixValues ReadRecord(List<(uint Enterprise, ushort Id, ushort Length)> fields, ref ReadOnlySpan<byte> set)
    {
        var values = new Dictionary<(uint, ushort), byte[]>();
        foreach (var (enterprise, id, length) in fields)
        {
            int bytes = length;
            if (length == 65535)
            {
                bytes = set[0];
                bytes.ShouldBeLessThan(255);
                set = set[1..];
            }

            values.Add((enterprise, id), set[..bytes].ToArray());
            set = set[bytes..];
        }

        return new IpfixValues(values);
    }
}

/// <summary>What a record says.</summary>
internal sealed class IpfixValues(Dictionary<(uint Enterprise, ushort Id), byte[]> values)
{
    public const uint Own = 32473;
    public const uint Reverse = 29305;

    public bool Has(ushort id, uint enterprise = 0) => values.ContainsKey((enterprise, id));

    public ulong Number(ushort id, uint enterprise = 0) => values[(enterprise, id)].Aggregate(0UL, (number, part) => (number << 8) | part);

    public string Text(ushort id, uint enterprise = 0) => Encoding.UTF8.GetString(values[(enterprise, id)]);

    public string Address(ushort id, uint enterprise = 0) => new IPAddress(values[(enterprise, id)]).ToString();
}
