/** What the map draws on plain canvases: boxes, tunnels, a flow's way, rings. Coordinates are CSS pixels. */
import type { Journey } from '../flows/journey';
import type { Group } from './blocks';
import type { Tunnel } from './tunnels';

/** How layout coordinates become pixels, and the canvas's size. */
export interface Frame {
  x: number;
  y: number;
  scale: number;
  width: number;
  height: number;
}

type Place = (id: string) => { x: number; y: number } | undefined;

const boxes: Record<Group['kind'], { fill: string; stroke: string; radius: number }> = {
  host: { fill: 'rgba(40, 72, 108, 0.20)', stroke: 'rgba(90, 184, 255, 0.42)', radius: 14 },
  netns: { fill: 'rgba(104, 78, 190, 0.15)', stroke: 'rgba(183, 155, 255, 0.50)', radius: 11 },
  bridge: { fill: 'rgba(246, 185, 79, 0.055)', stroke: 'rgba(246, 185, 79, 0.22)', radius: 9 },
  fabric: { fill: 'rgba(255, 217, 138, 0.06)', stroke: 'rgba(255, 217, 138, 0.38)', radius: 14 },
};

export const tunnelColor = '#ff86c8';
export const journeyColor = '#7cf3d0';

export function drawGroups(
  context: CanvasRenderingContext2D,
  frame: Frame,
  groups: readonly Group[],
  selected: string | undefined,
): void {
  for (const group of groups) {
    const x = group.x * frame.scale + frame.x;
    const y = group.y * frame.scale + frame.y;
    const width = group.width * frame.scale;
    const height = group.height * frame.scale;
    if (x > frame.width || y > frame.height || x + width < 0 || y + height < 0) continue;
    if (width < 3 || (width < 10 && group.depth > 0)) continue;
    const style = boxes[group.kind];
    context.beginPath();
    if (width > 24) context.roundRect(x, y, width, height, style.radius * Math.min(1.3, frame.scale));
    else context.rect(x, y, width, height);
    context.fillStyle = style.fill;
    context.fill();
    const chosen = group.id === selected;
    context.lineWidth = chosen ? 1.75 : width > 60 ? 1.25 : 0.75;
    context.strokeStyle = chosen ? 'rgba(233, 243, 255, 0.85)' : style.stroke;
    context.setLineDash(group.kind === 'fabric' ? [7, 5] : []);
    context.stroke();
    if (frame.scale < 0.31 && group.depth === 0 && width > 44) {
      // Too small for the nodes' own names: the box says whose it is.
      context.font = '600 10.5px "Segoe UI", system-ui, sans-serif';
      context.fillStyle = '#d5e2f0';
      context.textAlign = 'center';
      context.textBaseline = 'bottom';
      context.fillText(group.label, x + width / 2, y - 2, width + 8);
    }
    if (group.id.startsWith('group:') && frame.scale > 0.31) {
      context.font = `600 ${Math.max(11, Math.min(17, 15 * frame.scale))}px "Segoe UI", system-ui, sans-serif`;
      context.fillStyle = group.kind === 'fabric' ? '#ffd98a' : '#9fb1c5';
      context.textAlign = 'left';
      context.textBaseline = 'middle';
      context.fillText(group.label, x + 14 * frame.scale, y + 22 * frame.scale);
    }
  }
  context.setLineDash([]);
}

