/** The page's state: what the analyzer told (graph, flows, captures, injections, status) and what the user chose. */
import { batch, computed, signal } from '@preact/signals';
import * as api from '../api';
import { findJourney, type Journey } from '../flows/journey';
import { sameJourney } from '../flows/flowTree';
import { findTunnels } from '../map/tunnels';
import { matchesNode, parseSearch, readAnswer, type GremlinAnswer } from '../search/search';
import { Connection, type ConnectionState } from './connection';
import { difference, Drift } from './drift';
import { poll } from './poll';
import { Topology } from './topology';

/** How many flows the table asks for. */
export const flowLimit = 1000;

export const topology = new Topology();
/** Counts messages that changed anything; what reads the graph reads this first, to be told. */
export const graphVersion = signal(0);
/** Counts changes of which nodes and edges there are, and of their names and types. */
export const structureVersion = signal(0);
/** Counts changes of addresses and tunnel ends. */
const addressVersion = signal(0);
export const touchedNodes = signal<ReadonlySet<string>>(new Set());
export const hasSnapshot = signal(false);
export const connection = signal<ConnectionState>({ phase: 'connecting', attempt: 1 });
export const lastHeard = signal(0);
/** What the map lacks of the analyzer's graph although the connection lives. */
export const outOfStep = signal<string | undefined>(undefined);

export const flows = signal<api.Flow[]>([]);
export const flowsError = signal<string | undefined>(undefined);
export const flowsLoaded = signal(false);
export const captures = signal<api.Capture[]>([]);
export const capturesError = signal<string | undefined>(undefined);
export const injections = signal<api.Injection[]>([]);
export const injectionsError = signal<string | undefined>(undefined);
export const status = signal<api.Status | undefined>(undefined);
export const statusError = signal<string | undefined>(undefined);

export type Tab = 'node' | 'captures' | 'inject';
export const tab = signal<Tab>('node');
export const selectedNode = signal<string | undefined>(undefined);
export const selectedFlow = signal<string | undefined>(undefined);
/** Which end of an injection the next selected node becomes. */
export const picking = signal<'src' | 'dst' | undefined>(undefined);
export const injectSource = signal<string | undefined>(undefined);
export const injectDestination = signal<string | undefined>(undefined);

export const searchText = signal('');
export const gremlin = signal<
  { expression: string; answer?: GremlinAnswer; error?: string; running: boolean } | undefined
>(undefined);

export const search = computed(() => parseSearch(searchText.value));

/** Nodes that the words in the search box find, or undefined while there are none. */
export const textMatches = computed(() => {
  const wanted = search.value;
  if (wanted.kind !== 'text') return undefined;
  void graphVersion.value;
  const found = new Set<string>();
  for (const node of topology.nodes.values()) if (matchesNode(node, wanted.terms)) found.add(node.ID);
  return unchanged(found);
});

let lastMatches: ReadonlySet<string> = new Set();

/** The same set object as last time if nothing in it changed, so that nothing is drawn anew for it. */
function unchanged(found: ReadonlySet<string>): ReadonlySet<string> {
  const same = found.size === lastMatches.size && [...found].every((id) => lastMatches.has(id));
  if (!same) lastMatches = found;
  return lastMatches;
}

export const tunnels = computed(() => {
  void addressVersion.value;
  return findTunnels(topology.nodes.values());
});

/** The flow last clicked, as it is now. */
export const journeyFlow = computed(() => flows.value.find((flow) => flow.UUID === selectedFlow.value));

/** The nodes that saw the clicked flow's packets, as text: equal text means nothing to find anew. */
const journeyPoints = computed(() => {
  const flow = journeyFlow.value;
  if (!flow) return undefined;
  void structureVersion.value;
  const points = new Set<string>();
  for (const seen of sameJourney(flows.value, flow)) {
    const node = topology.byTid(seen.NodeTID);
    if (node) points.add(node.ID);
  }
  return [...points].sort().join('\n');
});

/** Where the clicked flow's packets were seen, and the way between. */
export const journey = computed<Journey | undefined>(() => {
  const points = journeyPoints.value;
  if (points === undefined) return undefined;
  void structureVersion.value;
  return findJourney(topology, tunnels.value, points === '' ? [] : points.split('\n'));
});

