using System.Globalization;
using Akka.Actor;
using Analyzer.Node.Http;
using Analyzer.Node.Views;
using Petabridge.Cmd;
using Petabridge.Cmd.Host;
using Shared.Messages.Captures;
using CaptureList = Shared.Messages.Captures.Captures;

namespace Analyzer.Node.Console;

/// <summary>Answers the palette's commands with tables.</summary>
internal sealed class SkydiveCommands : CommandHandlerActor
{
    /// <summary>Flows looked at, the last seen first: those inside a tunnel are seen with it.</summary>
    private const int MostFlows = 10_000;

    private readonly AnalyzerServices _services;

    public SkydiveCommands(AnalyzerServices services)
        : base(SkydivePalette.Commands)
    {
        _services = services;
        Process(SkydivePalette.Flows.Name, (_, arguments) => Answer(FlowsAsync(arguments.ArgumentValues("limit").FirstOrDefault() ?? "50")));
        Process(SkydivePalette.Topology.Name, _ => Answer(TopologyAsync()));
        Process(SkydivePalette.Captures.Name, _ => Answer(CapturesAsync()));
        Process(SkydivePalette.Agents.Name, _ => Answer(AgentsAsync()));
        Process(SkydivePalette.Losses.Name, _ => Answer(LossesAsync()));
        Process(SkydivePalette.Journals.Name, _ => Answer(JournalsAsync()));
    }

    private void Answer(Task<string> answer) =>
        answer.PipeTo(Sender, Self, text => new CommandResponse(text), failure => new ErroredCommandResponse(failure.Message));

    private async Task<string> FlowsAsync(string limit)
    {
        if (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            throw new FormatException($"'{limit}' isn't a number of flows");
        }

        var flows = await _services.Flows.LastSeenAsync(MostFlows, CancellationToken.None).ConfigureAwait(false);
        var graph = await GraphAsync().ConfigureAwait(false);
        return ConsoleTables.Flows(flows, graph.Graph, count);
    }

    private async Task<string> TopologyAsync() => ConsoleTables.Topology((await GraphAsync().ConfigureAwait(false)).Graph);

    private async Task<string> CapturesAsync()
    {
        var captures = await _services.AskRegistryAsync<CaptureList>(_services.Captures, new GetCaptures()).ConfigureAwait(false);
        return ConsoleTables.Captures(captures.Captures_, (await GraphAsync().ConfigureAwait(false)).Graph);
    }

    private async Task<string> AgentsAsync() => ConsoleTables.Agents(await GraphAsync().ConfigureAwait(false));

    private async Task<string> LossesAsync() => ConsoleTables.Losses((await GraphAsync().ConfigureAwait(false)).Graph);

    private async Task<string> JournalsAsync() => ConsoleTables.Journals((await _services.JournalsAsync().ConfigureAwait(false)).Journals);

    private Task<CurrentGraph> GraphAsync() => _services.View.Ask<CurrentGraph>(GetGraph.Instance, _services.QueryTimeout);
}
