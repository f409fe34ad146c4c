import type { Status } from '../api';
import type { Topology } from './topology';

/** How many answers in a row must say the same before the page's graph counts as another than the analyzer's. */
const answersToBelieve = 3;
/** Time between two new snapshots for this reason. */
const resyncEvery = 60_000;

/** What the page's graph lacks of the analyzer's, or has too much, in words; undefined: nothing. */
export function difference(status: Status, topology: Topology): string | undefined {
  const hosts = new Set<string>();
  for (const node of topology.nodes.values())
    if (node.Metadata.Type === 'host') hosts.add(node.Host || node.Metadata.Name || '');
  const absent = Object.entries(status.Agents)
    .filter(([host, agent]) => agent.State === 'connected' && !hosts.has(host))
    .map(([host]) => host);
  if (absent.length > 0)
    return `it lacks ${absent.slice(0, 3).join(', ')}${absent.length > 3 ? ` and ${absent.length - 3} more hosts` : ''}`;
  if (status.Nodes !== topology.nodes.size) return `it has ${topology.nodes.size} of ${status.Nodes} nodes`;
  const links = topology.links().length;
  if (status.Edges !== links) return `it has ${links} of ${status.Edges} links`;
  return undefined;
}

/**
 * Notices that the live connection lives but no longer tells all: the same difference in several answers of the analyzer,
 * seconds apart. What is only on its way differs from answer to answer, or is gone at the next.
 */
export class Drift {
  #difference: string | undefined;
  #answers = 0;
  #resyncedAt = Number.NEGATIVE_INFINITY;

  /** What is wrong with the map, once it's certain. */
  get certain(): string | undefined {
    return this.#answers >= answersToBelieve ? this.#difference : undefined;
  }

  /** Takes what one answer of the analyzer differs in; true: a new snapshot is due. */
  take(difference: string | undefined, now: number): boolean {
    this.#answers = difference !== undefined && difference === this.#difference ? this.#answers + 1 : 1;
    this.#difference = difference;
    if (this.certain === undefined || now - this.#resyncedAt < resyncEvery) return false;
    this.#resyncedAt = now;
    return true;
  }
}
