import { computed, signal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Node } from '../api';
import { plural } from '../format';
import { isFabric } from '../map/fabric';
import { roleNames } from '../map/icons';
import { RoleIcon, Glyph } from '../shell/Icon';
import { revealRow, useVirtualRows } from '../shell/useVirtualRows';
import { focusRequest } from '../state/focus';
import {
  connection,
  graphVersion,
  hasSnapshot,
  highlighted,
  search,
  selectedNode,
  selectNode,
  structureVersion,
  textMatches,
  topology,
} from '../state/store';
import { buildNodeTree, listNodeRows, pathTo, type NodeRow } from './nodeTree';

const rowHeight = 26;
/** Below this size of graph hosts start unfolded. */
const smallGraph = 400;

/** What the user folded or unfolded by hand. */
const folding = signal<ReadonlyMap<string, boolean>>(new Map());
const active = signal<string | undefined>(undefined);

const tree = computed(() => {
  void structureVersion.value;
  return buildNodeTree(topology.nodes.values(), topology.links());
});

const rows = computed(() => {
  const small = topology.nodes.size <= smallGraph;
  const byHand = folding.value;
  return listNodeRows(tree.value, (id, depth) => byHand.get(id) ?? (small && depth < 3), textMatches.value);
});

function fold(id: string, expanded: boolean): void {
  folding.value = new Map(folding.value).set(id, expanded);
}

/** The nodes as a list: hosts, namespaces, interfaces. The way to select a node without a pointer. */
export function NodeTree() {
  const list = rows.value;
  const { container, first, end, before, after } = useVirtualRows(list.length, rowHeight);

  // A node selected elsewhere is unfolded and scrolled to.
  useSignalEffect(() => {
    const id = selectedNode.value;
    if (id === undefined) return;
    active.value = id;
    const closed = pathTo(tree.peek(), id).filter(
      (above) => !rows.peek().some((row) => row.id === above && row.expanded),
    );
    if (closed.length > 0) {
      const next = new Map(folding.peek());
      for (const above of closed) next.set(above, true);
      folding.value = next;
    }
  });
  useEffect(() => {
    const index = rows.peek().findIndex((row) => row.id === active.value);
    if (index >= 0) revealRow(container.current, index, rowHeight);
  }, [active.value, folding.value]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const index = list.findIndex((row) => row.id === active.value);
    const row = list[index];
    const go = (to: number): void => {
      const next = list[Math.max(0, Math.min(list.length - 1, to))];
      if (next) active.value = next.id;
    };
    switch (event.key) {
      case 'ArrowDown':
        go(index + 1);
        break;
      case 'ArrowUp':
        go(index - 1);
        break;
      case 'PageDown':
        go(index + 15);
        break;
      case 'PageUp':
        go(index - 15);
        break;
      case 'Home':
        go(0);
        break;
      case 'End':
        go(list.length - 1);
        break;
      case 'ArrowRight':
        if (row && row.children > 0 && !row.expanded) fold(row.id, true);
        else go(index + 1);
        break;
      case 'ArrowLeft':
        if (row?.expanded) fold(row.id, false);
        else if (row) go(list.findLastIndex((other, at) => at < index && other.depth < row.depth));
        break;
      case 'Enter':
      case ' ':
        if (row) choose(row);
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  const hosts = tree.value.filter((branch) => branch.role === 'host').length;
  return (
    <section class="panel nodes" aria-label="Nodes" data-testid="node-panel">
      <header class="panel-head">
        <h2>Nodes</h2>
        <span class="muted" data-testid="node-summary">
          {plural(hosts, 'host')}, {plural(topology.nodes.size, 'node')}
        </span>
      </header>
      <div
        ref={container}
        class="tree"
        role="tree"
        tabIndex={0}
        aria-label="Hosts, namespaces and interfaces"
        aria-activedescendant={active.value ? rowId(active.value) : undefined}
        data-testid="node-list"
        onKeyDown={onKeyDown}
        onFocus={() => (active.value ??= list[0]?.id)}
      >
        {list.length === 0 && <Nothing />}
        <div style={{ height: `${before}px` }} />
        {list.slice(first, end).map((row) => (
          <Row key={row.id} row={row} />
        ))}
        <div style={{ height: `${after}px` }} />
      </div>
    </section>
  );
}

function Nothing() {
  if (search.value.kind === 'text') return <p class="empty">No node matches these words.</p>;
  if (hasSnapshot.value) return <p class="empty">No agent has reported yet.</p>;
  return (
    <p class="empty">{connection.value.phase === 'open' ? 'Loading the topology…' : 'Connecting to the analyzer…'}</p>
  );
}

function choose(row: NodeRow): void {
  active.value = row.id;
  if (row.node) {
    selectNode(row.id);
    focusRequest.value = { id: row.id };
  } else fold(row.id, !row.expanded);
}

function rowId(id: string): string {
  return `node-row-${id}`;
}

function Row({ row }: { row: NodeRow }) {
  void graphVersion.value;
  const node = row.node ? topology.nodes.get(row.node.ID) : undefined;
  const captures = node?.Metadata.Captures ?? [];
  const failed = captures.some((capture) => capture.State === 'error');
  const stands = highlighted.value;
  const classes = ['tree-row'];
  if (row.id === selectedNode.value) classes.push('selected');
  if (row.id === active.value) classes.push('active');
  if (stands && !stands.nodes.has(row.id)) classes.push('dim');
  const down = node?.Metadata.State === 'DOWN';
  const stale = node?.Metadata.StaleSince !== undefined;
  return (
    <div
      id={rowId(row.id)}
      class={classes.join(' ')}
      role="treeitem"
      aria-level={row.depth + 1}
      aria-expanded={row.children > 0 ? row.expanded : undefined}
      aria-selected={row.id === selectedNode.value}
      data-testid="node-row"
      data-id={row.id}
      data-name={row.name}
      data-type={node?.Metadata.Type}
      data-host={node?.Host}
      data-depth={row.depth}
      data-captures={captures.length}
      style={{ paddingLeft: `${6 + row.depth * 15}px`, height: `${rowHeight}px` }}
      onClick={() => choose(row)}
      title={`${row.name}: ${node && isFabric(node) ? 'fabric ' : ''}${node?.Metadata.Type ?? roleNames[row.role]}${down ? ', down' : ''}${stale ? ', stale' : ''}`}
    >
      <span
        class="twist"
        data-testid="node-twist"
        onClick={(event) => {
          if (row.children === 0) return;
          event.stopPropagation();
          active.value = row.id;
          fold(row.id, !row.expanded);
        }}
      >
        {row.children > 0 && <Glyph name={row.expanded ? 'down' : 'right'} size={12} />}
      </span>
      <RoleIcon role={row.role} size={16} muted={down} />
      <span class="tree-name">{row.name}</span>
      {captures.length > 0 && (
        <span class={failed ? 'rec failed' : 'rec'} title={failed ? 'a capture failed here' : 'captured'} />
      )}
      <span class="tree-type">{noteOf(row, node)}</span>
    </div>
  );
}

/** An address says more than a type; the fabric's types say nothing. */
function noteOf(row: NodeRow, node: Node | undefined): string | undefined {
  if (!node) return undefined;
  if (isFabric(node)) return row.role === 'switch' ? 'switch' : 'port';
  return node.Metadata.IPV4?.[0]?.replace(/\/\d+$/, '') ?? node.Metadata.Type;
}
