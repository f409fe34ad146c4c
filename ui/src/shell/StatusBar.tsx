import { formatCount, plural } from '../format';
import { captures, connection, flows, graphVersion, status, statusError, topology } from '../state/store';

/** What the cluster is like, in one line. */
export function StatusBar() {
  void graphVersion.value;
  const now = status.value;
  const agents = Object.entries(now?.Agents ?? {});
  const lost = agents.filter(([, agent]) => agent.State === 'lost').map(([host]) => host);
  const members = now?.Cluster?.Members ?? [];
  const down = members.filter((member) => !member.Reachable);
  const up = members.filter((member) => member.Status === 'Up' && member.Reachable);
  const clusterState = !now || statusError.value ? 'unknown' : down.length > 0 ? 'degraded' : 'healthy';
  return (
    <footer class="status" data-testid="status-bar">
      <ConnectionState />
      <span data-testid="status-agents" title={agents.map(([host, agent]) => `${host}: ${agent.State}`).join('\n')}>
        <b>{agents.length - lost.length}</b> {agents.length - lost.length === 1 ? 'agent' : 'agents'} connected
        {lost.length > 0 && <em class="bad"> · {lost.join(', ')} lost</em>}
      </span>
      <span data-testid="status-nodes">
        <b>{formatCount(topology.nodes.size)}</b> nodes, <b>{formatCount(topology.edges.size)}</b> links
      </span>
      <span data-testid="status-flows">
        <b>{formatCount(now?.Flows ?? flows.value.length)}</b> flows
      </span>
      <span data-testid="status-captures">{plural(captures.value.length, 'capture')}</span>
      <span class="spring" />
      {statusError.value && <span class="bad">{statusError.value}</span>}
      <span
        data-testid="status-cluster"
        data-state={clusterState}
        title={members
          .map((m) => `${m.Address} ${m.Roles.join(',')} ${m.Status}${m.Reachable ? '' : ', unreachable'}`)
          .join('\n')}
      >
        <i class={`lamp ${clusterState}`} /> Cluster {clusterState === 'unknown' ? 'state unknown' : clusterState}
        {clusterState !== 'unknown' && members.length > 0 && `: ${up.length} of ${members.length} members up`}
        {down.length > 0 && (
          <em class="bad"> · {down.map((m) => m.Address.replace(/^.*@/, '')).join(', ')} unreachable</em>
        )}
      </span>
    </footer>
  );
}

function ConnectionState() {
  const state = connection.value;
  const text = state.phase === 'open' ? 'Live' : state.phase === 'connecting' ? 'Connecting' : 'Offline';
  return (
    <span data-testid="status-connection" data-phase={state.phase}>
      <i class={`lamp ${state.phase === 'open' ? 'healthy' : state.phase === 'connecting' ? 'unknown' : 'degraded'}`} />{' '}
      {text}
    </span>
  );
}
