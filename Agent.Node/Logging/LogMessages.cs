using Microsoft.Extensions.Logging;

namespace Agent.Node.Logging;

/// <summary>All this program may ever say in its log, with the numbers of its messages.</summary>
internal static partial class LogMessages
{
    // Host
    [LoggerMessage(101, LogLevel.Warning, "unknown key in the configuration: {Path}")]
    public static partial void UnknownKey(this ILogger log, string path);

    [LoggerMessage(102, LogLevel.Information, "agent of host {Host} started, probes: {Probes}")]
    public static partial void AgentStarted(this ILogger log, string host, string probes);

    [LoggerMessage(103, LogLevel.Error, "the analyzers refuse this agent: {Reason}")]
    public static partial void AgentRefused(this ILogger log, string reason);

    [LoggerMessage(104, LogLevel.Error, "a part of the agent failed; all of it starts anew")]
    public static partial void PartFailed(this ILogger log, Exception cause);

    [LoggerMessage(105, LogLevel.Debug, "{Count} captures are wanted on this host")]
    public static partial void CapturesWanted(this ILogger log, int count);

    [LoggerMessage(106, LogLevel.Warning, "mirrors stay on Open vSwitch's bridges until the agent's next start: {Reason}")]
    public static partial void MirrorsStay(this ILogger log, string reason);

    [LoggerMessage(107, LogLevel.Critical, "{Problem}")]
    public static partial void AgentCannotGoOn(this ILogger log, Exception? cause, string problem);

    [LoggerMessage(108, LogLevel.Information, "agent stopped")]
    public static partial void AgentStopped(this ILogger log);

    [LoggerMessage(109, LogLevel.Information, "reads a posted capture file of {Bytes} bytes as {Uuid}")]
    public static partial void ReadsPcap(this ILogger log, int bytes, string uuid);

    [LoggerMessage(110, LogLevel.Error, "reading a posted capture file failed")]
    public static partial void ReadingPcapFailed(this ILogger log, Exception cause);

    // Probes and topology
    [LoggerMessage(201, LogLevel.Warning, "probe {Probe} failed ({Reason}); it starts again in {Seconds} s")]
    public static partial void ProbeFailed(this ILogger log, string probe, string? reason, double seconds);

    [LoggerMessage(202, LogLevel.Warning, "interfaces of namespace {Namespace} aren't seen: {Reason}")]
    public static partial void InterfacesNotSeen(this ILogger log, string @namespace, string reason);

    [LoggerMessage(203, LogLevel.Debug, "no number for namespace {Namespace}, which is on its way out: {Reason}")]
    public static partial void NoNumberForNamespace(this ILogger log, string @namespace, string reason);

    [LoggerMessage(204, LogLevel.Information, "namespace {Namespace} appeared")]
    public static partial void NamespaceAppeared(this ILogger log, string @namespace);

    [LoggerMessage(205, LogLevel.Information, "namespace {Namespace} vanished")]
    public static partial void NamespaceVanished(this ILogger log, string @namespace);

    [LoggerMessage(206, LogLevel.Information, "Open vSwitch isn't there ({Socket}: {Reason}); it's looked for every {Seconds} s")]
    public static partial void OvsNotThere(this ILogger log, string socket, string reason, double seconds);

    [LoggerMessage(207, LogLevel.Information, "connected to Open vSwitch's database at {Socket}")]
    public static partial void OvsConnected(this ILogger log, string socket);

    [LoggerMessage(208, LogLevel.Warning, "Open vSwitch's database at {Socket} is gone: {Reason}")]
    public static partial void OvsGone(this ILogger log, string socket, string reason);

    [LoggerMessage(209, LogLevel.Debug, "{Changes} changes of the graph, which has {Nodes} nodes")]
    public static partial void GraphChanged(this ILogger log, int changes, int nodes);

    // Interfaces and captures
    [LoggerMessage(301, LogLevel.Error, "the actor of an interface failed")]
    public static partial void InterfaceFailed(this ILogger log, Exception cause);

    [LoggerMessage(302, LogLevel.Warning, "what was made for captures on {Place} couldn't be removed: {Reason}")]
    public static partial void PortsNotRemoved(this ILogger log, object place, string reason);

    [LoggerMessage(303, LogLevel.Information, "capture {Capture} ({Type}) starts on {Place}")]
    public static partial void CaptureStarts(this ILogger log, string capture, string type, object place);

