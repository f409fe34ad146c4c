import { useEffect, useState } from 'preact/hooks';
import { createCapture, deleteCapture, type Node } from '../api';
import { formatCount } from '../format';
import { canCapture } from '../map/fabric';
import { Glyph } from '../shell/Icon';
import { captures, messageOf, refreshCaptures } from '../state/store';
import { nodeName, nodeQuery } from '../state/topology';
import { noOptions, optionsText, readOptions } from './options';
import { OptionInputs } from './OptionInputs';
import { captureTypes } from './types';

/** The captures on one node, with their counters, and the form that starts another. */
export function NodeCaptures({ node }: { node: Node }) {
  const [filter, setFilter] = useState('');
  const [type, setType] = useState('');
  const [fields, setFields] = useState(noOptions);
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    setError(undefined);
    setType('');
    setTried(false);
  }, [node.ID]);

  const options = readOptions(fields);
  const running = node.Metadata.Captures ?? [];
  const query = nodeQuery(node);
  const starting = captures.value.filter(
    (capture) => capture.GremlinQuery === query && !running.some((on) => on.ID === capture.UUID),
  );
  const possible = canCapture(node);
  if (!possible && running.length === 0) {
    return (
      <p class="hint" data-testid="no-capture">
        Packets are captured on interfaces and bridges: select one of these to start a capture.
      </p>
    );
  }

  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    setError(undefined);
    try {
      await work();
      return true;
    } catch (reason) {
      setError(messageOf(reason));
      return false;
    } finally {
      setBusy(false);
      refreshCaptures();
    }
  };
  const start = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if ('problems' in options) return;
    const capture = {
      GremlinQuery: query,
      BPFFilter: filter.trim(),
      Type: type,
      Name: nodeName(node),
      ...options.options,
    };
    if (!(await run(() => createCapture(capture)))) return;
    setFilter('');
    setFields(noOptions);
    setTried(false);
  };

  return (
    <section class="block captures-here" aria-label="Captures on this node">
      <h4>Captures</h4>
      {running.map((capture) => {
        const asked = captures.value.find((known) => known.UUID === capture.ID);
        const others = asked?.Count ?? 1;
        const does = optionsText(asked ?? {});
        const failed = capture.State === 'error';
        return (
          <article
            class={failed ? 'card failed' : 'card'}
            key={capture.ID}
            data-testid="node-capture"
            data-uuid={capture.ID}
            data-state={capture.State}
          >
            <header>
              <span class={failed ? 'rec failed' : 'rec'} />
              <strong>{capture.Name || 'Capture'}</strong>
              <span class="badge">{capture.Type || 'pcap'}</span>
              <span class={`badge state-${capture.State ?? 'unknown'}`}>{capture.State ?? 'unknown'}</span>
              <button
                type="button"
                class="danger"
                disabled={busy}
                data-testid="capture-stop"
                title={others > 1 ? `Stops this capture on all ${others} nodes it selects` : 'Stops this capture'}
                onClick={() => void run(() => deleteCapture(capture.ID))}
              >
                <Glyph name="stop" size={13} /> Stop
              </button>
            </header>
            {capture.Error && <p class="error">{capture.Error}</p>}
            {capture.BPFFilter && (
              <p class="mono small" data-testid="capture-filter">
                {capture.BPFFilter}
              </p>
            )}
            {does && <p class="muted small">{does}</p>}
            <dl class="counters">
              <div>
                <dt>received</dt>
                <dd data-testid="capture-received">{formatCount(capture.PacketsReceived ?? 0)}</dd>
              </div>
              <div class={capture.PacketsDropped ? 'bad' : ''}>
                <dt>dropped</dt>
                <dd>{formatCount(capture.PacketsDropped ?? 0)}</dd>
              </div>
              <div class={capture.PacketsIfDropped ? 'bad' : ''}>
                <dt>dropped by interface</dt>
                <dd>{formatCount(capture.PacketsIfDropped ?? 0)}</dd>
              </div>
              {capture.UpdatesLost !== undefined && (
                <div class="bad">
                  <dt>updates lost</dt>
                  <dd data-testid="capture-updates-lost">{formatCount(capture.UpdatesLost)}</dd>
                </div>
              )}
            </dl>
          </article>
        );
      })}
      {starting.map((capture) => (
        <article
          class="card pending"
          key={capture.UUID}
          data-testid="node-capture"
          data-uuid={capture.UUID}
          data-state="starting"
        >
          <header>
            <span class="spinner" />
            <strong>{capture.Name || 'Capture'}</strong>
            <span class="badge">starting</span>
            <button
              type="button"
              class="danger"
              disabled={busy}
              onClick={() => void run(() => deleteCapture(capture.UUID ?? ''))}
            >
              <Glyph name="stop" size={13} /> Stop
            </button>
          </header>
        </article>
      ))}
      {possible && (
        <form class="capture-form" data-testid="capture-form" onSubmit={(event) => void start(event)}>
          <label>
            <span>BPF filter (optional)</span>
            <input
              type="text"
              class="mono"
              placeholder="icmp or tcp port 80"
              spellcheck={false}
              autocomplete="off"
              value={filter}
              data-testid="capture-bpf"
              onInput={(event) => setFilter(event.currentTarget.value)}
            />
          </label>
          <label>
            <span>Type</span>
            <select value={type} data-testid="capture-type" onChange={(event) => setType(event.currentTarget.value)}>
              {captureTypes(node.Metadata.Type).map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          </label>
          <OptionInputs
            fields={fields}
            problems={tried && 'problems' in options ? options.problems : {}}
            onChange={setFields}
          />
          <button type="submit" class="record" disabled={busy} data-testid="capture-start">
            <Glyph name="record" size={14} /> Start capture
          </button>
        </form>
      )}
      {error && (
        <p class="error" role="alert" data-testid="capture-error">
          {error}
        </p>
      )}
    </section>
  );
}
