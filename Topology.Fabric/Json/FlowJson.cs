using System.Text.Json;
using Shared.Messages.Flows;
using Topology.Fabric.Flows;

namespace Topology.Fabric.Json;

/// <summary>Writes flows as Skydive's JSON: the analyzers' answers and the agent's command show the same.</summary>
public static class FlowJson
{
    /// <summary>{"UUID":…,"LayersPath":…,"Link":{…},…}; layers and metrics the flow doesn't have are left out.</summary>
    public static void Write(Utf8JsonWriter json, Flow flow)
    {
        json.WriteStartObject();
        foreach (var (name, value) in FlowView.All(flow))
        {
            json.WritePropertyName(name);
            GraphJson.Write(json, value);
        }

        json.WriteEndObject();
    }
}
