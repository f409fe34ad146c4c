import type { Edge, Node } from '../api';
import { naturalKey } from '../format';
import { pushTo } from '../lists';
import { fabricRole, isFabric } from '../map/fabric';
import { roleOf, type Role } from '../map/roles';
import { nodeName } from '../state/topology';

/** One line of the list of nodes. */
export interface NodeRow {
  /** The node's id, or "group:…" for a heading that is no node. */
  id: string;
  node: Node | undefined;
  name: string;
  role: Role;
  depth: number;
  children: number;
  expanded: boolean;
}

interface Branch {
  id: string;
  node: Node | undefined;
  name: string;
  key: string;
  role: Role;
  children: Branch[];
}

const roleOrder: Role[] = [
  'switch',
  'switchport',
  'host',
  'netns',
  'nic',
  'bridge',
  'tunnel',
  'veth',
  'virtual',
  'port',
  'other',
];
const ranks = new Map(roleOrder.map((role, index) => [role, index]));

/** The graph as a tree: fabric, then hosts with what they own. Every node is in it exactly once. */
export function buildNodeTree(nodes: Iterable<Node>, edges: Iterable<Edge>): Branch[] {
  const branches = new Map<string, Branch>();
  for (const node of nodes) {
    const name = nodeName(node);
    branches.set(node.ID, {
      id: node.ID,
      node,
      name,
      key: naturalKey(name),
      role: isFabric(node) ? 'switch' : roleOf(node.Metadata.Type),
      children: [],
    });
  }
  const parents = new Map<string, Branch>();
  const edgesAt = new Map<string, Edge[]>();
  for (const edge of edges) {
    const [from, to] = [branches.get(edge.Parent)?.node, branches.get(edge.Child)?.node];
    if (from && to && isFabric(from) && isFabric(to)) {
      for (const end of [edge.Parent, edge.Child]) pushTo(edgesAt, end, edge);
    }
    if (edge.Metadata.RelationType !== 'ownership') continue;
    const parent = branches.get(edge.Parent);
    const child = branches.get(edge.Child);
    if (!parent || !child || circular(parents, child, parent)) continue;
    const known = parents.get(edge.Child);
    if (!known || (ranks.get(parent.role) ?? 0) > (ranks.get(known.role) ?? 0)) parents.set(edge.Child, parent);
  }

  for (const [id, around] of edgesAt) {
    const branch = branches.get(id);
    if (branch) branch.role = fabricRole(id, around);
  }

  const hosts = new Map<string, Branch>();
  for (const branch of branches.values()) {
    if (branch.role === 'host') hosts.set(branch.node?.Host || branch.name, branch);
  }
  const roots: Branch[] = [];
  const groups = new Map<string, Branch>();
  const group = (id: string, name: string, role: Role): Branch => {
    const known = groups.get(id);
    if (known) return known;
    const made: Branch = { id, node: undefined, name, key: naturalKey(name), role, children: [] };
    groups.set(id, made);
    roots.push(made);
    return made;
  };
  for (const branch of branches.values()) {
    const parent = parents.get(branch.id);
    if (parent) parent.children.push(branch);
    else if (branch.role === 'host') roots.push(branch);
    else if (branch.node && isFabric(branch.node)) group('group:fabric', 'Fabric', 'switch').children.push(branch);
    else {
      const name = branch.node?.Host ?? '';
      const host = hosts.get(name);
      const above =
        host && !circular(parents, branch, host) ? host : group(`group:${name}`, name || 'no host', 'other');
      above.children.push(branch);
    }
  }
  sort(roots);
  return roots;
}

/** The lines to show: children of expanded branches; with `only`, those nodes and what leads to them. */
export function listNodeRows(
  roots: readonly Branch[],
  isExpanded: (id: string, depth: number) => boolean,
  only?: ReadonlySet<string>,
): NodeRow[] {
  const keep = only ? leadingTo(roots, only) : undefined;
  const rows: NodeRow[] = [];
  const append = (level: readonly Branch[], depth: number): void => {
    for (const branch of level) {
      if (keep && !keep.has(branch.id)) continue;
      const expanded = branch.children.length > 0 && (keep !== undefined || isExpanded(branch.id, depth));
      rows.push({
        id: branch.id,
        node: branch.node,
        name: branch.name,
        role: branch.role,
        depth,
        children: branch.children.length,
        expanded,
      });
      if (expanded) append(branch.children, depth + 1);
    }
  };
  append(roots, 0);
  return rows;
}

/** The branches above a node, outermost first; empty when it isn't in the tree. */
export function pathTo(roots: readonly Branch[], id: string): string[] {
  for (const branch of roots) {
    if (branch.id === id) return [];
    const below = contains(branch, id);
    if (below) return below;
  }
  return [];
}

function contains(branch: Branch, id: string): string[] | undefined {
  for (const child of branch.children) {
    if (child.id === id) return [branch.id];
    const below = contains(child, id);
    if (below) return [branch.id, ...below];
  }
  return undefined;
}

function leadingTo(roots: readonly Branch[], only: ReadonlySet<string>): Set<string> {
  const keep = new Set<string>();
  const visit = (branch: Branch): boolean => {
    let wanted = only.has(branch.id);
    for (const child of branch.children) wanted = visit(child) || wanted;
    if (wanted) keep.add(branch.id);
    return wanted;
  };
  for (const root of roots) visit(root);
  return keep;
}

function circular(parents: ReadonlyMap<string, Branch>, child: Branch, parent: Branch): boolean {
  for (let at: Branch | undefined = parent; at; at = parents.get(at.id)) if (at === child) return true;
  return false;
}

function sort(branches: Branch[]): void {
  branches.sort(
    (a, b) =>
      (ranks.get(a.role) ?? 0) - (ranks.get(b.role) ?? 0) ||
      (a.key === b.key ? (a.id < b.id ? -1 : 1) : a.key < b.key ? -1 : 1),
  );
  for (const branch of branches) sort(branch.children);
}
