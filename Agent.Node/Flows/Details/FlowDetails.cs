namespace Agent.Node.Flows.Details;

/// <summary>What only some flows have, kept beside the table so that its records stay small.</summary>
internal sealed class FlowDetails
{
}
