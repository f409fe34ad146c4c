/**
 * The map's layout: containment, not forces, so that the picture is the same each time and reads like a drawing by a
 * network engineer. The fabric stands on top, hosts are boxes below it. In a host: its uplinks, then every bridge as a
 * column of bridge, ports and the interfaces behind them, then the namespaces as boxes of their own (laid out the same
 * way), each below what it hangs on. Time and space grow with the number of nodes and edges. Pure: runs in a worker.
 */
import { compareNames, naturalKey } from '../format';
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

/** A box around what belongs together. y grows downwards; x and y are the upper left corner. */
export interface Group {
  /** The node that owns the box, or "group:…" when nothing in the graph does. */
  id: string;
  kind: 'host' | 'netns' | 'bridge' | 'fabric';
  label: string;
  depth: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface LayoutResult {
  ids: string[];
  /** x and y of ids[i] at [2i] and [2i+1]. */
  positions: Float32Array;
  groups: Group[];
  width: number;
  height: number;
}

export const cellWidth = 88;
const rowHeight = 68;
const portHeight = 50;
const padding = 18;
const headerHeight = 46;
const gap = 20;
const hostGap = 60;
const maxColumns = 12;

/** A laid out part, in its own coordinates; it's moved as a whole into what contains it. */
interface Block {
  width: number;
  height: number;
  ids: string[];
  points: number[];
  groups: Group[];
}

interface Item extends LayoutNode {
  key: string;
  role: Role;
  owner: Item | undefined;
  owned: Item[];
  peers: Item[];
}

export function layout(input: LayoutInput): LayoutResult {
  const items = link(input);
  const hosts: Item[] = [];
  const fabric: Item[] = [];
  const strays = new Map<string, Item[]>();
  const hostByName = new Map<string, Item>();
  for (const item of items) if (item.role === 'host') hostByName.set(item.host || item.name, item);
  for (const item of items) {
    if (item.fabric) fabric.push(item);
    else if (item.owner) continue;
    else if (item.role === 'host') hosts.push(item);
    else {
      const host = hostByName.get(item.host);
      if (host) {
        item.owner = host;
        host.owned.push(item);
      } else {
        const known = strays.get(item.host);
        if (known) known.push(item);
        else strays.set(item.host, [item]);
      }
    }
  }

  hosts.sort(byName);
  const rank = new Map<string, number>(hosts.map((host, index) => [host.host || host.name, index]));
  const blocks = hosts.map((host) => container(host, host.owned, 'host', 0));
  for (const [name, members] of [...strays].sort(([a], [b]) => compareNames(a, b))) {
    const label = name || 'no host';
    blocks.push(container(undefined, members, 'host', 0, { id: `group:${name}`, label }));
  }

  const grid = pack(blocks, input.aspect);
  const all = empty();
  if (fabric.length > 0) {
    const top = fabricBlock(fabric, rank);
    all.width = Math.max(grid.width, top.width);
    merge(all, top, (all.width - top.width) / 2, 0);
    merge(all, grid, (all.width - grid.width) / 2, top.height + hostGap);
    all.height = top.height + hostGap + grid.height;
  } else {
    merge(all, grid, 0, 0);
    all.width = grid.width;
    all.height = grid.height;
  }
  return {
    ids: all.ids,
    positions: Float32Array.from(all.points),
    groups: all.groups,
    width: all.width,
    height: all.height,
  };
}

/** Ties nodes to their owners and to their layer 2 peers; tells the fabric's ports from its switches. */
function link(input: LayoutInput): Item[] {
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
      if (!owns(child, parent) && nearness(parent) > nearness(child.owner)) child.owner = parent;
    } else {
      parent.peers.push(child);
      child.peers.push(parent);
    }
  }
  for (const item of byId.values()) item.owner?.owned.push(item);
  for (const item of hanging) if (!leading.has(item)) item.role = 'switchport';
  return [...byId.values()];
}

