import type { Topology } from '../state/topology';
import type { Tunnel } from '../map/tunnels';

/** Where the same packets were seen, and a way between these places over links of the map. */
export interface Journey {
  /** Nodes whose captures saw the packets. */
  points: string[];
  /** Nodes on the way, the points among them. */
  nodes: Set<string>;
  /** Ids of edges on the way. */
  edges: Set<string>;
  /** Positions in the list of tunnels. */
  tunnels: Set<number>;
}

interface Step {
  from: string;
  edge?: string;
  tunnel?: number;
}

/**
 * Joins the capture points by shortest ways over layer 2 links and tunnels: from the first point to the nearest other,
 * and on from all that is joined already. Points that no link leads to stay on their own.
 */
export function findJourney(topology: Topology, tunnels: readonly Tunnel[], points: readonly string[]): Journey {
  const journey: Journey = { points: [...new Set(points)], nodes: new Set(), edges: new Set(), tunnels: new Set() };
  for (const point of journey.points) journey.nodes.add(point);
  const tunnelsOf = new Map<string, { to: string; tunnel: number }[]>();
  tunnels.forEach(({ a, b }, tunnel) => {
    for (const [from, to] of [[a, b], [b, a]] as const) {
      const known = tunnelsOf.get(from);
      if (known) known.push({ to, tunnel });
      else tunnelsOf.set(from, [{ to, tunnel }]);
    }
  });

  const start = journey.points[0];
  if (start === undefined) return journey;
  const joined = new Set([start]);
  const missing = new Set(journey.points.slice(1));
  while (missing.size > 0) {
    const reached = search(topology, tunnelsOf, joined, missing);
    if (!reached) {
      // No way from what is joined: go on from the next point by itself.
      const next = missing.values().next().value as string;
      missing.delete(next);
      joined.add(next);
      continue;
    }
    for (const { node, step } of reached) {
      joined.add(node);
      missing.delete(node);
      journey.nodes.add(node);
      if (step?.edge) journey.edges.add(step.edge);
      if (step?.tunnel !== undefined) journey.tunnels.add(step.tunnel);
    }
  }
  return journey;
}

function search(
  topology: Topology,
  tunnelsOf: ReadonlyMap<string, { to: string; tunnel: number }[]>,
  from: ReadonlySet<string>,
  to: ReadonlySet<string>,
): { node: string; step: Step | undefined }[] | undefined {
  const cameBy = new Map<string, Step | undefined>();
  let ring = [...from];
  for (const id of ring) cameBy.set(id, undefined);
  while (ring.length > 0) {
    const next: string[] = [];
    for (const id of ring) {
      const steps: [string, Step][] = [];
      for (const edge of topology.edgesOf(id)) {
        if (edge.Metadata.RelationType === 'ownership') continue;
        steps.push([edge.Parent === id ? edge.Child : edge.Parent, { from: id, edge: edge.ID }]);
      }
      for (const { to: other, tunnel } of tunnelsOf.get(id) ?? []) steps.push([other, { from: id, tunnel }]);
      for (const [other, step] of steps) {
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
  for (let at: string | undefined = end; at !== undefined; ) {
    const step: Step | undefined = cameBy.get(at);
    way.push({ node: at, step });
    at = step?.from;
  }
  return way;
}
