using System.Text;
using Akka.Actor;
using Akka.Cluster;
using Petabridge.Cmd.Host;

namespace Petabridge.Cmd.Cluster;

/// <summary>Executes the palette <c>cluster</c>.</summary>
internal sealed class ClusterCommandsActor : CommandHandlerActor
{
    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);

    public ClusterCommandsActor() : base(ClusterCmd.ClusterCommandPalette)
    {
        Process(ClusterCmd.Show.Name, (_, arguments) => Show(arguments.ArgumentValues("role").FirstOrDefault(), arguments.ArgumentValues("status").FirstOrDefault()));
        Process(ClusterCmd.Status.Name, _ => Status());
        Process(ClusterCmd.Join.Name, (_, arguments) => WithAddress(arguments, address =>
        {
            _cluster.Join(address);
            return $"{_cluster.SelfAddress} is joining the cluster of {address}.";
        }));
        Process(ClusterCmd.Leave.Name, (_, arguments) => WithAddress(arguments, address =>
        {
            _cluster.Leave(address);
            return $"{address} is asked to leave the cluster.";
        }));
        Process(ClusterCmd.Down.Name, (_, arguments) => WithAddress(arguments, address =>
        {
            _cluster.Down(address);
            return $"{address} is declared down.";
        }));
        Process(ClusterCmd.DownUnreachable.Name, _ => DownUnreachable());
    }

    private void Show(string? role, string? status)
    {
        var state = _cluster.State;
        var members = state.Members
            .Where(m => role is null || m.HasRole(role))
            .Where(m => status is null || m.Status.ToString().Equals(status, StringComparison.OrdinalIgnoreCase))
            .ToList();
        var rows = members.Select(m => new[]
        {
            m.Address.ToString(),
            m.Status.ToString(),
            string.Join(",", m.Roles.Order(StringComparer.Ordinal)),
            state.Unreachable.Any(u => u.UniqueAddress.Equals(m.UniqueAddress)) ? "unreachable" : "reachable",
            m.Address.Equals(state.Leader) ? "leader" : "",
        }).Prepend(["ADDRESS", "STATUS", "ROLES", "REACHABILITY", ""]).ToList();
        Sender.Tell(new CommandResponse(Table(rows) + $"{members.Count} of {state.Members.Count} members"));
    }

    private void Status()
    {
        var self = _cluster.SelfMember;
        Sender.Tell(new CommandResponse($"{self.Address} is {self.Status}, roles [{string.Join(", ", self.Roles.Order(StringComparer.Ordinal))}], leader {_cluster.State.Leader?.ToString() ?? "unknown"}"));
    }

    private void DownUnreachable()
    {
        var unreachable = _cluster.State.Unreachable;
        foreach (var member in unreachable)
        {
            _cluster.Down(member.Address);
        }

        Sender.Tell(new CommandResponse(unreachable.Count == 0 ? "No member is unreachable." : $"Declared down: {string.Join(", ", unreachable.Select(m => m.Address))}."));
    }

    private void WithAddress(CommandArguments arguments, Func<Address, string> act)
    {
        var text = arguments.ArgumentValues("address").FirstOrDefault() ?? _cluster.SelfAddress.ToString();
        Sender.Tell(Address.TryParse(text, out var address) && address.HasGlobalScope
            ? new CommandResponse(act(address))
            : new ErroredCommandResponse($"'{text}' is no node's address (akka.tcp://system@host:port, akka.ssl.tcp:// with TLS)."));
    }

    private static string Table(List<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            text.AppendLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }

        return text.ToString();
    }
}
