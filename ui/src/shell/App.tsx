import { useEffect, useState } from 'preact/hooks';
import { CaptureList } from '../captures/CaptureList';
import { FlowTable } from '../flows/FlowTable';
import { formatLoss, formatTime, plural } from '../format';
import { InjectPanel } from '../injections/InjectPanel';
import { TopologyMap } from '../map/TopologyMap';
import { NodePanel } from '../nodes/NodePanel';
import { NodeTree } from '../nodes/NodeTree';
import { GremlinError, SearchBox } from '../search/SearchBox';
import {
  captures,
  connection,
  hasSnapshot,
  lastHeard,
  outOfStep,
  picking,
  reconnectNow,
  selectedFlow,
  selectedNode,
  selectNode,
  tab,
  type Tab,
  status,
} from '../state/store';
import { WhoAmI } from './Login';
import { Splitter } from './Splitter';
import { StatusBar } from './StatusBar';

export function App() {
  const [flowsHeight, setFlowsHeight] = useState(270);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Escape') {
        if (picking.value) picking.value = undefined;
        else if (selectedFlow.value) selectedFlow.value = undefined;
        else if (selectedNode.value) selectNode(undefined);
      } else if (typing) return;
      else if (event.key === 'f') window.skydive?.fit();
      else if (event.key === '+') window.skydive?.zoom(0.66);
      else if (event.key === '-') window.skydive?.zoom(1.5);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);

  return (
    <div class="app" style={{ gridTemplateRows: `auto auto minmax(220px, 1fr) 6px ${flowsHeight}px auto` }}>
      <header class="top">
        <h1>
          <svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true">
            <path d="M4 15a12 9.5 0 0 1 24 0z" fill="#5ab8ff" />
            <path
              d="M4 15 16 29 28 15M11 15l5 14 5-14"
              fill="none"
              stroke="#7cf3d0"
              stroke-width="1.8"
              stroke-linejoin="round"
            />
          </svg>
          Skydive
        </h1>
        <SearchBox />
        <Connection />
        <WhoAmI />
      </header>
      <div class="banners">
        <GremlinError />
        <Offline />
        <OutOfStep />
        <Losses />
      </div>
      <main class="main">
        <NodeTree />
        <TopologyMap />
        <Side />
      </main>
      <Splitter value={flowsHeight} onChange={setFlowsHeight} />
      <FlowTable />
      <StatusBar />
    </div>
  );
}

const tabs: { id: Tab; label: string }[] = [
  { id: 'node', label: 'Node' },
  { id: 'captures', label: 'Captures' },
  { id: 'inject', label: 'Inject' },
];

function Side() {
  const go = (by: number): void => {
    const at = tabs.findIndex(({ id }) => id === tab.value);
    const next = tabs[(at + by + tabs.length) % tabs.length];
    if (!next) return;
    tab.value = next.id;
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  return (
    <aside class="panel side" aria-label="Details">
      <div
        class="tabs"
        role="tablist"
        onKeyDown={(event) => {
          if (event.key === 'ArrowRight') go(1);
          else if (event.key === 'ArrowLeft') go(-1);
        }}
      >
        {tabs.map(({ id, label }) => (
          <button
            key={id}
            id={`tab-${id}`}
            type="button"
            role="tab"
            aria-selected={tab.value === id}
            aria-controls="side-panel"
            tabIndex={tab.value === id ? 0 : -1}
            data-testid={`tab-${id}`}
            onClick={() => (tab.value = id)}
          >
            {label}
            {id === 'captures' && captures.value.length > 0 && <span class="count">{captures.value.length}</span>}
          </button>
        ))}
      </div>
      <div
        class="side-body"
        id="side-panel"
        role="tabpanel"
        aria-labelledby={`tab-${tab.value}`}
        data-testid="side-panel"
      >
        {tab.value === 'node' && <NodePanel />}
        {tab.value === 'captures' && <CaptureList />}
        {tab.value === 'inject' && <InjectPanel />}
      </div>
    </aside>
  );
}

function Connection() {
  const state = connection.value;
  const text = state.phase === 'open' ? 'Live' : state.phase === 'connecting' ? 'Connecting…' : 'Offline';
  return (
    <span class={`connection ${state.phase}`} data-testid="connection" data-phase={state.phase} role="status">
      <i /> {text}
    </span>
  );
}

/** Says that the picture is old, since when, and when the page tries again. */
function Offline() {
  const state = connection.value;
  const [, tick] = useState(0);
  useEffect(() => {
    if (state.phase === 'open') return;
    const timer = setInterval(() => tick((n) => n + 1), 500);
    return () => clearInterval(timer);
  }, [state.phase]);
  if (state.phase === 'open' || (state.phase === 'connecting' && state.attempt === 1 && !hasSnapshot.value))
    return null;
  const seconds = state.phase === 'waiting' ? Math.max(0, Math.ceil((state.retryAt - Date.now()) / 1000)) : 0;
  return (
    <div class="banner warn" role="status" data-testid="offline-banner">
      <span>
        <b>Connection lost{state.phase === 'waiting' ? `: ${state.reason}` : ''}.</b>{' '}
        {hasSnapshot.value ? `The map shows the state of ${formatTime(lastHeard.value)}. ` : ''}
        {state.phase === 'waiting' ? `Next attempt in ${seconds} s.` : 'Connecting again…'}
      </span>
      {state.phase === 'waiting' && (
        <button type="button" onClick={reconnectNow}>
          Try now
        </button>
      )}
    </div>
  );
}

/** Says that the map isn't the analyzer's, also after a new snapshot. */
function OutOfStep() {
  if (outOfStep.value === undefined || connection.value.phase !== 'open') return null;
  return (
    <div class="banner warn" role="status" data-testid="out-of-step-banner">
      <span>
        <b>The map may be incomplete:</b> {outOfStep.value}, says the analyzer.
      </span>
    </div>
  );
}

/** Says which figures are too low, and why: the latest loss, the others behind it. */
function Losses() {
  const losses = [...(status.value?.Losses ?? [])].sort((a, b) => (b.Since ?? 0) - (a.Since ?? 0));
  const [latest, ...others] = losses;
  if (!latest) return null;
  return (
    <div
      class="banner warn"
      role="status"
      data-testid="losses-banner"
      title={losses.map((loss) => formatLoss(loss)).join('\n')}
    >
      <span>
        {formatLoss(latest)}
        {others.length > 0 && ` (and ${plural(others.length, 'other loss', 'other losses')})`}
      </span>
    </div>
  );
}
