using System.Runtime.CompilerServices;
using System.Text.Json;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;

namespace Topology.Fabric.Json;

/// <summary>Writes results as they come, to the byte as <see cref="TraversalJson"/> does those that are gathered.</summary>
/// <remarks>What fails on the way finds an array open, into which one can write why.</remarks>
internal static class StreamJson
{
    /// <summary>Bytes to write before it's said that there are some.</summary>
    private const int Enough = 32 << 10;

    /// <summary>Writes a result. Nothing is written before there's something of it, or its end.</summary>
    /// <returns>Again and again: there are bytes to be sent on.</returns>
    public static IAsyncEnumerable<bool> WriteAsync(Utf8JsonWriter json, StreamTraversal stream, CancellationToken stop) => stream switch
    {
        PartsStream parts => PartsAsync(json, parts, stop),
        RowsStream rows => RowsAsync(json, rows, stop),
        GroupsStream groups => GroupsAsync(json, groups, stop),
        MetricsStream metrics => MetricsAsync(json, metrics, stop),
        PacketsStream packets => PacketsAsync(json, packets, stop),
        _ => throw new InvalidOperationException($"a result of {stream.GetType().Name} has no JSON"),
    };

    private static async IAsyncEnumerable<bool> PartsAsync(Utf8JsonWriter json, PartsStream stream, [EnumeratorCancellation] CancellationToken stop)
    {
        var isOpen = false;
        await foreach (var part in stream.Parts.WithCancellation(stop).ConfigureAwait(false))
        {
            Open(json, ref isOpen);
            foreach (var value in FlowAnswer.ValuesOf(part))
            {
                GraphJson.Write(json, value);
            }

            var (fields, count) = FlowAnswer.RowsOf(part);
            for (var i = 0; i < count; i++)
            {
                fields.MoveTo(i);
                FlowRowJson.Write(json, fields);
            }

            yield return true;
        }

        Open(json, ref isOpen);
        json.WriteEndArray();
        yield return true;
    }

    private static async IAsyncEnumerable<bool> RowsAsync(Utf8JsonWriter json, RowsStream stream, [EnumeratorCancellation] CancellationToken stop)
    {
        var isOpen = false;
        await foreach (var row in stream.Rows.WithCancellation(stop).ConfigureAwait(false))
        {
            Open(json, ref isOpen);
            FlowRowJson.Write(json, row.Fields);
            if (json.BytesPending >= Enough)
            {
                yield return true;
            }
        }

        Open(json, ref isOpen);
        json.WriteEndArray();
        yield return true;
    }

    private static async IAsyncEnumerable<bool> GroupsAsync(Utf8JsonWriter json, GroupsStream stream, [EnumeratorCancellation] CancellationToken stop)
    {
        var byName = new ByName(json);
        // Held until the group is known to be large enough.
        var held = new List<PartRow>();
        string? group = null;
        var isLarge = false;
        await foreach (var row in stream.Rows.WithCancellation(stop).ConfigureAwait(false))
        {
            if (!row.Fields.TryGet(stream.Key, out var value))
            {
                continue;
            }

            var name = value.ToString();
            if (name != group)
            {
                held.Clear();
                (group, isLarge) = (name, false);
            }

            if (!isLarge && held.Count < stream.MoreThan)
            {
                held.Add(row);
                continue;
            }

            if (!isLarge)
            {
                isLarge = true;
                byName.Begin(name);
                foreach (var before in held)
                {
                    FlowRowJson.Write(json, before.Fields);
                    if (json.BytesPending >= Enough)
                    {
                        yield return true;
                    }
                }

                held.Clear();
            }

            FlowRowJson.Write(json, row.Fields);
            if (json.BytesPending >= Enough)
            {
                yield return true;
            }
        }

        byName.End();
        yield return true;
    }

    private static async IAsyncEnumerable<bool> MetricsAsync(Utf8JsonWriter json, MetricsStream stream, [EnumeratorCancellation] CancellationToken stop)
    {
        var byName = new ByName(json);
        await foreach (var part in stream.Parts.WithCancellation(stop).ConfigureAwait(false))
        {
            var (fields, count) = FlowAnswer.RowsOf(part);
            for (var i = 0; i < count; i++)
            {
                fields.MoveTo(i);
                byName.Begin(FlowForms.Id(fields.Row.Uuid));
                FlowRowJson.WriteLatest(json, fields);
            }

            yield return true;
        }

        byName.End();
        yield return true;
    }

    private static async IAsyncEnumerable<bool> PacketsAsync(Utf8JsonWriter json, PacketsStream stream, [EnumeratorCancellation] CancellationToken stop)
    {
        var byName = new ByName(json);
        string? flow = null;
        await foreach (var packet in FlowAnswer.EachPacketAsync(stream.Parts, stop).ConfigureAwait(false))
        {
            if (packet.FlowUuid != flow)
            {
                byName.Begin(flow = packet.FlowUuid);
            }

            TraversalJson.Write(json, packet);
            if (json.BytesPending >= Enough)
            {
                yield return true;
            }
        }

        byName.End();
        yield return true;
    }

    private static void Open(Utf8JsonWriter json, ref bool isOpen)
    {
        if (!isOpen)
        {
            json.WriteStartArray();
            isOpen = true;
        }
    }

    /// <summary>An array of one object of arrays, or of none. The last array is open until the next one begins.</summary>
    private sealed class ByName(Utf8JsonWriter json)
    {
        private bool _isOpen;

        public void Begin(string name)
        {
            if (_isOpen)
            {
                json.WriteEndArray();
            }
            else
            {
                json.WriteStartArray();
                json.WriteStartObject();
            }

            _isOpen = true;
            json.WriteStartArray(name);
        }

        public void End()
        {
            if (_isOpen)
            {
                json.WriteEndArray();
                json.WriteEndObject();
            }
            else
            {
                json.WriteStartArray();
            }

            json.WriteEndArray();
        }
    }
}
