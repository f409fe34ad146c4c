import { computed, signal } from '@preact/signals';
import type { Flow } from '../api';
import { formatBytes, formatCount, formatRtt, formatTime, plural } from '../format';
import { Glyph } from '../shell/Icon';
import { useVirtualRows } from '../shell/useVirtualRows';
import { focusRequest } from '../state/focus';
import {
  captures,
  flowLimit,
  flows,
  flowsError,
  flowsLoaded,
  gremlin,
  journeyFlow,
  messageOf,
  search,
  selectedFlow,
  selectedNode,
  selectFlow,
  selectNode,
  structureVersion,
  tab,
  topology,
} from '../state/store';
import { nodeAtHost } from '../state/topology';
import { buildFlowRows, endpoint, flowText, sameJourney, type FlowOrder, type FlowRow } from './flowTree';
import { downloadRawPackets } from './rawPackets';

const rowHeight = 27;

/** Lists only what the selected node saw. */
export const onlySelectedNode = signal(false);
const onlyJourney = signal(false);
const filter = signal('');
const order = signal<{ by: FlowOrder; descending: boolean }>({ by: 'Tunnels', descending: true });
const collapsed = signal<ReadonlySet<string>>(new Set());
/** Why a flow's packets couldn't be had. */
const downloadError = signal<string | undefined>(undefined);

const columns: { by: FlowOrder; title: string; hint: string; number?: boolean }[] = [
  {
    by: 'LayersPath',
    title: 'Layers',
    hint: 'The protocol layers, outermost first; inner flows stand below their tunnel',
  },
  { by: 'Application', title: 'Application', hint: 'The last layer, or what the port says' },
  { by: 'Endpoints', title: 'A → B', hint: 'Network addresses and ports; A sent the first packet' },
  { by: 'ID', title: 'ID', hint: 'Network.ID: VNI, GRE key or MPLS label', number: true },
  { by: 'AB', title: '→ packets, bytes', hint: 'From A to B; sorted by bytes', number: true },
  { by: 'BA', title: '← packets, bytes', hint: 'From B to A; sorted by bytes', number: true },
  { by: 'RTT', title: 'RTT', hint: 'Round trip time', number: true },
  { by: 'Start', title: 'Start', hint: 'First packet' },
  { by: 'Last', title: 'Last', hint: 'Newest packet' },
  { by: 'Point', title: 'Capture point', hint: 'The node whose capture saw it' },
];

/** "eth1@agent1", or the TID of a node that has left the graph. */
function pointOf(flow: Flow): string {
  const node = topology.byTid(flow.NodeTID);
  return node ? nodeAtHost(node) : (flow.NodeTID ?? '');
}

const rows = computed(() => {
  void structureVersion.value;
  const words = filter.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const tests: ((flow: Flow) => boolean)[] = [];
  if (words.length > 0) tests.push((flow) => words.every((word) => flowText(flow, pointOf(flow)).includes(word)));
  const node = onlySelectedNode.value ? topology.nodes.get(selectedNode.value ?? '') : undefined;
  if (node) tests.push((flow) => flow.NodeTID === node.Metadata.TID);
  const journey = onlyJourney.value ? journeyFlow.value?.L3TrackingID : undefined;
  if (journey) tests.push((flow) => flow.L3TrackingID === journey);
  const found = search.value.kind === 'gremlin' ? gremlin.value?.answer?.flows : undefined;
  if (found && found.length > 0) {
    const wanted = new Set(found.map((flow) => flow.UUID));
    tests.push((flow) => wanted.has(flow.UUID));
  }
  return buildFlowRows(flows.value, {
    order: order.value.by,
    descending: order.value.descending,
    collapsed: collapsed.value,
    pointOf,
    ...(tests.length > 0 ? { matches: (flow: Flow) => tests.every((test) => test(flow)) } : {}),
  });
});

/** How often each L3TrackingID was seen: the length of a journey. */
const sightings = computed(() => {
  const counts = new Map<string, number>();
  for (const flow of flows.value) {
    if (flow.L3TrackingID) counts.set(flow.L3TrackingID, (counts.get(flow.L3TrackingID) ?? 0) + 1);
  }
  return counts;
});

