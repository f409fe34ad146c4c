import { gremlinString, type Change, type Edge, type Metadata, type Node, type ServerMessage } from '../api';
import { addTo } from '../lists';

/** What a message did: `structure` means that nodes or edges came or went, or what a node is called or is. */
export interface Applied {
  structure: boolean;
  /** Addresses or tunnel ends may have changed. */
  addresses: boolean;
  /** Nodes whose metadata changed, that came or that went. */
  nodes: ReadonlySet<string>;
}

/**
 * The page's copy of the analyzer's graph: it changes only by the server's messages. Edges may arrive before their
 * ends; they are kept, and `links` leaves them out until both ends are there.
 */
export class Topology {
  readonly nodes = new Map<string, Node>();
  readonly edges = new Map<string, Edge>();
  readonly #edgesOf = new Map<string, Set<string>>();
  readonly #byTid = new Map<string, string>();

  /** Takes a snapshot or changes; anything else leaves the graph as it is. */
  apply(message: ServerMessage): Applied {
    const touched = new Set<string>();
    if (message.type === 'snapshot') {
      for (const id of this.nodes.keys()) touched.add(id);
      this.nodes.clear();
      this.edges.clear();
      this.#edgesOf.clear();
      this.#byTid.clear();
      for (const node of message.nodes) {
        this.#setNode(node);
        touched.add(node.ID);
      }
      for (const edge of message.edges) this.#setEdge(edge);
      return { structure: true, addresses: true, nodes: touched };
    }
    let structure = false;
    let addresses = false;
    if (message.type === 'changes') {
      for (const change of message.changes) {
        const node = this.#nodeAfter(change);
        if (node) {
          const before = this.nodes.get(node.ID);
          addresses ||= addressesDiffer(before, node);
          structure ||= !before || looksDifferent(before, node);
          this.#setNode(node);
          touched.add(node.ID);
        } else {
          structure = this.#change(change, touched) || structure;
        }
      }
    }
    return { structure, addresses: addresses || structure, nodes: touched };
  }

  /** The node that flows name as their capture point. */
  byTid(tid: string | undefined): Node | undefined {
    if (!tid) return undefined;
    const id = this.#byTid.get(tid);
    return id === undefined ? undefined : this.nodes.get(id);
  }

  /** The edges at a node whose both ends are known. */
  edgesOf(id: string): Edge[] {
    const found: Edge[] = [];
    for (const edgeId of this.#edgesOf.get(id) ?? []) {
      const edge = this.edges.get(edgeId);
      if (edge && this.nodes.has(edge.Parent) && this.nodes.has(edge.Child)) found.push(edge);
    }
    return found;
  }

  /** All edges whose both ends are known. */
  links(): Edge[] {
    const found: Edge[] = [];
    for (const edge of this.edges.values()) {
      if (this.nodes.has(edge.Parent) && this.nodes.has(edge.Child)) found.push(edge);
    }
    return found;
  }

  /** The node as a change leaves it, where it's a change of a node that's there then. */
  #nodeAfter(change: Change): Node | undefined {
    if (change.op === 'node') return change.node;
    const before = change.op === 'nodeChanged' ? this.nodes.get(change.id) : undefined;
    if (!before || change.op !== 'nodeChanged') return undefined;
    const Metadata = { ...before.Metadata, ...change.set };
    for (const key of change.gone) delete Metadata[key];
    return { ...before, Metadata, UpdatedAt: change.UpdatedAt, Revision: change.Revision };
  }

  #change(change: Change, touched: Set<string>): boolean {
    switch (change.op) {
      case 'node':
      case 'nodeChanged':
        return false;
      case 'nodeDeleted': {
        const node = this.nodes.get(change.id);
        if (!node) return false;
        for (const edgeId of [...(this.#edgesOf.get(change.id) ?? [])]) this.#deleteEdge(edgeId);
        this.#forgetTid(node);
        this.nodes.delete(change.id);
        touched.add(change.id);
        return true;
      }
      case 'edge': {
        const before = this.edges.get(change.edge.ID);
        this.#setEdge(change.edge);
        return (
          !before ||
          before.Parent !== change.edge.Parent ||
          before.Child !== change.edge.Child ||
          before.Metadata.RelationType !== change.edge.Metadata.RelationType
        );
      }
      case 'edgeDeleted':
        return this.#deleteEdge(change.id);
    }
  }

  #setNode(node: Node): void {
    const before = this.nodes.get(node.ID);
    if (before) this.#forgetTid(before);
    this.nodes.set(node.ID, node);
    if (node.Metadata.TID) this.#byTid.set(node.Metadata.TID, node.ID);
  }

  #forgetTid(node: Node): void {
    const tid = node.Metadata.TID;
    if (tid && this.#byTid.get(tid) === node.ID) this.#byTid.delete(tid);
  }

  #setEdge(edge: Edge): void {
    this.#deleteEdge(edge.ID);
    this.edges.set(edge.ID, edge);
    addTo(this.#edgesOf, edge.Parent, edge.ID);
    addTo(this.#edgesOf, edge.Child, edge.ID);
  }

  #deleteEdge(id: string): boolean {
    const edge = this.edges.get(id);
    if (!edge) return false;
    this.edges.delete(id);
    for (const end of [edge.Parent, edge.Child]) {
      const known = this.#edgesOf.get(end);
      known?.delete(id);
      if (known?.size === 0) this.#edgesOf.delete(end);
    }
    return true;
  }
}

function looksDifferent(a: Node, b: Node): boolean {
  return a.Metadata.Name !== b.Metadata.Name || a.Metadata.Type !== b.Metadata.Type || a.Host !== b.Host;
}

function addressesDiffer(before: Node | undefined, after: Node): boolean {
  return (
    before === undefined ||
    ['IPV4', 'IPV6', 'LocalIP', 'RemoteIP', 'Ovs'].some(
      (key) => JSON.stringify(before.Metadata[key]) !== JSON.stringify(after.Metadata[key]),
    )
  );
}

/** The name to show for a node: its Name, or else its id. */
export function nodeName(node: Node): string {
  return node.Metadata.Name || node.ID;
}

/** "eth1@agent1": how a node is named where hosts mix. */
export function nodeAtHost(node: Node): string {
  return node.Host && node.Metadata.Type !== 'host' ? `${nodeName(node)}@${node.Host}` : nodeName(node);
}

/** A Gremlin expression that selects this node, if possible also after its agent has started anew. */
export function nodeQuery(node: Node): string {
  const { TID } = node.Metadata;
  return TID ? `G.V().Has('TID', ${gremlinString(TID)})` : `G.V(${gremlinString(node.ID)})`;
}

/** The value at a dotted path ("Ovs.Options.remote_ip"), whether its objects are nested or its keys contain dots. */
export function metadataAt(metadata: Metadata, path: string): unknown {
  if (path in metadata) return metadata[path];
  let value: unknown = metadata;
  for (const key of path.split('.')) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
