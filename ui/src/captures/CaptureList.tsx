import { useState } from 'preact/hooks';
import { createCapture, deleteCapture, type Capture, type NodeCapture } from '../api';
import { formatCount, plural } from '../format';
import { pushTo } from '../lists';
import { nodeOfQuery } from '../injections/injection';
import { Glyph } from '../shell/Icon';
import { focusRequest } from '../state/focus';
import {
  captures,
  capturesError,
  graphVersion,
  messageOf,
  refreshCaptures,
  selectNode,
  topology,
} from '../state/store';
import { nodeAtHost } from '../state/topology';
import { noOptions, optionsText, readOptions } from './options';
import { OptionInputs } from './OptionInputs';

interface Place {
  id: string;
  name: string;
  capture: NodeCapture;
}

/** Where each capture runs, by the captures' UUIDs. */
function placesByCapture(): Map<string, Place[]> {
  const places = new Map<string, Place[]>();
  for (const node of topology.nodes.values()) {
    for (const capture of node.Metadata.Captures ?? []) {
      pushTo(places, capture.ID, { id: node.ID, name: nodeAtHost(node), capture });
    }
  }
  return places;
}

/** All captures of the cluster; also starts one on whatever a Gremlin expression selects. */
export function CaptureList() {
  void graphVersion.value;
  const [error, setError] = useState<string>();
  const places = placesByCapture();
  const remove = async (capture: Capture): Promise<void> => {
    setError(undefined);
    try {
      await deleteCapture(capture.UUID ?? '');
    } catch (reason) {
      setError(messageOf(reason));
    }
    refreshCaptures();
  };
  return (
    <div data-testid="capture-list">
      {capturesError.value && <p class="error">{capturesError.value}</p>}
      {error && (
        <p class="error" role="alert" data-testid="capture-list-error">
          {error}
        </p>
      )}
      {captures.value.length === 0 && !capturesError.value && (
        <div class="empty">
          <p>
            <strong>No captures.</strong>
          </p>
          <p>
            Select an interface or a bridge and press “Start capture”, or capture on everything an expression selects:
          </p>
        </div>
      )}
      {captures.value.map((capture) => {
        const on = places.get(capture.UUID ?? '') ?? [];
        const failed = on.filter((place) => place.capture.State === 'error');
        const received = on.reduce((sum, place) => sum + (place.capture.PacketsReceived ?? 0), 0);
        return (
          <article class="card" key={capture.UUID} data-testid="capture-row" data-uuid={capture.UUID}>
            <header>
              <span class={failed.length > 0 ? 'rec failed' : on.length > 0 ? 'rec' : 'rec idle'} />
              <strong>{capture.Name || 'Capture'}</strong>
              {capture.Type && <span class="badge">{capture.Type}</span>}
              <button
                type="button"
                class="danger"
                data-testid="capture-delete"
                aria-label={`Delete capture ${capture.Name ?? ''}`}
                onClick={() => void remove(capture)}
              >
                <Glyph name="trash" size={14} /> Delete
              </button>
            </header>
            {/* An expression that only names the node below says nothing more. */}
            {!nodeOfQuery(topology, capture.GremlinQuery) && <p class="mono small">{capture.GremlinQuery}</p>}
            {capture.BPFFilter && <p class="mono small">{capture.BPFFilter}</p>}
            <p class="muted small">
              {on.length === 0
                ? 'selects no node at the moment'
                : `on ${plural(on.length, 'node')}, ${formatCount(received)} packets`}
              {failed.length > 0 ? `, ${failed.length} failed` : ''}
            </p>
            {optionsText(capture) && <p class="muted small">{optionsText(capture)}</p>}
            <div class="chips">
              {on.slice(0, 8).map((place) => (
                <button
                  type="button"
                  class={place.capture.State === 'error' ? 'chip bad' : 'chip'}
                  key={place.id}
                  title={place.capture.Error ?? 'Show this node'}
                  onClick={() => {
                    selectNode(place.id);
                    focusRequest.value = { id: place.id };
                  }}
                >
                  {place.name}
                </button>
              ))}
              {on.length > 8 && <span class="muted">and {on.length - 8} more</span>}
            </div>
          </article>
        );
      })}
      <QueryForm />
    </div>
  );
}

function QueryForm() {
  const [query, setQuery] = useState('');
  const [filter, setFilter] = useState('');
  const [fields, setFields] = useState(noOptions);
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const options = readOptions(fields);
  const start = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if ('problems' in options) return;
    setBusy(true);
    setError(undefined);
    try {
      await createCapture({ GremlinQuery: query.trim(), BPFFilter: filter.trim(), ...options.options });
      setQuery('');
      setFilter('');
      setFields(noOptions);
      setTried(false);
    } catch (reason) {
      setError(messageOf(reason));
    } finally {
      setBusy(false);
      refreshCaptures();
    }
  };
  return (
    <form class="stack" data-testid="capture-query-form" onSubmit={(event) => void start(event)}>
      <h4>Capture by expression</h4>
      <label>
        <span>Gremlin</span>
        <input
          type="text"
          class="mono"
          required
          spellcheck={false}
          autocomplete="off"
          placeholder="G.V().Has('Name', 'eth1')"
          value={query}
          data-testid="capture-query"
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
      </label>
      <label>
        <span>BPF filter (optional)</span>
        <input
          type="text"
          class="mono"
          spellcheck={false}
          autocomplete="off"
          placeholder="icmp"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      </label>
      <OptionInputs
        fields={fields}
        problems={tried && 'problems' in options ? options.problems : {}}
        onChange={setFields}
      />
      {error && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      <button type="submit" class="record" disabled={busy || query.trim() === ''}>
        <Glyph name="record" size={14} /> Start capture
      </button>
    </form>
  );
}
