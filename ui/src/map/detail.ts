/**
 * What a large graph is drawn with: icons and bands for what is on the screen at a size to be told apart, points and
 * hairs for all else. Without a graphics card the difference is the one between seconds and an instant.
 */
import type { Frame } from './overlay';

/** Up to this many nodes everything is drawn in full. */
const largeGraph = 3000;
/** Pixels per unit of the layout below which an icon can't be recognised anyway. */
const recognisable = 0.25;

type Places = (each: (id: string, x: number, y: number) => void) => void;

export class Detail {
  #near: Set<string> | undefined;

  /** Whether a node is drawn with its icon. */
  inFull(id: string): boolean {
    return this.#near === undefined || this.#near.has(id);
  }

  /** Whether the graph is so large that not all of it is drawn in full. */
  get limited(): boolean {
    return this.#near !== undefined;
  }

  /**
   * Looks what is on the screen now (with as much around it on each side, so that a short way needs no new look);
   * true if something must be drawn differently. Places are in units of the layout, y downwards.
   */
  look(count: number, frame: Frame, places: Places): boolean {
    const before = this.#near;
    if (count <= largeGraph) {
      this.#near = undefined;
      return before !== undefined;
    }
    if (frame.scale < recognisable) {
      this.#near = new Set();
      return before === undefined || before.size > 0;
    }
    const around = new Set<string>();
    let missing = before === undefined;
    places((id, x, y) => {
      const left = x * frame.scale + frame.x;
      const top = y * frame.scale + frame.y;
      if (left < -frame.width || top < -frame.height || left > 2 * frame.width || top > 2 * frame.height) return;
      around.add(id);
      const seen = left >= 0 && top >= 0 && left <= frame.width && top <= frame.height;
      if (seen && !before?.has(id)) missing = true;
    });
    if (missing) this.#near = around;
    return missing;
  }
}
