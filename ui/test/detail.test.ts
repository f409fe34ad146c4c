import { describe, expect, it } from 'vitest';
import { Detail } from '../src/map/detail';

/** A row of nodes, 100 units apart. */
const row = (count: number) => (each: (id: string, x: number, y: number) => void) => {
  for (let index = 0; index < count; index++) each(`n${index}`, index * 100, 0);
};
const frame = (x: number, scale: number) => ({ x, y: 50, scale, width: 1000, height: 500 });

describe('the detail of the map', () => {
  it('is full for a graph that isn’t large, wherever one looks', () => {
    const detail = new Detail();
    expect(detail.look(100, frame(0, 0.01), row(100))).toBe(false);
    expect(detail.inFull('n99')).toBe(true);
    expect(detail.limited).toBe(false);
  });

  it('is points for a large graph from afar, and icons for what is on the screen when near', () => {
    const detail = new Detail();
    expect(detail.look(5000, frame(0, 0.01), row(5000))).toBe(true);
    expect(detail.inFull('n0')).toBe(false);
    expect(detail.look(5000, frame(0, 1), row(5000))).toBe(true);
    expect(detail.inFull('n9')).toBe(true);
    expect(detail.inFull('n4000')).toBe(false);
    expect(detail.look(5000, frame(0, 0.01), row(5000))).toBe(true);
    expect(detail.inFull('n9')).toBe(false);
  });

  it('changes only when something comes on the screen that wasn’t near it', () => {
    const detail = new Detail();
    detail.look(5000, frame(0, 1), row(5000));
    expect(detail.look(5000, frame(-500, 1), row(5000))).toBe(false);
    expect(detail.look(5000, frame(-1500, 1), row(5000))).toBe(true);
    expect(detail.inFull('n20')).toBe(true);
  });

  it('is full again when the graph shrinks', () => {
    const detail = new Detail();
    detail.look(5000, frame(0, 0.01), row(5000));
    expect(detail.look(10, frame(0, 0.01), row(10))).toBe(true);
    expect(detail.inFull('n5')).toBe(true);
  });
});
