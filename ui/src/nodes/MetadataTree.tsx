import { useState } from 'preact/hooks';
import { compareNames, formatTime } from '../format';
import { Glyph } from '../shell/Icon';

/** Keys that tell most come first, in this order; the others follow by name. */
const leading = ['Name', 'Type', 'State', 'IPV4', 'IPV6', 'MAC', 'MTU', 'Driver', 'IfIndex', 'Speed', 'TID'];

/** Metadata keys in the order shown. Captures are left out: they have a section of their own. */
export function orderKeys(keys: string[]): string[] {
  const rank = (key: string): number => {
    const at = leading.indexOf(key);
    return at < 0 ? leading.length : at;
  };
  return keys.sort((a, b) => rank(a) - rank(b) || compareNames(a, b));
}

/** Any JSON as a tree that folds; values can be selected, and copied by their button. */
export function MetadataTree({ value }: { value: Record<string, unknown> }) {
  return (
    <div class="metadata" data-testid="metadata">
      {orderKeys(Object.keys(value)).map((key) => (
        <Entry key={key} name={key} value={value[key]} depth={0} path={key} />
      ))}
    </div>
  );
}

function Entry({ name, value, depth, path }: { name: string; value: unknown; depth: number; path: string }) {
  const [open, setOpen] = useState(depth < 1 && size(value) <= 12);
  const indent = { paddingLeft: `${depth * 14}px` };
  if (value !== null && typeof value === 'object' && size(value) > 0) {
    const simple = Array.isArray(value) && value.every((entry) => typeof entry !== 'object');
    if (simple) {
      return (
        <div class="meta-row" style={indent} data-key={path}>
          <span class="meta-key">{name}</span>
          <span class="meta-value">
            {(value as unknown[]).map((entry, index) => (
              <span class="chip" key={index}>
                {String(entry)}
              </span>
            ))}
          </span>
          <CopyButton text={(value as unknown[]).join('\n')} what={path} />
        </div>
      );
    }
    const entries = Array.isArray(value)
      ? value.map((entry, index): [string, unknown] => [String(index), entry])
      : Object.entries(value as Record<string, unknown>);
    return (
      <>
        <div class="meta-row" style={indent} data-key={path}>
          <button type="button" class="meta-fold" aria-expanded={open} onClick={() => setOpen(!open)}>
            <Glyph name={open ? 'down' : 'right'} size={12} />
            <span class="meta-key">{name}</span>
            <span class="muted">{entries.length}</span>
          </button>
          <CopyButton text={JSON.stringify(value, null, 2)} what={path} />
        </div>
        {open &&
          entries
            .sort(([a], [b]) => compareNames(a, b))
            .map(([key, inner]) => (
              <Entry key={key} name={key} value={inner} depth={depth + 1} path={`${path}.${key}`} />
            ))}
      </>
    );
  }
  const text = value === null || value === undefined || size(value) === 0 ? '–' : String(value);
  return (
    <div class="meta-row" style={indent} data-key={path}>
      <span class="meta-key">{name}</span>
      <span class={`meta-value ${typeof value}`} title={isTime(name, value) ? formatTime(value) : undefined}>
        {name === 'State' ? <span class={`state ${text.toLowerCase()}`}>{text}</span> : text}
      </span>
      <CopyButton text={String(value ?? '')} what={path} />
    </div>
  );
}

/** Copies a text, and says for a moment that it did. */
export function CopyButton({ text, what, label }: { text: string; what: string; label?: string }) {
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle');
  const copy = async (): Promise<void> => {
    setState((await copyText(text)) ? 'done' : 'failed');
    setTimeout(() => setState('idle'), 1200);
  };
  return (
    <button type="button" class="copy" title={`Copy ${what}`} aria-label={`Copy ${what}`} onClick={() => void copy()}>
      {state === 'idle' ? <Glyph name="copy" size={13} /> : state === 'done' ? 'copied' : 'not allowed'}
      {label && state === 'idle' ? <span>{label}</span> : null}
    </button>
  );
}

/** The clipboard is for pages from https or this machine; from elsewhere the older way has to do. */
async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Refused by the browser's permissions: the older way asks for none.
    }
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  return copied;
}

function size(value: unknown): number {
  return value !== null && typeof value === 'object' ? Object.keys(value).length : 1;
}

function isTime(name: string, value: unknown): value is number {
  return typeof value === 'number' && value > 1e12 && /(At|Time|Start|Last|Since)$/.test(name);
}
