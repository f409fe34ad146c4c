using Microsoft.Extensions.Logging;

namespace Analyzer.Node.Logging;

/// <summary>All this program may ever say in its log, with the numbers of its messages.</summary>
internal static partial class LogMessages
{
    // Host
    [LoggerMessage(101, LogLevel.Warning, "{Path} is no key of the configuration: nothing reads it")]
    public static partial void UnknownKey(this ILogger log, string path);

    [LoggerMessage(102, LogLevel.Information, "analyzer {Host} listens on {Http}; database {Database}")]
    public static partial void AnalyzerListens(this ILogger log, string host, string http, string database);

    [LoggerMessage(103, LogLevel.Warning, "the cluster put this analyzer down; it starts anew, to join again")]
    public static partial void AnalyzerDowned(this ILogger log);

    [LoggerMessage(104, LogLevel.Information, "analyzer stopped")]
    public static partial void AnalyzerStopped(this ILogger log);

    [LoggerMessage(105, LogLevel.Critical, "{Problem}")]
    public static partial void Unusable(this ILogger log, string problem);

    [LoggerMessage(106, LogLevel.Critical, "the analyzer can't go on")]
    public static partial void AnalyzerCannotGoOn(this ILogger log, Exception cause);

    [LoggerMessage(107, LogLevel.Error, "{Problem}; trying again until it can")]
    public static partial void StorageUnusable(this ILogger log, string problem);

    [LoggerMessage(108, LogLevel.Information, "the database {Database} is back")]
    public static partial void StorageBack(this ILogger log, string database);

    [LoggerMessage(109, LogLevel.Warning, "{Name} ended; it starts again in {Seconds} s")]
    public static partial void SingletonEnded(this ILogger log, string name, double seconds);

    [LoggerMessage(110, LogLevel.Error, "{Problem}")]
    public static partial void PartitionCountDiffers(this ILogger log, string problem);

    [LoggerMessage(111, LogLevel.Warning, "an earlier version's flows are moved from the table {From} to {To}; that takes as long as copying them")]
    public static partial void FlowsMove(this ILogger log, string from, string to);

    [LoggerMessage(112, LogLevel.Information, "{Events} events and {Snapshots} snapshots of flows are in {To} now")]
    public static partial void FlowsMoved(this ILogger log, int events, int snapshots, string to);

    [LoggerMessage(113, LogLevel.Critical, "an earlier version's flows are in the table {From}, and the database couldn't be reached in time to move them: the analyzer ends; start it again")]
    public static partial void FlowsOfEarlierVersion(this ILogger log, string from);

    [LoggerMessage(114, LogLevel.Information, "waiting for {Missing}: {Enough} of {All} analyzers must be there to join or begin a cluster")]
    public static partial void WaitsForMajority(this ILogger log, string missing, int enough, int all);

    [LoggerMessage(115, LogLevel.Warning, "this analyzer's cluster has fewer than half of the analyzers, and {Others} have another: it leaves, to join theirs")]
    public static partial void LeavesForAnother(this ILogger log, string others);

    // Topology
    [LoggerMessage(201, LogLevel.Information, "agent of {Host} registered from {Address}")]
    public static partial void AgentRegistered(this ILogger log, string host, object address);

    [LoggerMessage(202, LogLevel.Warning, "a second agent claims host {Host}, from {Address}: refused")]
    public static partial void SecondAgentRefused(this ILogger log, string host, object address);

    [LoggerMessage(212, LogLevel.Information, "host {Host} is forgotten")]
    public static partial void HostForgotten(this ILogger log, string host);

    [LoggerMessage(203, LogLevel.Information, "the agent of {Host} before doesn't answer any more")]
    public static partial void AgentReplaced(this ILogger log, string host);

    [LoggerMessage(204, LogLevel.Information, "graph of {Host}: update {Update} came after {Last}, asking for the whole graph")]
    public static partial void GraphGap(this ILogger log, string host, long update, long last);

    [LoggerMessage(205, LogLevel.Warning, "host {Host} leaves the graph: {Reason}")]
    public static partial void HostLeaves(this ILogger log, string host, string reason);

    [LoggerMessage(209, LogLevel.Information, "host {Host} leaves the graph: its agent ended")]
    public static partial void HostLeft(this ILogger log, string host);

    [LoggerMessage(206, LogLevel.Warning, "graph of {Host}: snapshot at event {Event} failed: {Reason}")]
    public static partial void GraphSnapshotFailed(this ILogger log, string host, long @event, string reason);

    [LoggerMessage(207, LogLevel.Debug, "{Host} is at revision {Revision}, the view isn't: asking for the whole graph")]
    public static partial void ViewBehind(this ILogger log, string host, long revision);

    [LoggerMessage(208, LogLevel.Information, "{Host}: {Nodes} nodes, {Edges} edges at revision {Revision}")]
    public static partial void HostSeen(this ILogger log, string host, int nodes, int edges, long revision);

    // Flows
    [LoggerMessage(301, LogLevel.Debug, "flows partition {Partition} recovered {Count} flows")]
    public static partial void FlowsRecovered(this ILogger log, int partition, int count);

    [LoggerMessage(302, LogLevel.Warning, "flows partition {Partition}: snapshot at event {Event} failed: {Reason}")]
    public static partial void FlowsSnapshotFailed(this ILogger log, int partition, long @event, string reason);

    [LoggerMessage(303, LogLevel.Debug, "flows partition {Partition}: {Expired} flows expired, {Left} left")]
    public static partial void FlowsExpired(this ILogger log, int partition, int expired, int left);