export function FlowTable() {
  const list = rows.value;
  const { container, first, end, before, after } = useVirtualRows(list.length, rowHeight);
  const chosen = journeyFlow.value;
  const narrowed = list.length < flows.value.length;

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const focused = (event.target as HTMLElement).closest('tr');
    const next = event.key === 'ArrowDown' ? focused?.nextElementSibling : focused?.previousElementSibling;
    if (next instanceof HTMLElement && next.tabIndex === 0) {
      next.focus();
      event.preventDefault();
    }
  };

  return (
    <section class="panel flows" aria-label="Flows" data-testid="flow-panel">
      <header class="panel-head">
        <h2>Flows</h2>
        <span class="muted" data-testid="flow-summary">
          {narrowed
            ? `${formatCount(list.length)} of ${plural(flows.value.length, 'flow')}`
            : plural(flows.value.length, 'flow')}
          {flows.value.length >= flowLimit ? ', the newest' : ''}
        </span>
        {flowsError.value && (
          <span class="error inline" data-testid="flow-error">
            {flowsError.value}
          </span>
        )}
        {downloadError.value && (
          <span class="error inline" role="alert" data-testid="flow-pcap-error">
            {downloadError.value}
          </span>
        )}
        <span class="spring" />
        {chosen && (
          <span class="journey" data-testid="journey">
            <span class="dot" /> seen at{' '}
            {plural(new Set(sameJourney(flows.value, chosen).map((flow) => flow.NodeTID)).size, 'capture point')}
            <label class="check">
              <input
                type="checkbox"
                checked={onlyJourney.value}
                data-testid="only-journey"
                onChange={(event) => (onlyJourney.value = event.currentTarget.checked)}
              />
              <span>only these</span>
            </label>
            <button
              type="button"
              class="icon"
              aria-label="Forget the chosen flow"
              title="Forget the chosen flow (Esc)"
              onClick={() => selectFlow(undefined)}
            >
              <Glyph name="close" size={14} />
            </button>
          </span>
        )}
        <label class="check">
          <input
            type="checkbox"
            checked={onlySelectedNode.value}
            data-testid="only-node"
            onChange={(event) => (onlySelectedNode.value = event.currentTarget.checked)}
          />
          <span>selected node only</span>
        </label>
        <input
          type="search"
          class="filter"
          placeholder="Filter flows"
          aria-label="Filter flows"
          spellcheck={false}
          value={filter.value}
          data-testid="flow-filter"
          onInput={(event) => (filter.value = event.currentTarget.value)}
        />
      </header>
      <div class="flow-scroll" ref={container} onKeyDown={onKeyDown}>
        <table
          class="flow-table"
          role="treegrid"
          aria-label="Flows, inner flows below their tunnel"
          data-testid="flow-table"
        >
          <thead>
            <tr>
              {columns.map((column) => (
                <Heading key={column.by} column={column} />
              ))}
            </tr>
          </thead>
          <tbody>
            {before > 0 && <tr style={{ height: `${before}px` }} />}
            {list.slice(first, end).map((row) => (
              <Row key={row.flow.UUID} row={row} />
            ))}
            {after > 0 && <tr style={{ height: `${after}px` }} />}
          </tbody>
        </table>
        {list.length === 0 && <Nothing />}
      </div>
    </section>
  );
}

function Nothing() {
  if (flows.value.length > 0)
    return <p class="empty">No flow matches. Clear the filter to see all {formatCount(flows.value.length)}.</p>;
  if (!flowsLoaded.value)
    return (
      <p class="empty">{flowsError.value ? 'Flows appear here as soon as the analyzer answers.' : 'Loading flows…'}</p>
    );
  if (captures.value.length === 0) {
    return (
      <p class="empty" data-testid="flows-empty">
        No flows yet: nothing is captured. Select an interface or a bridge, then press “Start capture”.
      </p>
    );
  }
  return (
    <p class="empty" data-testid="flows-empty">
      Captures run, but no packet has passed yet.{' '}
      <button type="button" class="linkish" onClick={() => (tab.value = 'inject')}>
        Inject some packets
      </button>{' '}
      or wait for traffic.
    </p>
  );
}

function Heading({ column }: { column: (typeof columns)[number] }) {
  const { by, descending } = order.value;
  const sorted = by === column.by;
  return (
    <th
      class={column.number ? 'number' : ''}
      aria-sort={sorted ? (descending ? 'descending' : 'ascending') : 'none'}
      scope="col"
    >
      <button
        type="button"
        title={column.hint}
        onClick={() => (order.value = { by: column.by, descending: sorted ? !descending : (column.number ?? false) })}
      >
        {column.title}
        <span class="sort">{sorted ? (descending ? '▾' : '▴') : ''}</span>
      </button>
    </th>
  );
}

