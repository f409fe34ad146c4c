import type { Flow, Node } from '../api';

/** What the search box holds. */
export type Search = { kind: 'none' } | { kind: 'text'; terms: string[] } | { kind: 'gremlin'; expression: string };

/** A Gremlin expression starts with "G."; anything else is words that must all occur, "Type=veth" names the key. */
export function parseSearch(text: string): Search {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'none' };
  if (/^g\./i.test(trimmed)) return { kind: 'gremlin', expression: `G${trimmed.slice(1)}` };
  return { kind: 'text', terms: trimmed.toLowerCase().split(/\s+/) };
}

/** Whether every term occurs in the node. */
export function matchesNode(node: Node, terms: readonly string[]): boolean {
  const text = textOf(node);
  return terms.every((term) => {
    const equals = term.indexOf('=');
    if (equals <= 0) return text.includes(term);
    const key = term.slice(0, equals);
    const wanted = term.slice(equals + 1);
    const value =
      key === 'host' ? node.Host : Object.entries(node.Metadata).find(([name]) => name.toLowerCase() === key)?.[1];
    if (value === undefined || value === null) return false;
    return Array.isArray(value)
      ? value.some((entry) => String(entry).toLowerCase().includes(wanted))
      : String(value).toLowerCase() === wanted;
  });
}

const texts = new WeakMap<Node, string>();

/** Names, addresses and ids of a node in lower case; counters and times are no use to a search. */
function textOf(node: Node): string {
  const known = texts.get(node);
  if (known !== undefined) return known;
  const { Name, Type, TID, MAC, Driver, State, IPV4, IPV6 } = node.Metadata;
  const text = [Name, Type, node.Host, MAC, Driver, State, ...(IPV4 ?? []), ...(IPV6 ?? []), TID, node.ID]
    .filter(Boolean)
    .join('\n')
    .toLowerCase();
  texts.set(node, text);
  return text;
}

/** What a Gremlin answer holds, whichever way the expression ended. */
export interface GremlinAnswer {
  nodes: Set<string>;
  edges: Set<string>;
  flows: Flow[];
  /** Ids of nodes one after the other, for answers that are paths. */
  paths: string[][];
  /** Anything else, to be shown as it is: a number, values, a metric. */
  value: unknown;
}

/** Sorts an answer's elements out: nodes, edges and flows, also in the arrays of paths. */
export function readAnswer(answer: unknown): GremlinAnswer {
  const found: GremlinAnswer = { nodes: new Set(), edges: new Set(), flows: [], paths: [], value: undefined };
  const rest: unknown[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      if (value !== answer && value.length > 1 && value.every(isNode)) found.paths.push(value.map((node) => node.ID));
      for (const entry of value) visit(entry);
    } else if (value !== null && typeof value === 'object') {
      const element = value as Record<string, unknown>;
      if (typeof element['ID'] === 'string' && typeof element['Parent'] === 'string') found.edges.add(element['ID']);
      else if (isNode(value)) found.nodes.add(value.ID);
      else if (typeof element['UUID'] === 'string') found.flows.push(element as unknown as Flow);
      else rest.push(value);
    } else if (value !== null && value !== undefined) {
      rest.push(value);
    }
  };
  visit(answer);
  if (rest.length > 0) found.value = rest.length === 1 ? rest[0] : rest;
  return found;
}

function isNode(value: unknown): value is Node {
  if (value === null || typeof value !== 'object') return false;
  const element = value as Record<string, unknown>;
  return typeof element['ID'] === 'string' && element['Metadata'] !== undefined && element['Parent'] === undefined;
}
