import type { Flow } from '../api';
import { formatEndpoint } from '../format';

/** One line of the flow table. */
export interface FlowRow {
  flow: Flow;
  depth: number;
  /** How many flows travel directly inside this one (and are listed). */
  inner: number;
  collapsed: boolean;
  /** The tunnel flow it names as its parent isn't listed (expired, or captured elsewhere). */
  orphan: boolean;
}

/** "Tunnels": flows with others inside first, then the newest. */
export type FlowOrder =
  'Tunnels' | 'LayersPath' | 'Application' | 'Endpoints' | 'ID' | 'AB' | 'BA' | 'RTT' | 'Start' | 'Last' | 'Point';

export interface FlowTreeOptions {
  order: FlowOrder;
  descending: boolean;
  /** Whether a flow itself is wanted; its tunnels come along so that it's seen where it travels. */
  matches?: (flow: Flow) => boolean;
  collapsed?: ReadonlySet<string>;
  /** The name shown for a flow's capture point, for sorting by it. */
  pointOf?: (flow: Flow) => string;
}

/** Lines the flows up as a tree by ParentUUID, every inner flow below the tunnel flow it travels in. */
export function buildFlowRows(flows: readonly Flow[], options: FlowTreeOptions): FlowRow[] {
  const byId = new Map<string, Flow>();
  for (const flow of flows) byId.set(flow.UUID, flow);

  const wanted = options.matches ? withTunnels(byId, options.matches) : undefined;
  const children = new Map<string, Flow[]>();
  const roots: Flow[] = [];
  for (const flow of byId.values()) {
    if (wanted && !wanted.has(flow.UUID)) continue;
    const parent = parentOf(flow, byId);
    if (!parent || isInCircle(flow, byId)) {
      roots.push(flow);
    } else {
      const siblings = children.get(parent.UUID);
      if (siblings) siblings.push(flow);
      else children.set(parent.UUID, [flow]);
    }
  }

  const compare = comparer(options, children);
  const rows: FlowRow[] = [];
  const append = (level: Flow[], depth: number): void => {
    for (const flow of level.sort(compare)) {
      const inside = children.get(flow.UUID) ?? [];
      const collapsed = inside.length > 0 && (options.collapsed?.has(flow.UUID) ?? false);
      const orphan = depth === 0 && Boolean(flow.ParentUUID) && !byId.has(flow.ParentUUID ?? '');
      rows.push({ flow, depth, inner: inside.length, collapsed, orphan });
      if (!collapsed) append(inside, depth + 1);
    }
  };
  append(roots, 0);
  return rows;
}

/** The flows of the same packets, wherever they were seen: equal L3TrackingID. */
export function sameJourney(flows: readonly Flow[], flow: Flow): Flow[] {
  if (!flow.L3TrackingID) return [flow];
  return flows.filter((other) => other.L3TrackingID === flow.L3TrackingID);
}

/** "10.0.0.1:1234", or a MAC address when there is no network layer. */
export function endpoint(flow: Flow, side: 'A' | 'B'): string {
  const address = flow.Network?.[side] || flow.Link?.[side];
  return formatEndpoint(address, flow.Transport?.[side]);
}

/** Everything of a flow that a search looks at, in lower case. */
export function flowText(flow: Flow, point: string): string {
  return [
    flow.LayersPath,
    flow.Application,
    endpoint(flow, 'A'),
    endpoint(flow, 'B'),
    flow.Link?.A,
    flow.Link?.B,
    flow.Network?.ID,
    flow.ICMP?.Type,
    flow.UUID,
    flow.TrackingID,
    flow.L3TrackingID,
    point,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join(' ')
    .toLowerCase();
}

function parentOf(flow: Flow, byId: ReadonlyMap<string, Flow>): Flow | undefined {
  return flow.ParentUUID ? byId.get(flow.ParentUUID) : undefined;
}

/** Parents never form a circle in honest data; if they do, the flows are still to be seen. */
function isInCircle(flow: Flow, byId: ReadonlyMap<string, Flow>): boolean {
  const seen = new Set<string>();
  for (let at = parentOf(flow, byId); at && !seen.has(at.UUID); at = parentOf(at, byId)) {
    if (at === flow) return true;
    seen.add(at.UUID);
  }
  return false;
}

function withTunnels(byId: ReadonlyMap<string, Flow>, matches: (flow: Flow) => boolean): Set<string> {
  const wanted = new Set<string>();
  for (const flow of byId.values()) {
    if (!matches(flow)) continue;
    for (let at: Flow | undefined = flow; at && !wanted.has(at.UUID); at = parentOf(at, byId)) wanted.add(at.UUID);
  }
  return wanted;
}

function comparer(options: FlowTreeOptions, children: ReadonlyMap<string, Flow[]>): (a: Flow, b: Flow) => number {
  const key = sortKey(options, children);
  const sign = options.descending ? -1 : 1;
  return (a, b) => {
    const x = key(a);
    const y = key(b);
    const order =
      typeof x === 'number' && typeof y === 'number'
        ? x - y
        : String(x).localeCompare(String(y), 'en', { numeric: true });
    return order !== 0 ? sign * order : a.UUID < b.UUID ? -1 : a.UUID > b.UUID ? 1 : 0;
  };
}

function sortKey(
  { order, pointOf }: FlowTreeOptions,
  children: ReadonlyMap<string, Flow[]>,
): (flow: Flow) => number | string {
  switch (order) {
    case 'Tunnels':
      // Starts are milliseconds since 1970: less than 2^43 for some centuries.
      return (flow) => (children.has(flow.UUID) ? 2 ** 43 : 0) + (flow.Start ?? 0);
    case 'LayersPath':
      return (flow) => flow.LayersPath ?? '';
    case 'Application':
      return (flow) => flow.Application ?? '';
    case 'Endpoints':
      return (flow) => `${endpoint(flow, 'A')} ${endpoint(flow, 'B')}`;
    case 'ID':
      return (flow) => flow.Network?.ID ?? 0;
    case 'AB':
      return (flow) => flow.Metric?.ABBytes ?? 0;
    case 'BA':
      return (flow) => flow.Metric?.BABytes ?? 0;
    case 'RTT':
      return (flow) => flow.Metric?.RTT ?? 0;
    case 'Start':
      return (flow) => flow.Start ?? 0;
    case 'Last':
      return (flow) => flow.Last ?? 0;
    case 'Point':
      return (flow) => pointOf?.(flow) ?? flow.NodeTID ?? '';
  }
}
