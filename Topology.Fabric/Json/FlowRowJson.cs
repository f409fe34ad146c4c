using System.Globalization;
using System.Text.Json;
using Shared.Messages.Flows;
using Topology.Fabric.Flows;
using Topology.Fabric.Gremlin.Evaluation;

namespace Topology.Fabric.Json;

/// <summary>Writes flows from their rows, to the byte as <see cref="FlowJson"/> does from messages.</summary>
internal static class FlowRowJson
{
    private const int IdLength = 16;
    private const int MacLength = 17;
    private const int LongestIPv4 = 15;

    public static void Write(Utf8JsonWriter json, RowFields fields)
    {
        if (fields.Details is not null)
        {
            FlowJson.Write(json, fields.Flow);
            return;
        }

        ref readonly var row = ref fields.Row;
        var texts = fields.Texts;
        json.WriteStartObject();
        WriteId(json, "UUID"u8, row.Uuid);
        json.WriteString("LayersPath"u8, texts[row.LayersPath]);
        json.WriteString("Application"u8, texts[row.Application]);
        WriteLayers(json, row, texts);
        json.WritePropertyName("Metric"u8);
        WriteMetric(json, row);
        if (fields.Update is { IsAny: true } update)
        {
            json.WritePropertyName("LastUpdateMetric"u8);
            WriteUpdate(json, row, update);
        }

        json.WriteNumber("Start"u8, row.Start);
        json.WriteNumber("Last"u8, row.Last);
        json.WriteNumber("RTT"u8, row.Rtt);
        WriteId(json, "TrackingID"u8, row.TrackingId);
        WriteId(json, "L3TrackingID"u8, row.L3TrackingId);
        WriteId(json, "ParentUUID"u8, row.ParentUuid);
        json.WriteString("NodeTID"u8, texts[row.NodeTid]);
        json.WriteString("CaptureID"u8, texts[row.CaptureId]);
        json.WriteString("Host"u8, texts[row.Host]);
        json.WriteNumber("RawPacketsCaptured"u8, row.RawPackets);
        json.WriteNumber("SamplingRate"u8, row.SamplingRate);
        json.WriteString("FinishType"u8, FlowView.FinishName(row.Finish));
        json.WriteEndObject();
    }

    /// <summary>A flow's latest counters.</summary>
    public static void WriteLatest(Utf8JsonWriter json, RowFields fields)
    {
        if (fields.Update is { IsAny: true } update)
        {
            WriteUpdate(json, fields.Row, update);
        }
        else
        {
            WriteMetric(json, fields.Row);
        }
    }

    private static void WriteUpdate(Utf8JsonWriter json, in FlowRow row, in FlowUpdate update)
    {
        json.WriteStartObject();
        WriteCounters(json, update.AbPackets, update.AbBytes, update.BaPackets, update.BaBytes);
        WriteTimes(json, update.Start, FlowUpdate.LastOf(row), row.Rtt);
    }

    private static void WriteMetric(Utf8JsonWriter json, in FlowRow row)
    {
        json.WriteStartObject();
        WriteCounters(json, row.AbPackets, row.AbBytes, row.BaPackets, row.BaBytes);
        WriteTimes(json, row.Start, row.Last, row.Rtt);
    }

    private static void WriteLayers(Utf8JsonWriter json, in FlowRow row, FlowTexts texts)
    {
        if (row.Has(FlowParts.Link))
        {
            json.WriteStartObject("Link"u8);
            WriteMac(json, "A"u8, row.LinkA);
            WriteMac(json, "B"u8, row.LinkB);
            json.WriteNumber("ID"u8, row.LinkId);
            json.WriteString("Protocol"u8, FlowRowMessages.LinkProtocol);
            json.WriteEndObject();
        }

        if (row.Has(FlowParts.Network))
        {
            json.WriteStartObject("Network"u8);
            if ((row.Parts & (FlowParts.IPv4 | FlowParts.IPv6)) == FlowParts.IPv4)
            {
                WriteIPv4(json, "A"u8, (uint)row.NetworkALow);
                WriteIPv4(json, "B"u8, (uint)row.NetworkBLow);
            }
            else
            {
                json.WriteString("A"u8, FlowRowMessages.AddressA(row));
                json.WriteString("B"u8, FlowRowMessages.AddressB(row));
            }

            json.WriteNumber("ID"u8, row.NetworkId);
            json.WriteString("Protocol"u8, texts[row.NetworkProtocol]);
            json.WriteEndObject();
        }

        if (row.Has(FlowParts.Transport))
        {
            json.WriteStartObject("Transport"u8);
            json.WriteNumber("A"u8, row.PortA);
            json.WriteNumber("B"u8, row.PortB);
            json.WriteNumber("ID"u8, 0);
            json.WriteString("Protocol"u8, texts[row.TransportProtocol]);
            json.WriteEndObject();
        }

        if (row.Has(FlowParts.Icmp))
        {
            json.WriteStartObject("ICMP"u8);
            json.WriteNumber("Code"u8, row.IcmpCode);
            json.WriteNumber("ID"u8, row.IcmpId);
            json.WriteString("Type"u8, texts[row.IcmpType]);
            json.WriteEndObject();
        }
    }

    private static void WriteCounters(Utf8JsonWriter json, long abPackets, long abBytes, long baPackets, long baBytes)
    {
        json.WriteNumber("ABBytes"u8, abBytes);
        json.WriteNumber("ABPackets"u8, abPackets);
        json.WriteNumber("BABytes"u8, baBytes);
        json.WriteNumber("BAPackets"u8, baPackets);
    }

    private static void WriteTimes(Utf8JsonWriter json, long start, long last, long rtt)
    {
        json.WriteNumber("Last"u8, last);
        json.WriteNumber("RTT"u8, rtt);
        json.WriteNumber("Start"u8, start);
        json.WriteEndObject();
    }

    private static void WriteId(Utf8JsonWriter json, ReadOnlySpan<byte> name, ulong id)
    {
        Span<byte> text = stackalloc byte[IdLength];
        var length = 0;
        if (id != 0)
        {
            id.TryFormat(text, out length, "x16", CultureInfo.InvariantCulture);
        }

        json.WriteString(name, text[..length]);
    }

    private static void WriteMac(Utf8JsonWriter json, ReadOnlySpan<byte> name, ulong address)
    {
        var digits = "0123456789abcdef"u8;
        Span<byte> text = stackalloc byte[MacLength];
        text.Fill((byte)':');
        for (var i = 0; i < 6; i++)
        {
            var value = (byte)(address >> (40 - (8 * i)));
            text[3 * i] = digits[value >> 4];
            text[(3 * i) + 1] = digits[value & 0xf];
        }

        json.WriteString(name, text);
    }

    private static void WriteIPv4(Utf8JsonWriter json, ReadOnlySpan<byte> name, uint address)
    {
        Span<byte> text = stackalloc byte[LongestIPv4];
        var length = 0;
        for (var shift = 24; shift >= 0; shift -= 8)
        {
            ((byte)(address >> shift)).TryFormat(text[length..], out var written, default, CultureInfo.InvariantCulture);
            length += written;
            if (shift > 0)
            {
                text[length++] = (byte)'.';
            }
        }

        json.WriteString(name, text[..length]);
    }
}
