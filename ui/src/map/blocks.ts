/** Parts of the picture and how they are put together; they know nothing of what they stand for. */

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

export const cellWidth = 88;
export const rowHeight = 68;
export const portHeight = 50;
export const padding = 18;
export const headerHeight = 46;
export const gap = 20;
export const hostGap = 60;
export const maxColumns = 12;

/** A laid out part, in its own coordinates; it's moved as a whole into what contains it. */
export interface Block {
  width: number;
  height: number;
  ids: string[];
  points: number[];
  groups: Group[];
}

/** Nodes side by side; long rows wrap. */
export function row(ids: string[]): Block {
  const block = empty();
  if (ids.length === 0) return block;
  const perLine = ids.length <= maxColumns ? ids.length : Math.max(maxColumns, Math.ceil(Math.sqrt(ids.length * 1.8)));
  const lines = Math.ceil(ids.length / perLine);
  ids.forEach((id, index) => {
    const line = Math.floor(index / perLine);
    const inLine = Math.min(perLine, ids.length - line * perLine);
    const left = ((perLine - inLine) * cellWidth) / 2;
    block.ids.push(id);
    block.points.push(left + ((index % perLine) + 0.5) * cellWidth, (line + 0.5) * rowHeight);
  });
  block.width = perLine * cellWidth;
  block.height = lines * rowHeight;
  return block;
}

/** Blocks side by side, on as many shelves as the width asks for; every shelf centred. */
export function shelf(blocks: Block[], width: number, space = gap): Block {
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
export function beneath(blocks: Block[], places: number[], width: number): Block | undefined {
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
export function pack(blocks: Block[], aspect: number): Block {
  if (blocks.length <= 4) return shelf(blocks, Number.POSITIVE_INFINITY, hostGap);
  const area = blocks.reduce((sum, block) => sum + (block.width + hostGap) * (block.height + hostGap), 0);
  return shelf(blocks, Math.max(Math.sqrt(area * aspect), ...blocks.map((block) => block.width)), hostGap);
}

/** The width at which parts of a container make it wider than high, but not a ribbon. */
export function targetWidth(blocks: Block[], members: number): number {
  const area = blocks.reduce((sum, block) => sum + (block.width + gap) * (block.height + gap), 0);
  const widest = Math.max(0, ...blocks.map((block) => block.width));
  return Math.max(widest, Math.sqrt(area * 2.2), Math.min(members, maxColumns) * cellWidth);
}

export function pointsOf(block: Block, dx = 0): Map<string, number> {
  const xs = new Map<string, number>();
  block.ids.forEach((id, index) => xs.set(id, (block.points[2 * index] ?? 0) + dx));
  return xs;
}

export function empty(): Block {
  return { width: 0, height: 0, ids: [], points: [], groups: [] };
}

export function merge(into: Block, part: Block, dx: number, dy: number): void {
  for (const id of part.ids) into.ids.push(id);
  for (let i = 0; i < part.points.length; i += 2) {
    into.points.push((part.points[i] ?? 0) + dx, (part.points[i + 1] ?? 0) + dy);
  }
  for (const group of part.groups) into.groups.push({ ...group, x: group.x + dx, y: group.y + dy });
}