/** A circle of owners would leave its nodes off the map. */
function owns(a: Item, b: Item): boolean {
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

/** The box of a host or a namespace with everything in it. */
function container(
  self: Item | undefined,
  members: Item[],
  kind: 'host' | 'netns',
  depth: number,
  named: { id: string; label: string } = { id: self?.id ?? '', label: self?.name ?? '' },
): Block {
  const inside = new Set(members);
  const placed = new Set<Item>();
  const bridges = members.filter((item) => item.role === 'bridge').sort(byName);
  const boxes = members.filter((item) => item.role === 'netns' || (item.role === 'host' && item !== self)).sort(byName);
  for (const item of [...bridges, ...boxes]) placed.add(item);

  const uplinks = members.filter((item) => !placed.has(item) && isUplink(item, self, inside));
  for (const item of uplinks) placed.add(item);

  const units = bridges
    .map((bridge) => unit(bridge, inside, placed, depth + 1))
    .sort((a, b) => Number(b.uplinked) - Number(a.uplinked));
  const lower: Item[] = [];
  for (const item of members) {
    if (placed.has(item)) continue;
    placed.add(item);
    if (item.peers.some((peer) => !inside.has(peer))) lower.push(item);
    else uplinks.push(item);
  }

  const unitShelf = shelf(units.map((u) => u.block), targetWidth(units.map((u) => u.block), boxes.length + members.length));
  const at = pointsOf(unitShelf);
  const center = unitShelf.width / 2;
  const uplinkRow = row(orderBy(uplinks, (item) => (item.peers.length === 0 ? Infinity : meet(item.peers, at, center))));
  const lowerRow = row(orderBy(lower, (item) => meet(item.peers, at, center)));
  const below = pointsOf(lowerRow, (unitShelf.width - lowerRow.width) / 2);
  const above = new Map([...at, ...below]);
  const wanted = (box: Item): number => meet(box.owned.flatMap((inner) => inner.peers), above, center);
  const ordered = orderBy(boxes, wanted);
  const boxBlocks = ordered.map((box) => container(box, box.owned, 'netns', depth + 1));
  const boxWidth = targetWidth([unitShelf, ...boxBlocks], members.length);
  const boxShelf = beneath(boxBlocks, ordered.map(wanted), unitShelf.width) ?? shelf(boxBlocks, boxWidth);

  const rows = [uplinkRow, unitShelf, lowerRow, boxShelf].filter((block) => block.ids.length + block.groups.length > 0);
  const label = Math.min(240, 48 + named.label.length * 9.5);
  let width = Math.max(label, ...rows.map((block) => block.width)) + 2 * padding;
  const block = empty();
  let y = headerHeight;
  const beside = label + uplinkRow.width + padding;
  if (uplinkRow.height > 0 && uplinkRow.height <= rowHeight && rows.length > 1 && beside <= width * 1.2) {
    // The uplinks have room beside the title, on the box's upper edge, where their links come in.
    width = Math.max(width, beside);
    merge(block, uplinkRow, label + (width - label - uplinkRow.width) / 2, 2);
    rows.shift();
    y = rowHeight + gap / 2;
  }
  for (const part of rows) {
    merge(block, part, (width - part.width) / 2, y);
    y += part.height + gap;
  }
  block.width = width;
  block.height = rows.length > 0 ? y - gap + padding : headerHeight + padding / 2;
  if (self) {
    block.ids.push(self.id);
    block.points.push(padding + 12, headerHeight / 2 + 2);
  }
  block.groups.unshift({ id: named.id, kind, label: named.label, depth, x: 0, y: 0, width, height: block.height });
  return block;
}

/** What connects a container to the outside, or a device of its own: drawn on top. */
function isUplink(item: Item, self: Item | undefined, inside: ReadonlySet<Item>): boolean {
  if (item.role === 'port' || item.role === 'tunnel') return false;
  if (item.role === 'nic') return true;
  if (self?.role === 'netns') return item.peers.some((peer) => !inside.has(peer));
  const host = self?.host ?? item.host;
  return item.peers.some((peer) => peer.fabric || peer.host !== host);
}

/** A bridge; above it its ports to uplinks; below it the other ports, and below each the interface behind it. */
function unit(bridge: Item, inside: Set<Item>, placed: Set<Item>, depth: number): { block: Block; uplinked: boolean } {
  let uplinked = false;
  const upwards: Item[] = [];
  const columns: { port: Item | undefined; behind: Item[]; order: string }[] = [];
  const found = bridge.owned.filter((item) => !inside.has(item) || !placed.has(item));
  for (const peer of bridge.peers) if (peer.role === 'port' && !found.includes(peer) && !placed.has(peer)) found.push(peer);
  for (const port of found) {
    if (placed.has(port)) continue;
    placed.add(port);
    const behind = port.peers.filter((peer) => inside.has(peer) && !placed.has(peer));
    for (const item of behind) placed.add(item);
    const toUplink = port.peers.some((peer) => peer !== bridge && !behind.includes(peer) && placed.has(peer) && peer.role !== 'bridge');
    for (const extra of port.owned) if (!placed.has(extra)) (placed.add(extra), behind.push(extra));
    uplinked ||= toUplink;
    if (toUplink && behind.length === 0) upwards.push(port);
    else columns.push({ port, behind, order: `${port.name === bridge.name ? 1 : 2}${port.key}` });
  }
  for (const peer of bridge.peers) {
    if (placed.has(peer)) {
      uplinked ||= peer.role === 'nic' && inside.has(peer);
    } else if (inside.has(peer)) {
      placed.add(peer);
      columns.push({ port: undefined, behind: [peer], order: `2${peer.key}` });
    }
  }
  columns.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));

  const block = empty();
  const perLine = Math.max(1, Math.min(maxColumns, columns.length));
  const width = Math.max(perLine, upwards.length) * cellWidth;
  let y = padding / 2;
  if (upwards.length > 0) {
    const left = padding / 2 + (width - upwards.length * cellWidth) / 2;
    upwards.sort(byName).forEach((port, index) => {
      block.ids.push(port.id);
      block.points.push(left + (index + 0.5) * cellWidth, y + portHeight / 2 - 6);
    });
    y += portHeight;
  }
  block.ids.push(bridge.id);
  block.points.push(padding / 2 + width / 2, y + rowHeight / 2 - 4);
  y += rowHeight;
  for (let start = 0; start < columns.length; start += perLine) {
    const line = columns.slice(start, start + perLine);
    const left = padding / 2 + (width - line.length * cellWidth) / 2;
    const ports = line.some((column) => column.port) ? portHeight : 0;
    let deepest = 0;
    line.forEach((column, index) => {
      const x = left + (index + 0.5) * cellWidth;
      if (column.port) {
        block.ids.push(column.port.id);
        block.points.push(x, y + portHeight / 2);
      }
      column.behind.forEach((item, step) => {
        block.ids.push(item.id);
        block.points.push(x, y + ports + (step + 0.5) * rowHeight - 6);
      });
      deepest = Math.max(deepest, column.behind.length);
    });
    y += ports + deepest * rowHeight;
  }
  block.width = width + padding;
  block.height = y + padding / 2;
  block.groups.push({ id: bridge.id, kind: 'bridge', label: bridge.name, depth, x: 0, y: 0, width: block.width, height: block.height });
  return { block, uplinked };
}