    // Captures
    [LoggerMessage(401, LogLevel.Debug, "captures not delivered: {Reason}")]
    public static partial void CapturesNotDelivered(this ILogger log, string reason);

    [LoggerMessage(402, LogLevel.Warning, "captures: snapshot at event {Event} failed: {Reason}")]
    public static partial void CapturesSnapshotFailed(this ILogger log, long @event, string reason);

    [LoggerMessage(403, LogLevel.Information, "{Count} captures are registered")]
    public static partial void CapturesRegistered(this ILogger log, int count);

    [LoggerMessage(404, LogLevel.Information, "capture {Capture} on {Query} created")]
    public static partial void CaptureCreated(this ILogger log, string capture, string query);

    [LoggerMessage(405, LogLevel.Information, "capture {Capture} deleted")]
    public static partial void CaptureDeleted(this ILogger log, string capture);

    [LoggerMessage(406, LogLevel.Warning, "captures could not be evaluated: {Reason}")]
    public static partial void CapturesNotEvaluated(this ILogger log, string reason);

    [LoggerMessage(407, LogLevel.Warning, "{Count} captures more than there may be, counted once a node, don't run: {MostOnNode} may be on a node and {MostOnHost} on a host")]
    public static partial void CapturesLeftOut(this ILogger log, int count, int mostOnNode, int mostOnHost);

    // Injections
    [LoggerMessage(501, LogLevel.Warning, "injection {Injection}: nobody on host {Host} said that it's stopped")]
    public static partial void InjectionNotStopped(this ILogger log, string injection, string host);

    [LoggerMessage(502, LogLevel.Warning, "injections: snapshot at event {Event} failed: {Reason}")]
    public static partial void InjectionsSnapshotFailed(this ILogger log, long @event, string reason);

    [LoggerMessage(503, LogLevel.Information, "injection {Injection} from {Src} on {Host} created")]
    public static partial void InjectionCreated(this ILogger log, string injection, string src, string host);

    [LoggerMessage(504, LogLevel.Warning, "injection {Injection} failed after {Packets} packets: {Reason}")]
    public static partial void InjectionFailed(this ILogger log, string injection, ulong packets, string reason);

    [LoggerMessage(506, LogLevel.Debug, "{Count} injections that are over are forgotten")]
    public static partial void InjectionsForgotten(this ILogger log, int count);

    [LoggerMessage(505, LogLevel.Information, "injection {Injection} {State}: {Packets} packets sent")]
    public static partial void InjectionNow(this ILogger log, string injection, string state, ulong packets);

    // The fabric
    [LoggerMessage(601, LogLevel.Warning, "fabric: snapshot failed: {Reason}")]
    public static partial void FabricSnapshotFailed(this ILogger log, string reason);

    [LoggerMessage(602, LogLevel.Information, "fabric link {Uuid}: {Link}")]
    public static partial void FabricLinkStored(this ILogger log, string uuid, string link);

    [LoggerMessage(603, LogLevel.Error, "the fabric's graph was refused, what the links make isn't shown: {Reason}")]
    public static partial void FabricRefused(this ILogger log, string reason);

    // Retention
    [LoggerMessage(801, LogLevel.Warning, "the {Journal} journal isn't pruned: {Reason}; it's tried again")]
    public static partial void RetentionFailed(this ILogger log, string journal, string reason);

    [LoggerMessage(802, LogLevel.Warning, "the {Journal} journal can't be kept within its size: {Reason}")]
    public static partial void RetentionUnmet(this ILogger log, string journal, string reason);

    // Export
    [LoggerMessage(901, LogLevel.Information, "flows are exported to {Target}")]
    public static partial void ExportConnected(this ILogger log, string target);

    [LoggerMessage(902, LogLevel.Warning, "flows can't be exported to {Target}: {Problem}; trying again in {Seconds} s")]
    public static partial void ExportFailed(this ILogger log, string target, string problem, double seconds);

    // Audit: who did what
    [LoggerMessage(1001, LogLevel.Information, "{User} from {Address}: {What} {Of}")]
    public static partial void Did(this ILogger log, string user, string address, string what, string of);

    [LoggerMessage(1002, LogLevel.Information, "{User} from {Address} logged in")]
    public static partial void LoggedIn(this ILogger log, string user, string address);

    [LoggerMessage(1003, LogLevel.Warning, "{User} from {Address} isn't let in: {Reason}")]
    public static partial void NoLogin(this ILogger log, string user, string address, string reason);

    // HTTP
    [LoggerMessage(703, LogLevel.Warning, "HTTP on {Address} isn't encrypted: passwords can be read on the way (skydive.analyzer.http.certificate)")]
    public static partial void HttpNotEncrypted(this ILogger log, string address);

    [LoggerMessage(704, LogLevel.Information, "HTTPS goes on with a certificate until {Until}")]
    public static partial void CertificateRenewed(this ILogger log, DateTime until);

    [LoggerMessage(705, LogLevel.Error, "the renewed HTTPS certificate isn't taken, the one before stays: {Reason}")]
    public static partial void CertificateNotRenewed(this ILogger log, string reason);

    [LoggerMessage(701, LogLevel.Warning, "{Method} {Path} took too long")]
    public static partial void RequestTooLong(this ILogger log, Exception cause, string method, string? path);

    [LoggerMessage(702, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(this ILogger log, Exception cause, string method, string? path);
}