/** What stands out on the map and in the list; undefined: nothing does, everything is drawn in full. */
export const highlighted = computed<{ nodes: ReadonlySet<string>; edges: ReadonlySet<string> } | undefined>(() => {
  if (journey.value) return journey.value;
  const found = gremlin.value?.answer;
  if (found && search.value.kind === 'gremlin') {
    const nodes = new Set(found.nodes);
    for (const flow of found.flows) {
      const node = topology.byTid(flow.NodeTID);
      if (node) nodes.add(node.ID);
    }
    for (const id of found.edges) {
      const edge = topology.edges.get(id);
      if (edge) nodes.add(edge.Parent).add(edge.Child);
    }
    const edges = new Set(found.edges);
    for (const path of found.paths) {
      path.slice(1).forEach((id, before) => {
        for (const edge of topology.edgesOf(id)) {
          if (edge.Parent === path[before] || edge.Child === path[before]) edges.add(edge.ID);
        }
      });
    }
    return { nodes, edges };
  }
  return textMatches.value ? { nodes: textMatches.value, edges: new Set() } : undefined;
});

/** Selects a node, or gives it to the form that waits for one. */
export function selectNode(id: string | undefined): void {
  batch(() => {
    if (picking.value && id !== undefined) {
      (picking.value === 'src' ? injectSource : injectDestination).value = id;
      picking.value = undefined;
      return;
    }
    selectedNode.value = id;
    if (id !== undefined) tab.value = 'node';
  });
}

export function selectFlow(uuid: string | undefined): void {
  selectedFlow.value = selectedFlow.value === uuid ? undefined : uuid;
}

/** Runs the Gremlin expression in the search box; its nodes stand out, its flows are listed. */
export async function runGremlin(expression: string): Promise<void> {
  gremlin.value = { expression, running: true };
  try {
    const answer = readAnswer(await api.query(expression));
    if (gremlin.value?.expression === expression) gremlin.value = { expression, answer, running: false };
  } catch (error) {
    if (gremlin.value?.expression === expression)
      gremlin.value = { expression, error: messageOf(error), running: false };
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What a request failed with, in `error`; undefined once it works again. */
async function keep(error: { value: string | undefined }, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    error.value = undefined;
  } catch (reason) {
    error.value = messageOf(reason);
  }
}

let live: Connection | undefined;
export let refreshFlows = (): void => {};
export let refreshCaptures = (): void => {};
export let refreshInjections = (): void => {};

/** Opens the live connection and starts polling. Called once. */
export function start(): void {
  const url = new URL('ws', document.baseURI);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  live = new Connection(
    url.href,
    (message) => {
      batch(() => {
        lastHeard.value = Date.now();
        if (message.type === 'alive') return;
        const applied = topology.apply(message);
        touchedNodes.value = applied.nodes;
        graphVersion.value++;
        if (applied.structure) structureVersion.value++;
        if (applied.addresses) addressVersion.value++;
        if (message.type === 'snapshot') hasSnapshot.value = true;
        if (selectedNode.value !== undefined && !topology.nodes.has(selectedNode.value)) selectedNode.value = undefined;
      });
    },
    (state) => {
      connection.value = state;
    },
  );

  refreshFlows = poll(
    () =>
      keep(flowsError, async () => {
        flows.value = await api.getFlows(flowLimit);
        flowsLoaded.value = true;
      }),
    2000,
  );
  refreshCaptures = poll(
    () =>
      keep(capturesError, async () => {
        captures.value = await api.getCaptures();
      }),
    4000,
  );
  refreshInjections = poll(
    () =>
      keep(injectionsError, async () => {
        injections.value = await api.getInjections();
      }),
    // What's over doesn't change; others' new ones may show late.
    () => (injections.value.some(({ State }) => State === 'pending' || State === 'running') ? 1500 : 10_000),
  );
  poll(
    () =>
      keep(statusError, async () => {
        status.value = await api.getStatus();
        compare(status.value);
      }),
    4000,
  );
}

const drift = new Drift();

/** A connection that lives but tells nothing, or not all, leaves an old map that looks new: the analyzer's count shows it. */
function compare(now: api.Status): void {
  if (connection.value.phase !== 'open') return;
  const resyncDue = drift.take(difference(now, topology), Date.now());
  outOfStep.value = drift.certain;
  if (resyncDue) live?.resync(`the map isn't the analyzer's: ${drift.certain}`);
}

export function reconnectNow(): void {
  live?.retryNow();
}
