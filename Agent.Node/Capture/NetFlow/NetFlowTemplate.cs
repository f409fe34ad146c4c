using System.Buffers.Binary;

namespace Agent.Node.Capture.NetFlow;

/// <summary>A field of a template.</summary>
/// <param name="Id">Information element (IANA's ipfix registry; NetFlow 9's field types are its first 127).</param>
/// <param name="Length">In bytes; <see cref="Variable"/>: each record says.</param>
/// <param name="Enterprise">Whose element it is; 0: IANA's.</param>
internal readonly record struct NetFlowField(ushort Id, ushort Length, uint Enterprise)
{
    /// <summary>RFC 7011, 7.</summary>
    internal const ushort Variable = 65535;

    /// <summary>RFC 5103, 6.1: the element counts the other direction.</summary>
    internal const uint Reverse = 29305;

    /// <summary>NetFlow 9's scopes have numbers of their own (RFC 3954, 6.1).</summary>
    internal const uint Scope = uint.MaxValue;
}

/// <summary>What a data set's records look like (RFC 3954, 5.2 and 6.1; RFC 7011, 3.4.1 and 3.4.2).</summary>
internal sealed class NetFlowTemplate
{
    /// <summary>More than an exporter has use for; what memory a hostile one gets is bounded by it.</summary>
    private const int MostFields = 128;
    private const ushort EnterpriseBit = 0x8000;

    private NetFlowTemplate(NetFlowField[] fields, bool isOptions)
    {
        Fields = fields;
        IsOptions = isOptions;
        foreach (var field in fields)
        {
            ShortestRecord += field.Length == NetFlowField.Variable ? 1 : field.Length;
        }
    }

    internal NetFlowField[] Fields { get; }

    /// <summary>Its records tell about the exporter, not about flows.</summary>
    internal bool IsOptions { get; }

    /// <summary>Padding at a set's end is shorter than this.</summary>
    internal int ShortestRecord { get; }

    /// <summary>Reads the fields of a NetFlow 9 template: so many scopes, then so many others.</summary>
    internal static bool TryReadV9(ref ReadOnlySpan<byte> data, int scopes, int count, bool isOptions, out NetFlowTemplate? template)
    {
        const int length = 4;
        template = null;
        if (scopes + count > MostFields || data.Length < (scopes + count) * length)
        {
            return false;
        }

        var fields = new NetFlowField[scopes + count];
        for (var i = 0; i < fields.Length; i++, data = data[length..])
        {
            fields[i] = new(BinaryPrimitives.ReadUInt16BigEndian(data), BinaryPrimitives.ReadUInt16BigEndian(data[2..]), i < scopes ? NetFlowField.Scope : 0);
        }

        template = new(fields, isOptions);
        return template.ShortestRecord > 0;
    }

    /// <summary>Reads the fields of an IPFIX template, those of other enterprises than IANA with their number.</summary>
    internal static bool TryReadIpfix(ref ReadOnlySpan<byte> data, int count, bool isOptions, out NetFlowTemplate? template)
    {
        template = null;
        if (count > MostFields)
        {
            return false;
        }

        var fields = new NetFlowField[count];
        for (var i = 0; i < count; i++)
        {
            if (data.Length < 4)
            {
                return false;
            }

            var id = BinaryPrimitives.ReadUInt16BigEndian(data);
            var length = BinaryPrimitives.ReadUInt16BigEndian(data[2..]);
            data = data[4..];
            var enterprise = 0u;
            if ((id & EnterpriseBit) != 0)
            {
                if (data.Length < 4)
                {
                    return false;
                }

                enterprise = BinaryPrimitives.ReadUInt32BigEndian(data);
                data = data[4..];
            }
            fields[i] = new((ushort)(id & ~EnterpriseBit), length, enterprise);
        }
        template = new(fields, isOptions);
        return template.ShortestRecord > 0;
    }
}
