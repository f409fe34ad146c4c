import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { createInjection, deleteInjection, type Injection, type Node } from '../api';
import { compareNames, formatCount } from '../format';
import { pushTo } from '../lists';
import { Glyph } from '../shell/Icon';
import {
  graphVersion,
  injectDestination,
  injections,
  injectionsError,
  injectSource,
  messageOf,
  picking,
  refreshInjections,
  topology,
} from '../state/store';
import { nodeAtHost, nodeName } from '../state/topology';
import { canInject, injectionTypes, nodeOfQuery, readInjection, type InjectionFields } from './injection';

/** Nodes offered in the lists; in a larger graph the map and the list of nodes are the way to pick. */
const offered = 400;

const fields = signal<InjectionFields>({
  type: 'icmp4',
  count: '5',
  interval: '1000',
  icmpId: '42',
  srcPort: '4242',
  dstPort: '80',
  payload: '',
  dstIp: '',
  increment: false,
});

/** The form that makes packets, and the injections there are. */
export function InjectPanel() {
  void graphVersion.value;
  const [error, setError] = useState<string>();
  const [shown, setShown] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const source = topology.nodes.get(injectSource.value ?? '');
  const destination = topology.nodes.get(injectDestination.value ?? '');
  const set = <K extends keyof InjectionFields>(name: K, value: InjectionFields[K]): void => {
    fields.value = { ...fields.value, [name]: value };
    setShown({});
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    setError(undefined);
    const read = readInjection(fields.value, source, destination);
    if ('problems' in read) {
      setShown(read.problems);
      return;
    }
    setShown({});
    setBusy(true);
    try {
      await createInjection(read.injection);
    } catch (reason) {
      setError(messageOf(reason));
    } finally {
      setBusy(false);
      refreshInjections();
    }
  };
  const { type, count, interval, icmpId, srcPort, dstPort, payload, dstIp, increment } = fields.value;
  const icmp = type.startsWith('icmp');
  const text = (name: keyof InjectionFields, label: string, value: string, testId: string, numeric = true) => (
    <label class={shown[name] ? 'invalid' : ''}>
      <span>{label}</span>
      <input
        type="text"
        inputMode={numeric ? 'numeric' : 'text'}
        autocomplete="off"
        spellcheck={false}
        value={value}
        data-testid={testId}
        aria-invalid={shown[name] ? true : undefined}
        onInput={(event) => set(name, event.currentTarget.value as never)}
      />
      {shown[name] && <em>{shown[name]}</em>}
    </label>
  );

  return (
    <div>
      <form class="stack" data-testid="inject-form" noValidate onSubmit={(event) => void send(event)}>
        <NodeChoice
          end="src"
          label="From"
          node={source}
          problem={shown['src']}
          onChange={(id) => (injectSource.value = id)}
        />
        <NodeChoice
          end="dst"
          label="To"
          node={destination}
          problem={shown['dst']}
          onChange={(id) => (injectDestination.value = id)}
        />
        <div class="grid2">
          <label>
            <span>Type</span>
            <select value={type} data-testid="inject-type" onChange={(event) => set('type', event.currentTarget.value)}>
              {injectionTypes.map((known) => (
                <option key={known.value} value={known.value}>
                  {known.label}
                </option>
              ))}
            </select>
          </label>
          {icmp
            ? text('icmpId', 'ICMP id', icmpId, 'inject-icmp-id')
            : text('dstPort', 'To port', dstPort, 'inject-dst-port')}
          {text('count', 'Count', count, 'inject-count')}
          {text('interval', 'Interval (ms)', interval, 'inject-interval')}
          {!icmp && text('srcPort', 'From port', srcPort, 'inject-src-port')}
        </div>
        {text('payload', 'Payload (optional)', payload, 'inject-payload', false)}
        <details>
          <summary>More</summary>
          {text('dstIp', 'Destination address instead of the node’s', dstIp, 'inject-dst-ip', false)}
          <label class="check">
            <input
              type="checkbox"
              checked={increment}
              onChange={(event) => set('increment', event.currentTarget.checked)}
            />
            <span>{icmp ? 'Next ICMP id for each packet' : 'Next source port for each packet'}</span>
          </label>
        </details>
        {error && (
          <p class="error" role="alert" data-testid="inject-error">
            {error}
          </p>
        )}
        <button type="submit" class="primary" disabled={busy} data-testid="inject-send">
          <Glyph name="send" size={15} /> Inject
        </button>
      </form>
      <Injections />
    </div>
  );
}