/** Switches with their ports below, ordered as the hosts they lead to. */
function fabricBlock(members: Item[], rank: Map<string, number>): Block {
  const leadsTo = (item: Item): number => {
    const ranks = item.peers.filter((peer) => !peer.fabric).map((peer) => rank.get(peer.host) ?? rank.size);
    return ranks.length > 0 ? ranks.reduce((a, b) => a + b, 0) / ranks.length : rank.size / 2;
  };
  const placed = new Set<Item>();
  const switches = members.filter((item) => item.role === 'switch').sort(byName);
  for (const item of switches) placed.add(item);
  const blocks: Block[] = [];
  for (const item of switches) {
    const ports: Item[] = [];
    for (const port of [...item.owned, ...item.peers]) {
      if (placed.has(port) || !port.fabric) continue;
      placed.add(port);
      ports.push(port);
    }
    const line = row(orderBy(ports, leadsTo));
    const block = empty();
    block.width = Math.max(cellWidth, line.width);
    block.ids.push(item.id);
    block.points.push(block.width / 2, rowHeight / 2);
    merge(block, line, (block.width - line.width) / 2, rowHeight);
    block.height = rowHeight + line.height;
    blocks.push(block);
  }
  const rest = row(orderBy(members.filter((item) => !placed.has(item)), leadsTo));
  if (rest.ids.length > 0) blocks.push(rest);
  const inner = shelf(blocks, targetWidth(blocks, rank.size * 4));
  const block = empty();
  merge(block, inner, padding, headerHeight - 14);
  block.width = inner.width + 2 * padding;
  block.height = inner.height + headerHeight - 14 + padding / 2;
  block.groups.unshift({
    id: 'group:fabric',
    kind: 'fabric',
    label: 'Fabric',
    depth: 0,
    x: 0,
    y: 0,
    width: block.width,
    height: block.height,
  });
  return block;
}

