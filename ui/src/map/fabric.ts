import type { Edge, Node } from '../api';
import type { Topology } from '../state/topology';
import { roleOf, type Role } from './roles';

/** Whether a node stands for what is outside the hosts: switches and their ports. */
export function isFabric(node: Node): boolean {
  return node.Host === 'fabric' || node.Metadata['Probe'] === 'fabric';
}

/**
 * What a fabric node is, told by its links because its Type may be anything: what hangs on another fabric node and leads
 * to none is a port, everything else a switch.
 */
export function fabricRole(id: string, fabricEdges: Iterable<Edge>): Role {
  let hangs = false;
  for (const edge of fabricEdges) {
    if (edge.Parent === id) return 'switch';
    if (edge.Child === id) hangs = true;
  }
  return hangs ? 'switchport' : 'switch';
}

/** What a node of the graph is on the map. */
export function roleIn(topology: Topology, node: Node): Role {
  if (!isFabric(node)) return roleOf(node.Metadata.Type);
  return fabricRole(
    node.ID,
    topology.edgesOf(node.ID).filter((edge) => {
      const other = topology.nodes.get(edge.Parent === node.ID ? edge.Child : edge.Parent);
      return other !== undefined && isFabric(other);
    }),
  );
}

/** Whether a capture can run on a node: it has packets passing. */
export function canCapture(node: Node): boolean {
  const role = roleOf(node.Metadata.Type);
  return !isFabric(node) && ['bridge', 'tunnel', 'nic', 'veth', 'virtual'].includes(role);
}