/** Tunnels as dashed arcs below both ends, apart from the links that carry them. */
export function drawTunnels(
  context: CanvasRenderingContext2D,
  frame: Frame,
  tunnels: readonly Tunnel[],
  at: Place,
  journey: Journey | undefined,
  dimmed: boolean,
): void {
  const labelled = frame.scale > 0.35 && tunnels.length <= 300;
  const crowded = tunnels.length > 100 && frame.scale < 0.31;
  tunnels.forEach((tunnel, index) => {
    const a = at(tunnel.a);
    const b = at(tunnel.b);
    if (!a || !b || outside(frame, a, b)) return;
    const onWay = journey?.tunnels.has(index) ?? false;
    const distance = Math.hypot(b.x - a.x, b.y - a.y);
    const drop = Math.min(distance * 0.22, 130 * Math.max(0.4, frame.scale));
    const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 + drop };
    context.beginPath();
    context.moveTo(a.x, a.y);
    context.quadraticCurveTo(middle.x, middle.y + drop, b.x, b.y);
    context.globalAlpha = dimmed && !onWay ? (crowded ? 0.04 : 0.16) : onWay ? 1 : crowded ? 0.16 : 0.85;
    context.strokeStyle = onWay ? journeyColor : tunnelColor;
    context.lineWidth = onWay ? 4 : Math.max(0.8, Math.min(2.2, 2.2 * frame.scale));
    // A browser draws every dash of a long line, also those far off the screen: long ones go without.
    context.setLineDash(
      crowded || distance > 3000 ? [] : [9 * Math.min(1, frame.scale + 0.2), 6 * Math.min(1, frame.scale + 0.2)],
    );
    context.stroke();
    if (labelled) {
      context.setLineDash([]);
      const text = tunnel.type.toUpperCase() + (tunnel.key ? ` · ${tunnel.key}` : '');
      context.font = '600 10.5px "Segoe UI", system-ui, sans-serif';
      const width = context.measureText(text).width + 14;
      context.globalAlpha = dimmed && !onWay ? 0.25 : 1;
      context.beginPath();
      context.roundRect(middle.x - width / 2, middle.y - 9, width, 18, 9);
      context.fillStyle = '#1c1524';
      context.fill();
      context.lineWidth = 1;
      context.stroke();
      context.fillStyle = onWay ? journeyColor : tunnelColor;
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      context.fillText(text, middle.x, middle.y + 0.5);
    }
  });
  context.globalAlpha = 1;
  context.setLineDash([]);
}

/** The links a chosen flow's packets take, as a bright band below them. */
export function drawJourney(
  context: CanvasRenderingContext2D,
  frame: Frame,
  journey: Journey,
  at: Place,
  endsOf: (edge: string) => [string, string] | undefined,
): void {
  context.beginPath();
  for (const edge of journey.edges) {
    const ends = endsOf(edge);
    const a = ends && at(ends[0]);
    const b = ends && at(ends[1]);
    if (!a || !b) continue;
    context.moveTo(a.x, a.y);
    context.lineTo(b.x, b.y);
  }
  for (const [from, to] of journey.dives) {
    const a = at(from);
    const b = at(to);
    if (!a || !b) continue;
    context.moveTo(a.x, a.y);
    context.quadraticCurveTo((a.x + b.x) / 2, Math.max(a.y, b.y) + 40 * frame.scale, b.x, b.y);
  }
  context.lineCap = 'round';
  context.strokeStyle = journeyColor;
  context.globalAlpha = 0.28;
  context.lineWidth = Math.max(6, 12 * frame.scale);
  context.stroke();
  context.globalAlpha = 1;
  context.lineWidth = Math.max(2, 3.4 * frame.scale);
  context.stroke();
  context.lineCap = 'butt';
}

/** Red: captures run here (amber: one failed). White: selected. Green: saw the chosen flow. */
export function drawRings(
  context: CanvasRenderingContext2D,
  frame: Frame,
  what: {
    at: Place;
    radius: (id: string) => number;
    capturing: ReadonlyMap<string, boolean>;
    selected: string | undefined;
    journey: Journey | undefined;
  },
): void {
  const ring = (id: string, distance: number, color: string, width: number): void => {
    const place = what.at(id);
    if (!place || outside(frame, place, place)) return;
    context.beginPath();
    context.arc(place.x, place.y, what.radius(id) + distance, 0, 2 * Math.PI);
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke();
  };
  for (const point of what.journey?.points ?? [])
    ring(point, Math.max(3, 7 * frame.scale), journeyColor, Math.max(1.5, 3 * frame.scale));
  for (const [id, failed] of what.capturing) {
    const place = what.at(id);
    const radius = what.radius(id);
    if (!place || radius < 1.2 || outside(frame, place, place)) continue;
    const color = failed ? '#ffb454' : '#ff4d5e';
    ring(id, Math.max(1, 2.4 * frame.scale), color, Math.max(1, 2 * frame.scale));
    if (radius < 5) continue;
    context.beginPath();
    context.arc(place.x + radius * 0.8, place.y - radius * 0.8, Math.max(2.5, radius * 0.32), 0, 2 * Math.PI);
    context.fillStyle = color;
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = '#0d131b';
    context.stroke();
  }
  if (what.selected !== undefined) ring(what.selected, Math.max(3, 5 * frame.scale), '#f4f9ff', 2);
}

function outside(frame: Frame, a: { x: number; y: number }, b: { x: number; y: number }): boolean {
  const margin = 140;
  return (
    Math.max(a.x, b.x) < -margin ||
    Math.min(a.x, b.x) > frame.width + margin ||
    Math.max(a.y, b.y) < -margin ||
    Math.min(a.y, b.y) > frame.height + margin
  );
}
