/** Names on the map: below a node, or beside it when it heads a box; never wider than the node's place. */
import type { NodeDisplayData, PartialButFor } from 'sigma/types';
import { cellWidth } from './blocks';

export const labelScale = {
  font: '"Inter", "Segoe UI", system-ui, -apple-system, "Liberation Sans", sans-serif',
  size: 11,
  /** Set before each frame: labels get the room a node's cell has on the screen. */
  pixelsPerUnit: 1,
};

type Data = PartialButFor<NodeDisplayData, 'x' | 'y' | 'size' | 'label' | 'color'>;

export function drawLabel(context: CanvasRenderingContext2D, data: Data): void {
  if (!data.label) return;
  const heads = data['title'] === 'right';
  const size = heads
    ? Math.max(11, Math.min(17, 15 * labelScale.pixelsPerUnit))
    : Math.max(9.5, Math.min(13, 12.5 * labelScale.pixelsPerUnit));
  context.font = `${heads ? 600 : 500} ${size}px ${labelScale.font}`;
  const room = heads ? 4 * cellWidth * labelScale.pixelsPerUnit : cellWidth * labelScale.pixelsPerUnit - 4;
  const text = shorten(context, data.label, room);
  if (text === '') return;
  context.lineJoin = 'round';
  context.lineWidth = 3;
  context.strokeStyle = 'rgba(11, 16, 23, 0.85)';
  context.fillStyle = heads ? '#e9f1fa' : '#c3d0de';
  context.textAlign = heads ? 'left' : 'center';
  context.textBaseline = 'middle';
  const x = heads ? data.x + data.size + 7 : data.x;
  const y = heads ? data.y : data.y + data.size + size * 0.5 + 5;
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

/** The name in full with type and addresses, for the node below the pointer. */
export function drawHover(context: CanvasRenderingContext2D, data: Data): void {
  const title = data.label ?? '';
  const detail = String(data['detail'] ?? '');
  context.font = `600 12px ${labelScale.font}`;
  const titleWidth = context.measureText(title).width;
  context.font = `400 11px ${labelScale.font}`;
  const width = Math.max(titleWidth, context.measureText(detail).width) + 20;
  const height = detail ? 40 : 24;
  const x = data.x + data.size + 8;
  const y = data.y - height / 2;
  context.beginPath();
  context.roundRect(x, y, width, height, 6);
  context.fillStyle = 'rgba(23, 33, 46, 0.96)';
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = '#3b4f66';
  context.stroke();
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillStyle = '#eef4fb';
  context.font = `600 12px ${labelScale.font}`;
  context.fillText(title, x + 10, y + 13);
  if (detail) {
    context.fillStyle = '#9fb1c5';
    context.font = `400 11px ${labelScale.font}`;
    context.fillText(detail, x + 10, y + 29);
  }
  context.beginPath();
  context.arc(data.x, data.y, data.size + 2, 0, 2 * Math.PI);
  context.lineWidth = 2;
  context.strokeStyle = '#eef4fb';
  context.stroke();
}

function shorten(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  for (let length = text.length - 1; length > 2; length--) {
    const shorter = `${text.slice(0, length)}…`;
    if (context.measureText(shorter).width <= room) return shorter;
  }
  return '';
}
