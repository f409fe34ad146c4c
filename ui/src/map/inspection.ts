import { topology } from '../state/store';
import { nodeName } from '../state/topology';
import type { MapFigures, MapView } from './view';

/** What `window.skydive` offers: nodes drawn by WebGL are no elements, so this says where they are. */
export interface Inspection {
  /** Every node of the page's graph. */
  nodes(): { id: string; name: string; type: string; host: string }[];
  /** Where a node is drawn, in pixels of the page, or null when it isn't (yet). */
  nodePosition(id: string): { x: number; y: number } | null;
  /** Counts and times of the map. */
  figures(): MapFigures;
  /** Shows the whole graph. */
  fit(): void;
  zoom(factor: number): void;
  /** Draws now, and says how many milliseconds the page was busy with it. */
  render(): number;
}

declare global {
  interface Window {
    skydive?: Inspection;
  }
}

export function installInspection(view: MapView, element: HTMLElement): void {
  window.skydive = {
    nodes: () =>
      [...topology.nodes.values()].map((node) => ({
        id: node.ID,
        name: nodeName(node),
        type: node.Metadata.Type ?? '',
        host: node.Host ?? '',
      })),
    nodePosition: (id) => {
      const position = view.position(id);
      if (!position) return null;
      const { left, top } = element.getBoundingClientRect();
      return { x: left + position.x, y: top + position.y };
    },
    figures: () => ({ ...view.figures, frames: [...view.figures.frames] }),
    fit: () => view.fit(),
    zoom: (factor) => view.zoom(factor),
    render: () => {
      const start = performance.now();
      view.render();
      return performance.now() - start;
    },
  };
}
