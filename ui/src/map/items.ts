/** What the layout knows of a node: its owner, what it owns, its layer 2 peers. */
import { naturalKey } from '../format';
import { roleOf, type Role } from './roles';

export interface LayoutNode {
  id: string;
  name: string;
  type: string;
  host: string;
  fabric: boolean;
}

export interface LayoutEdge {
  parent: string;
  child: string;
  relation: string;
}

export interface LayoutInput {
  nodes: LayoutNode[];
  edges: LayoutEdge[];
  /** Width by height the picture should come near to. */
  aspect: number;
}

export interface Item extends LayoutNode {
  key: string;
  role: Role;
  owner: Item | undefined;
  owned: Item[];
  peers: Item[];
}

/** Ties nodes to their owners and to their layer 2 peers; tells the fabric's ports from its switches. */
export function link(input: LayoutInput): Item[] {
  const byId = new Map<string, Item>();
  for (const node of input.nodes) {
    byId.set(node.id, {
      id: node.id,
      name: node.name,
      type: node.type,
      host: node.host,
      fabric: node.fabric,
      key: naturalKey(node.name),
      role: node.fabric ? 'switch' : roleOf(node.type),
      owner: undefined,
      owned: [],
      peers: [],
    });
  }
  const leading = new Set<Item>();
  const hanging = new Set<Item>();
  for (const edge of input.edges) {
    const parent = byId.get(edge.parent);
    const child = byId.get(edge.child);
    if (!parent || !child || parent === child) continue;
    if (parent.fabric && child.fabric) {
      leading.add(parent);
      hanging.add(child);
    }
    if (edge.relation === 'ownership') {
      if (parent.fabric === child.fabric && !owns(child, parent) && nearness(parent) > nearness(child.owner))
        child.owner = parent;
    } else {
      parent.peers.push(child);
      child.peers.push(parent);
    }
  }
  const items = [...byId.values()];
  const containers = items.map(containerOf);
  items.forEach((item, index) => {
    item.owner = containers[index];
    item.owner?.owned.push(item);
  });
  for (const item of hanging) if (!leading.has(item)) item.role = 'switchport';
  return items;
}

/** What is drawn as a box with others inside. */
export function isBox(item: Item): boolean {
  return item.role === 'host' || item.role === 'netns';
}

/** Where an item is drawn: in the nearest box above it, or at the bridge that owns it. Only the fabric keeps any owner. */
function containerOf(item: Item): Item | undefined {
  let at = item.owner;
  if (item.fabric) return at;
  const atBridge = !isBox(item) && item.role !== 'bridge';
  while (at && !isBox(at) && !(atBridge && at.role === 'bridge')) at = at.owner;
  return at;
}

/** Whether a stands above b, or is it. A circle of owners would leave its nodes off the map. */
export function owns(a: Item, b: Item): boolean {
  for (let at: Item | undefined = b; at; at = at.owner) if (at === a) return true;
  return false;
}

/** Of several owners the nearest counts: a bridge before a namespace before a host. */
function nearness(owner: Item | undefined): number {
  switch (owner?.role) {
    case undefined:
      return -1;
    case 'host':
      return 0;
    case 'netns':
      return 2;
    case 'bridge':
    case 'switch':
      return 3;
    default:
      return 1;
  }
}

/** Where, on average, the peers of a node stand: the place that makes its links short. */
export function meet(peers: Item[], at: ReadonlyMap<string, number>, otherwise: number): number {
  let sum = 0;
  let count = 0;
  for (const peer of peers) {
    const x = at.get(peer.id);
    if (x !== undefined) {
      sum += x;
      count++;
    }
  }
  return count > 0 ? sum / count : otherwise;
}

export function orderBy(items: Item[], place: (item: Item) => number): Item[] {
  return items
    .map((item) => ({ item, at: place(item) }))
    .sort((a, b) => a.at - b.at || byName(a.item, b.item))
    .map(({ item }) => item);
}

export function byName(a: Item, b: Item): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