function Row({ row }: { row: FlowRow }) {
  const { flow, depth } = row;
  const chosen = journeyFlow.value;
  const same =
    chosen !== undefined &&
    chosen.L3TrackingID !== undefined &&
    chosen.L3TrackingID !== '' &&
    chosen.L3TrackingID === flow.L3TrackingID;
  const classes = [depth > 0 ? 'inner' : 'outer'];
  if (flow.UUID === selectedFlow.value) classes.push('selected');
  else if (same) classes.push('same');
  const node = topology.byTid(flow.NodeTID);
  const seen = sightings.value.get(flow.L3TrackingID ?? '') ?? 1;
  const toggle = (): void => {
    const next = new Set(collapsed.value);
    if (!next.delete(flow.UUID)) next.add(flow.UUID);
    collapsed.value = next;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    if (event.key === 'Enter' || event.key === ' ') selectFlow(flow.UUID);
    else if (
      (event.key === 'ArrowLeft' && row.inner > 0 && !row.collapsed) ||
      (event.key === 'ArrowRight' && row.collapsed)
    )
      toggle();
    else return;
    event.preventDefault();
  };
  return (
    <tr
      class={classes.join(' ')}
      tabIndex={0}
      aria-level={depth + 1}
      aria-expanded={row.inner > 0 ? !row.collapsed : undefined}
      aria-selected={flow.UUID === selectedFlow.value}
      data-testid="flow-row"
      data-uuid={flow.UUID}
      data-parent={flow.ParentUUID ?? ''}
      data-depth={depth}
      data-layers={flow.LayersPath}
      data-l3={flow.L3TrackingID}
      style={{ height: `${rowHeight}px` }}
      onClick={() => selectFlow(flow.UUID)}
      onKeyDown={onKeyDown}
    >
      <td class="layers" style={{ paddingLeft: `${8 + depth * 20}px` }}>
        {depth > 0 && <span class="elbow" aria-hidden="true" />}
        {row.inner > 0 ? (
          <button
            type="button"
            class="twist"
            aria-label={row.collapsed ? 'Show inner flows' : 'Hide inner flows'}
            data-testid="flow-twist"
            onClick={(event) => {
              event.stopPropagation();
              toggle();
            }}
          >
            <Glyph name={row.collapsed ? 'right' : 'down'} size={12} />
          </button>
        ) : (
          <span class="twist" />
        )}
        <Layers path={flow.LayersPath ?? ''} />
        {row.inner > 0 && <span class="count">{row.inner}</span>}
        {row.orphan && (
          <span class="muted" title={`Travels in flow ${flow.ParentUUID}, which isn't listed`}>
            {' '}
            in a tunnel not listed
          </span>
        )}
      </td>
      <td>
        {flow.Application}
        {flow.ICMP?.Type ? (
          <span class="muted">
            {' '}
            {flow.ICMP.Type.toLowerCase().replaceAll('_', ' ')}
            {flow.ICMP.ID ? ` ${flow.ICMP.ID}` : ''}
          </span>
        ) : null}
      </td>
      <td class="mono ends">
        {endpoint(flow, 'A')} <span class="arrow">→</span> {endpoint(flow, 'B')}
      </td>
      <td class="number mono">{flow.Network?.ID ? flow.Network.ID : ''}</td>
      <Counter packets={flow.Metric?.ABPackets} bytes={flow.Metric?.ABBytes} />
      <Counter packets={flow.Metric?.BAPackets} bytes={flow.Metric?.BABytes} />
      <td class="number">{formatRtt(flow.Metric?.RTT)}</td>
      <td class="time">{formatTime(flow.Start)}</td>
      <td class="time">{formatTime(flow.Last)}</td>
      <td>
        {node ? (
          <button
            type="button"
            class="linkish"
            onClick={(event) => {
              event.stopPropagation();
              selectNode(node.ID);
              focusRequest.value = { id: node.ID };
            }}
          >
            {nodeAtHost(node)}
          </button>
        ) : (
          <span class="muted" title="The node has left the graph">
            {flow.NodeTID?.slice(0, 8)}
          </span>
        )}
        {seen > 1 && (
          <span class="seen" title={`The same packets were seen ${seen} times: click the flow to follow them`}>
            ×{seen}
          </span>
        )}
        {flow.RawPacketsCaptured ? <Packets flow={flow} count={flow.RawPacketsCaptured} /> : null}
      </td>
    </tr>
  );
}

/** The packets kept of a flow, to be taken away. */
function Packets({ flow, count }: { flow: Flow; count: number }) {
  const download = async (): Promise<void> => {
    downloadError.value = undefined;
    try {
      await downloadRawPackets(flow);
    } catch (reason) {
      downloadError.value = messageOf(reason);
    }
  };
  return (
    <button
      type="button"
      class="packets"
      data-testid="flow-pcap"
      title={`Download the ${plural(count, 'packet')} kept of this flow as a pcap file`}
      onClick={(event) => {
        event.stopPropagation();
        void download();
      }}
    >
      <Glyph name="save" size={12} /> {count}
    </button>
  );
}

/** A path with its last layer in bold: what the flow is about. */
function Layers({ path }: { path: string }) {
  const cut = path.lastIndexOf('/') + 1;
  return (
    <span class="path">
      <span class="muted">{path.slice(0, cut)}</span>
      <b>{path.slice(cut)}</b>
    </span>
  );
}

function Counter({ packets, bytes }: { packets: number | undefined; bytes: number | undefined }) {
  if (!packets) return <td class="number muted">0</td>;
  return (
    <td class="number" data-packets={packets} data-bytes={bytes}>
      <b>{formatCount(packets)}</b> <span class="bytes">{formatBytes(bytes ?? 0)}</span>
    </td>
  );
}