function NodeChoice(props: {
  end: 'src' | 'dst';
  label: string;
  node: Node | undefined;
  problem: string | undefined;
  onChange: (id: string | undefined) => void;
}) {
  void graphVersion.value;
  const { end, label, node, problem, onChange } = props;
  const hosts = choices(node);
  const waiting = picking.value === end;
  return (
    <label class={problem ? 'invalid' : ''}>
      <span>{label}</span>
      <span class="pick">
        <select
          value={node?.ID ?? ''}
          data-testid={`inject-${end}`}
          onChange={(event) => onChange(event.currentTarget.value || undefined)}
        >
          <option value="">choose an interface…</option>
          {hosts.map(([host, members]) => (
            <optgroup key={host} label={host}>
              {members.map((member) => (
                <option key={member.id} value={member.id}>
                  {member.text}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
        <button
          type="button"
          class={waiting ? 'icon on' : 'icon'}
          aria-pressed={waiting}
          title="Pick on the map or in the list of nodes"
          aria-label={`Pick ${label.toLowerCase()} on the map`}
          data-testid={`inject-pick-${end}`}
          onClick={() => (picking.value = waiting ? undefined : end)}
        >
          <Glyph name="target" />
        </button>
      </span>
      {problem && <em>{problem}</em>}
    </label>
  );
}

/** Interfaces by host, those with an address first; the chosen one is always among them. */
function choices(chosen: Node | undefined): [string, { id: string; text: string }[]][] {
  const usable = [...topology.nodes.values()].filter(canInject);
  const addressed = usable.filter((node) => node.Metadata.IPV4?.length || node.Metadata.IPV6?.length);
  const listed = (addressed.length > 0 ? addressed : usable).slice(0, offered);
  if (chosen && !listed.includes(chosen)) listed.push(chosen);
  const hosts = new Map<string, { id: string; text: string }[]>();
  for (const node of listed) {
    const space = ownerName(node);
    const address = node.Metadata.IPV4?.[0] ?? node.Metadata.IPV6?.[0] ?? '';
    const text = `${space ? `${space} / ` : ''}${nodeName(node)}${address ? `  ${address}` : ''}`;
    pushTo(hosts, node.Host || 'no host', { id: node.ID, text });
  }
  for (const members of hosts.values()) members.sort((a, b) => compareNames(a.text, b.text));
  return [...hosts].sort(([a], [b]) => compareNames(a, b));
}

function ownerName(node: Node): string | undefined {
  for (const edge of topology.edgesOf(node.ID)) {
    if (edge.Metadata.RelationType !== 'ownership' || edge.Child !== node.ID) continue;
    const owner = topology.nodes.get(edge.Parent);
    if (owner && owner.Metadata.Type !== 'host') return nodeName(owner);
  }
  return undefined;
}

function Injections() {
  const [error, setError] = useState<string>();
  const remove = async (injection: Injection): Promise<void> => {
    setError(undefined);
    try {
      await deleteInjection(injection.UUID ?? '');
    } catch (reason) {
      setError(messageOf(reason));
    }
    refreshInjections();
  };
  const list = [...injections.value].sort((a, b) => (b.StartTime ?? 0) - (a.StartTime ?? 0));
  return (
    <section class="block" data-testid="injection-list">
      <h4>Injections</h4>
      {injectionsError.value && <p class="error">{injectionsError.value}</p>}
      {error && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      {list.length === 0 && !injectionsError.value && (
        <p class="muted">None yet. What you inject shows its progress here.</p>
      )}
      {list.map((injection) => {
        const count = injection.Count ?? 1;
        const sent = injection.Sent ?? (injection.State === 'finished' ? count : 0);
        const state = injection.State ?? 'pending';
        return (
          <article
            class={state === 'failed' ? 'card failed' : 'card'}
            key={injection.UUID}
            data-testid="injection-row"
            data-uuid={injection.UUID}
            data-state={state}
          >
            <header>
              <strong title={`${injection.Src} → ${injection.Dst || injection.DstIP}`}>
                {sender(injection)} → {receiver(injection)}
              </strong>
              <button
                type="button"
                class="danger"
                aria-label="Delete this injection"
                onClick={() => void remove(injection)}
              >
                {state === 'running' || state === 'pending' ? (
                  <>
                    <Glyph name="stop" size={13} /> Stop
                  </>
                ) : (
                  <Glyph name="trash" size={14} />
                )}
              </button>
            </header>
            <div class="progress" role="progressbar" aria-valuemin={0} aria-valuemax={count} aria-valuenow={sent}>
              <div class={state} style={{ width: `${Math.min(100, (100 * sent) / Math.max(1, count))}%` }} />
            </div>
            <p class="muted small">
              <span class={`badge state-${state}`}>{state}</span> {injection.Type}, {formatCount(sent)} of{' '}
              {formatCount(count)} sent
            </p>
            {injection.Error && (
              <p class="error" data-testid="injection-error">
                {injection.Error}
              </p>
            )}
          </article>
        );
      })}
    </section>
  );
}

function sender(injection: Injection): string {
  const node = topology.nodes.get(injection.NodeID ?? '') ?? nodeOfQuery(topology, injection.Src);
  return node ? nodeAtHost(node) : injection.Src;
}

function receiver(injection: Injection): string {
  const node = nodeOfQuery(topology, injection.Dst);
  return node ? nodeAtHost(node) : injection.DstIP || injection.Dst || '';
}