    [LoggerMessage(304, LogLevel.Warning, "capture {Capture} on {Place} failed: {Reason}")]
    public static partial void CaptureFailedOn(this ILogger log, string capture, object place, string reason);

    [LoggerMessage(305, LogLevel.Warning, "capture {Capture} on {Place} can't start: {Reason}")]
    public static partial void CaptureCannotStart(this ILogger log, string capture, object place, string reason);

    [LoggerMessage(306, LogLevel.Information, "capture {Capture} started on {Source}")]
    public static partial void CaptureStarted(this ILogger log, string capture, string source);

    [LoggerMessage(307, LogLevel.Warning, "capture {Capture} on {Source} failed: {Reason}")]
    public static partial void CaptureFailed(this ILogger log, string capture, string source, string reason);

    [LoggerMessage(308, LogLevel.Information, "capture {Capture} on {Source} ended")]
    public static partial void CaptureEnded(this ILogger log, string capture, string source);

    [LoggerMessage(309, LogLevel.Debug, "tunnel of flow {Flow} seen by capture {Capture}")]
    public static partial void TunnelSeen(this ILogger log, string flow, string capture);

    [LoggerMessage(310, LogLevel.Warning, "capture {Capture} dropped {Packets} packets of tunnels inside flow {Flow}: their actors are busy, or too many")]
    public static partial void TunnelPacketsDropped(this ILogger log, string capture, long packets, string flow);

    // Injections
    [LoggerMessage(401, LogLevel.Information, "injection {Injection} starts on {Device}")]
    public static partial void InjectionStarts(this ILogger log, string injection, string device);

    [LoggerMessage(402, LogLevel.Information, "injection {Injection} sent {Packets} packets on {Device}")]
    public static partial void InjectionSent(this ILogger log, string injection, ulong packets, string device);

    [LoggerMessage(403, LogLevel.Warning, "injection {Injection} on {Device} failed after {Packets} packets: {Reason}")]
    public static partial void InjectionFailed(this ILogger log, string injection, string device, ulong packets, string reason);

    // The link to the analyzers
    [LoggerMessage(501, LogLevel.Information, "no analyzer listens at {Analyzers} yet")]
    public static partial void NoAnalyzerListens(this ILogger log, string analyzers);

    [LoggerMessage(502, LogLevel.Warning, "the link to the analyzers can't be opened; it's tried again")]
    public static partial void LinkCannotOpen(this ILogger log, Exception cause);

    [LoggerMessage(503, LogLevel.Information, "the link to the analyzers starts anew")]
    public static partial void LinkStartsAnew(this ILogger log);

    [LoggerMessage(504, LogLevel.Warning, "not all flows were delivered within {Seconds} s")]
    public static partial void NotAllDelivered(this ILogger log, double seconds);

    [LoggerMessage(505, LogLevel.Warning, "no analyzer for {Seconds} s: leaving, to join anew")]
    public static partial void NoAnalyzer(this ILogger log, double seconds);

    [LoggerMessage(506, LogLevel.Information, "host {Host} registered with the analyzers at {Analyzer}")]
    public static partial void Registered(this ILogger log, string host, object analyzer);

    [LoggerMessage(507, LogLevel.Information, "the analyzers ask for the whole graph of {Host}")]
    public static partial void GraphAskedFor(this ILogger log, string host);

    [LoggerMessage(511, LogLevel.Error, "the analyzers can't store a change of {Host}'s graph, number {Sequence}; their graph lacks it until the whole one is told: {Reason}")]
    public static partial void GraphRefused(this ILogger log, string host, long sequence, string reason);

    [LoggerMessage(508, LogLevel.Error, "the analyzers can't store flow updates: {Refused} were refused by now, the last ones of partition {Partition}: {Reason}")]
    public static partial void FlowsRefused(this ILogger log, long refused, int partition, string reason);

    [LoggerMessage(509, LogLevel.Warning, "{Dropped} flow updates dropped: the analyzers don't take them fast enough, or aren't there")]
    public static partial void FlowsDropped(this ILogger log, long dropped);

    [LoggerMessage(510, LogLevel.Warning, "{Dropped} raw packets dropped: the analyzers don't take them fast enough, or aren't there")]
    public static partial void RawPacketsDropped(this ILogger log, long dropped);
}
