/** What nodes and links look like on the map. Pure. */
import type { Edge, Node } from '../api';
import { nodeName, type Topology } from '../state/topology';
import { isFabric, roleIn } from './fabric';
import { iconImage, roleColors } from './icons';
import type { Role } from './roles';

/** What sigma draws of a node; `title` and `detail` are for the labels. */
export interface NodeLook {
  size: number;
  color: string;
  label: string;
  image: string;
  type: 'icon' | 'point';
  role: Role;
  /** Where the name stands: right of a node that heads a box. */
  title: 'below' | 'right';
  detail: string;
}

export interface EdgeLook {
  type: 'line' | 'hair';
  size: number;
  color: string;
  zIndex: number;
}

/** Radii, in units of the layout. */
const sizes: Record<Role, number> = {
  host: 17,
  netns: 15,
  bridge: 21,
  port: 10,
  tunnel: 15,
  nic: 16,
  veth: 14,
  virtual: 14,
  switch: 21,
  switchport: 13,
  other: 13,
};

const edgeColors = { layer2: '#5a7896', fabric: '#d0a651', ownership: '#33445a' };
const downColor = '#5b6775';
export const dimmedNode = '#222d3b';
export const dimmedEdge = '#1b2531';

const images = Object.fromEntries((Object.keys(roleColors) as Role[]).map((role) => [role, iconImage(role)])) as Record<
  Role,
  string
>;

export function lookOfNode(topology: Topology, node: Node, headsBox: boolean): NodeLook {
  const role = roleIn(topology, node);
  const down = node.Metadata.State === 'DOWN';
  return {
    size: sizes[role],
    color: down ? downColor : roleColors[role],
    label: nodeName(node),
    image: images[role],
    type: 'icon',
    role,
    title: headsBox ? 'right' : 'below',
    detail: detailOf(node, down),
  };
}

/** Undefined for an edge that isn't drawn: ownership that a box or a layer 2 link between the same nodes shows already. */
export function lookOfEdge(topology: Topology, edge: Edge): EdgeLook | undefined {
  const parent = topology.nodes.get(edge.Parent);
  const child = topology.nodes.get(edge.Child);
  if (!parent || !child) return undefined;
  if (edge.Metadata.RelationType === 'ownership') {
    const role = roleIn(topology, parent);
    if (role === 'host' || role === 'netns') return undefined;
    const linked = topology
      .edgesOf(edge.Child)
      .some((other) => other !== edge && (other.Parent === edge.Parent || other.Child === edge.Parent));
    return linked ? undefined : { type: 'line', size: 2, color: edgeColors.ownership, zIndex: 0 };
  }
  return isFabric(parent) || isFabric(child)
    ? { type: 'line', size: 4, color: edgeColors.fabric, zIndex: 1 }
    : { type: 'line', size: 3, color: edgeColors.layer2, zIndex: 0 };
}

/** Hairs are a pixel wide however far one is: darker, or they hide what they join. */
export function hairOf(edge: EdgeLook): string {
  return edge.color === edgeColors.fabric ? '#4a4030' : '#263646';
}

function detailOf(node: Node, down: boolean): string {
  const { Type, IPV4, IPV6, MAC } = node.Metadata;
  const addresses = IPV4?.length ? IPV4 : IPV6?.length ? IPV6 : [MAC];
  return [Type, down ? 'down' : '', ...addresses].filter(Boolean).join(' · ');
}
