import { useEffect, useRef } from 'preact/hooks';
import { plural } from '../format';
import { Glyph } from '../shell/Icon';
import { focusRequest } from '../state/focus';
import { gremlin, runGremlin, search, searchText, selectedNode, selectNode, textMatches } from '../state/store';

/** Words make nodes stand out while typed; Enter goes from one to the next, or runs a Gremlin expression. */
export function SearchBox() {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);

  const submit = (event: Event): void => {
    event.preventDefault();
    const wanted = search.value;
    if (wanted.kind === 'gremlin') void runGremlin(wanted.expression);
    else if (textMatches.value && textMatches.value.size > 0) {
      const found = [...textMatches.value];
      const next = found[(found.indexOf(selectedNode.value ?? '') + 1) % found.length];
      if (next === undefined) return;
      selectNode(next);
      focusRequest.value = { id: next };
    }
  };
  const clear = (): void => {
    searchText.value = '';
    gremlin.value = undefined;
    input.current?.focus();
  };
  const isGremlin = search.value.kind === 'gremlin';
  return (
    <form class={isGremlin ? 'search gremlin' : 'search'} role="search" data-testid="search-form" onSubmit={submit}>
      <Glyph name="search" size={16} />
      <input
        ref={input}
        type="text"
        placeholder="Search nodes by name, address, Type=veth …  or  G.V().Has('Type', 'ovsbridge')"
        aria-label="Search nodes, or a Gremlin expression"
        autocomplete="off"
        spellcheck={false}
        value={searchText.value}
        data-testid="search-input"
        onInput={(event) => (searchText.value = event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || searchText.value === '') return;
          event.stopPropagation();
          clear();
        }}
      />
      <span class="search-state" data-testid="search-state" role="status">
        <Outcome />
      </span>
      {searchText.value !== '' ? (
        <button type="button" class="icon" aria-label="Clear the search" onClick={clear}>
          <Glyph name="close" size={15} />
        </button>
      ) : (
        <kbd>/</kbd>
      )}
    </form>
  );
}

function Outcome() {
  const wanted = search.value;
  if (wanted.kind === 'none') return null;
  if (wanted.kind === 'text') {
    const count = textMatches.value?.size ?? 0;
    return <span class={count === 0 ? 'bad' : ''}>{count === 0 ? 'no match' : plural(count, 'match', 'matches')}</span>;
  }
  const run = gremlin.value;
  if (!run || run.expression !== wanted.expression) return <span>Enter runs it</span>;
  if (run.running) return <span>running…</span>;
  if (run.error !== undefined) return null;
  const { nodes, edges, flows, value } = run.answer ?? {
    nodes: new Set(),
    edges: new Set(),
    flows: [],
    value: undefined,
  };
  const parts: string[] = [];
  if (nodes.size > 0) parts.push(plural(nodes.size, 'node'));
  if (edges.size > 0) parts.push(plural(edges.size, 'edge'));
  if (flows.length > 0) parts.push(plural(flows.length, 'flow'));
  if (value !== undefined)
    parts.push(typeof value === 'object' ? `${JSON.stringify(value).slice(0, 60)}…` : String(value));
  return <span>{parts.length > 0 ? parts.join(', ') : 'nothing found'}</span>;
}

/** What was wrong with the last expression, below the box where it can be read in full. */
export function GremlinError() {
  const run = gremlin.value;
  if (search.value.kind !== 'gremlin' || run?.error === undefined) return null;
  return (
    <div class="banner bad" role="alert" data-testid="gremlin-error">
      <span>{run.error}</span>
      <button type="button" class="icon" aria-label="Dismiss" onClick={() => (gremlin.value = undefined)}>
        <Glyph name="close" size={15} />
      </button>
    </div>
  );
}
