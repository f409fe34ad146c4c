import { pushTo } from '../lists';
import { roleIn } from '../map/fabric';
import type { Tunnel } from '../map/tunnels';
import type { Topology } from '../state/topology';

/** Where the same packets were seen, and a way between these places over links of the map. */
export interface Journey {
  /** Nodes whose captures saw the packets. */
  points: string[];
  /** Nodes on the way, the points among them. */
  nodes: Set<string>;
  /** Ids of edges on the way. */
  edges: Set<string>;
  /** Steps from a tunnel port to the interface that holds the tunnel's outer address: no edges of the graph. */
  dives: [string, string][];
  /** Positions in the list of tunnels. */
  tunnels: Set<number>;
}

interface Step {
  from: string;
  edge?: string;
  dive?: boolean;
  tunnel?: number;
}

type Steps = (id: string) => [string, Step][];

/**
 * Joins the capture points by shortest ways: from the first point to the nearest other, and on from all that is joined
 * already. A way into a tunnel goes on where its outer packets do, over the underlay; only where that leads nowhere is
 * the tunnel itself the way. Points that nothing leads to stay on their own.
 */
export function findJourney(topology: Topology, tunnels: readonly Tunnel[], points: readonly string[]): Journey {
  const journey: Journey = {
    points: [...new Set(points)],
    nodes: new Set(),
    edges: new Set(),
    dives: [],
    tunnels: new Set(),
  };
  for (const point of journey.points) journey.nodes.add(point);

  const start = journey.points[0];
  if (start === undefined) return journey;
  const dives = divesOf(tunnels);
  const overUnderlay: Steps = (id) => [...linksOf(topology, id), ...(dives.get(id) ?? [])];
  const through = throughTunnels(tunnels);
  const overTunnels: Steps = (id) => [...linksOf(topology, id), ...(through.get(id) ?? [])];

  const joined = new Set([start]);
  const missing = new Set(journey.points.slice(1));
  while (missing.size > 0) {
    const way = search(overUnderlay, joined, missing) ?? search(overTunnels, joined, missing);
    if (!way) {
      // Nothing leads on from what is joined: the next point starts a part of its own.
      const next = missing.values().next().value as string;
      missing.delete(next);
      joined.add(next);
      continue;
    }
    for (const { node, step } of way) {
      joined.add(node);
      missing.delete(node);
      journey.nodes.add(node);
      if (step?.edge) journey.edges.add(step.edge);
      if (step?.dive) journey.dives.push([step.from, node]);
      if (step?.tunnel !== undefined) journey.tunnels.add(step.tunnel);
    }
  }
  tunnels.forEach(({ a, b }, index) => {
    if (journey.nodes.has(a) && journey.nodes.has(b)) journey.tunnels.add(index);
  });
  return journey;
}

/** Layer 2 links, and what a bridge or switch does within itself. */
function linksOf(topology: Topology, id: string): [string, Step][] {
  const steps: [string, Step][] = [];
  for (const edge of topology.edgesOf(id)) {
    if (edge.Metadata.RelationType === 'ownership') {
      const owner = topology.nodes.get(edge.Parent);
      const role = owner && roleIn(topology, owner);
      if (role !== 'bridge' && role !== 'switch') continue;
    }
    steps.push([edge.Parent === id ? edge.Child : edge.Parent, { from: id, edge: edge.ID }]);
  }
  return steps;
}

function divesOf(tunnels: readonly Tunnel[]): Map<string, [string, Step][]> {
  const steps = new Map<string, [string, Step][]>();
  for (const { a, b, underA, underB } of tunnels) {
    for (const [port, under] of [
      [a, underA],
      [b, underB],
    ] as const) {
      if (under === undefined) continue;
      pushTo(steps, port, [under, { from: port, dive: true }]);
      pushTo(steps, under, [port, { from: under, dive: true }]);
    }
  }
  return steps;
}

function throughTunnels(tunnels: readonly Tunnel[]): Map<string, [string, Step][]> {
  const steps = new Map<string, [string, Step][]>();
  tunnels.forEach(({ a, b }, tunnel) => {
    pushTo(steps, a, [b, { from: a, tunnel }]);
    pushTo(steps, b, [a, { from: b, tunnel }]);
  });
  return steps;
}

function search(
  steps: Steps,
  from: ReadonlySet<string>,
  to: ReadonlySet<string>,
): { node: string; step: Step | undefined }[] | undefined {
  const cameBy = new Map<string, Step | undefined>();
  let ring = [...from];
  for (const id of ring) cameBy.set(id, undefined);
  while (ring.length > 0) {
    const next: string[] = [];
    for (const id of ring) {
      for (const [other, step] of steps(id)) {
        if (cameBy.has(other)) continue;
        cameBy.set(other, step);
        if (to.has(other)) return trace(cameBy, other);
        next.push(other);
      }
    }
    ring = next;
  }
  return undefined;
}

function trace(cameBy: ReadonlyMap<string, Step | undefined>, end: string): { node: string; step: Step | undefined }[] {
  const way: { node: string; step: Step | undefined }[] = [];
  for (let at: string | undefined = end; at !== undefined;) {
    const step: Step | undefined = cameBy.get(at);
    way.push({ node: at, step });
    at = step?.from;
  }
  return way;
}
