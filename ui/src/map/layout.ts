/**
 * The map's layout: containment, not forces, so that the picture is the same each time and reads like a drawing by a
 * network engineer. The fabric stands on top, hosts are boxes below it. In a host: its uplinks, then every bridge as a
 * column of bridge, ports and the interfaces behind them, then the namespaces as boxes of their own (laid out the same
 * way), each below what it hangs on. Time and space grow with the number of nodes and edges. Pure: runs in a worker.
 */
import { compareNames } from '../format';
import { pushTo } from '../lists';
import {
  beneath,
  cellWidth,
  empty,
  gap,
  headerHeight,
  hostGap,
  maxColumns,
  merge,
  pack,
  padding,
  pointsOf,
  portHeight,
  row,
  rowHeight,
  shelf,
  targetWidth,
  type Block,
  type Group,
} from './blocks';
import { byName, isBox, link, meet, orderBy, owns, type Item, type LayoutInput } from './items';

export interface LayoutResult {
  ids: string[];
  /** x and y of ids[i] at [2i] and [2i+1]. */
  positions: Float32Array;
  groups: Group[];
  width: number;
  height: number;
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
      if (host && !owns(item, host)) {
        item.owner = host;
        host.owned.push(item);
      } else {
        pushTo(strays, item.host, item);
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
  const boxes = members.filter(isBox).sort(byName);
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

  const unitShelf = shelf(
    units.map((u) => u.block),
    targetWidth(
      units.map((u) => u.block),
      boxes.length + members.length,
    ),
  );
  const at = pointsOf(unitShelf);
  const center = unitShelf.width / 2;
  const uplinkRow = row(
    idsOf(orderBy(uplinks, (item) => (item.peers.length === 0 ? Infinity : meet(item.peers, at, center)))),
  );
  const lowerRow = row(idsOf(orderBy(lower, (item) => meet(item.peers, at, center))));
  const below = pointsOf(lowerRow, (unitShelf.width - lowerRow.width) / 2);
  const above = new Map([...at, ...below]);
  const wanted = (box: Item): number =>
    meet(
      box.owned.flatMap((inner) => inner.peers),
      above,
      center,
    );
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
  const found = [...bridge.owned];
  for (const peer of bridge.peers) if (peer.role === 'port' && inside.has(peer)) found.push(peer);
  for (const port of found) {
    if (placed.has(port)) continue;
    placed.add(port);
    const behind: Item[] = [];
    for (const peer of port.peers) {
      if (!inside.has(peer) || placed.has(peer)) continue;
      placed.add(peer);
      behind.push(peer);
    }
    const toUplink = port.peers.some(
      (peer) => peer !== bridge && !behind.includes(peer) && placed.has(peer) && peer.role !== 'bridge',
    );
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
  block.groups.push({
    id: bridge.id,
    kind: 'bridge',
    label: bridge.name,
    depth,
    x: 0,
    y: 0,
    width: block.width,
    height: block.height,
  });
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
    const line = row(idsOf(orderBy(ports, leadsTo)));
    const block = empty();
    block.width = Math.max(cellWidth, line.width);
    block.ids.push(item.id);
    block.points.push(block.width / 2, rowHeight / 2);
    merge(block, line, (block.width - line.width) / 2, rowHeight);
    block.height = rowHeight + line.height;
    blocks.push(block);
  }
  const rest = row(
    idsOf(
      orderBy(
        members.filter((item) => !placed.has(item)),
        leadsTo,
      ),
    ),
  );
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

function idsOf(items: Item[]): string[] {
  return items.map((item) => item.id);
}