/** Nodes side by side; long rows wrap. */
function row(items: Item[]): Block {
  const block = empty();
  if (items.length === 0) return block;
  const perLine = items.length <= maxColumns ? items.length : Math.max(maxColumns, Math.ceil(Math.sqrt(items.length * 1.8)));
  const lines = Math.ceil(items.length / perLine);
  items.forEach((item, index) => {
    const line = Math.floor(index / perLine);
    const inLine = Math.min(perLine, items.length - line * perLine);
    const left = ((perLine - inLine) * cellWidth) / 2;
    block.ids.push(item.id);
    block.points.push(left + ((index % perLine) + 0.5) * cellWidth, (line + 0.5) * rowHeight);
  });
  block.width = perLine * cellWidth;
  block.height = lines * rowHeight;
  return block;
}

/** Blocks side by side, on as many shelves as the width asks for; every shelf centred. */
function shelf(blocks: Block[], width: number, space = gap): Block {
  const result = empty();
  const shelves: { blocks: Block[]; width: number; height: number }[] = [];
  for (const block of blocks) {
    const last = shelves.at(-1);
    if (last && last.width + space + block.width <= width) {
      last.blocks.push(block);
      last.width += space + block.width;
      last.height = Math.max(last.height, block.height);
    } else {
      shelves.push({ blocks: [block], width: block.width, height: block.height });
    }
  }
  result.width = Math.max(0, ...shelves.map((s) => s.width));
  let y = 0;
  for (const line of shelves) {
    let x = (result.width - line.width) / 2;
    for (const block of line.blocks) {
      merge(result, block, x, y);
      x += block.width + space;
    }
    y += line.height + space;
  }
  result.height = shelves.length > 0 ? y - space : 0;
  return result;
}

/** Blocks in one row, each below its place as far as they leave each other room; undefined if the row is too short. */
function beneath(blocks: Block[], places: number[], width: number): Block | undefined {
  let left = blocks.reduce((sum, block) => sum + block.width + gap, -gap);
  if (blocks.length === 0 || left > width) return undefined;
  const row = empty();
  let x = 0;
  blocks.forEach((block, index) => {
    x = Math.max(x, Math.min((places[index] ?? 0) - block.width / 2, width - left));
    merge(row, block, x, 0);
    x += block.width + gap;
    left -= block.width + gap;
    row.height = Math.max(row.height, block.height);
  });
  row.width = width;
  return row;
}

/** A few hosts stand in one row; many fill a grid near the wanted aspect. */
function pack(blocks: Block[], aspect: number): Block {
  if (blocks.length <= 4) return shelf(blocks, Number.POSITIVE_INFINITY, hostGap);
  const area = blocks.reduce((sum, block) => sum + (block.width + hostGap) * (block.height + hostGap), 0);
  return shelf(blocks, Math.max(Math.sqrt(area * aspect), ...blocks.map((block) => block.width)), hostGap);
}

/** The width at which parts of a container make it wider than high, but not a ribbon. */
function targetWidth(blocks: Block[], members: number): number {
  const area = blocks.reduce((sum, block) => sum + (block.width + gap) * (block.height + gap), 0);
  const widest = Math.max(0, ...blocks.map((block) => block.width));
  return Math.max(widest, Math.sqrt(area * 2.2), Math.min(members, maxColumns) * cellWidth);
}

function pointsOf(block: Block, dx = 0): Map<string, number> {
  const xs = new Map<string, number>();
  block.ids.forEach((id, index) => xs.set(id, (block.points[2 * index] ?? 0) + dx));
  return xs;
}

/** Where, on average, the peers of a node stand: the place that makes its links short. */
function meet(peers: Item[], at: ReadonlyMap<string, number>, otherwise: number): number {
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

function orderBy(items: Item[], place: (item: Item) => number): Item[] {
  return items
    .map((item) => ({ item, at: place(item) }))
    .sort((a, b) => a.at - b.at || byName(a.item, b.item))
    .map(({ item }) => item);
}

function byName(a: Item, b: Item): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function empty(): Block {
  return { width: 0, height: 0, ids: [], points: [], groups: [] };
}

function merge(into: Block, part: Block, dx: number, dy: number): void {
  for (const id of part.ids) into.ids.push(id);
  for (let i = 0; i < part.points.length; i += 2) {
    into.points.push((part.points[i] ?? 0) + dx, (part.points[i + 1] ?? 0) + dy);
  }
  for (const group of part.groups) into.groups.push({ ...group, x: group.x + dx, y: group.y + dy });
}
