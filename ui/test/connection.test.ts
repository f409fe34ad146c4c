import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServerMessage } from '../src/api';
import { Connection, retryDelay, silenceLimit, snapshotLimit, type ConnectionState } from '../src/state/connection';

/** A browser's WebSocket whose server is the test. */
class Socket {
  static readonly all: Socket[] = [];
  static get newest(): Socket {
    const socket = Socket.all.at(-1);
    if (!socket) throw new Error('nothing has connected');
    return socket;
  }

  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { reason: string }) => void) | null = null;
  closed = false;

  constructor(readonly url: string) {
    Socket.all.push(this);
  }

  close(): void {
    this.closed = true;
  }

  says(message: ServerMessage | string): void {
    this.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) });
  }
}

const snapshot: ServerMessage = { type: 'snapshot', nodes: [], edges: [] };
const changes: ServerMessage = { type: 'changes', changes: [{ op: 'nodeDeleted', id: 'a' }] };
const alive: ServerMessage = { type: 'alive' };

const listeners = new Map<string, () => void>();
const page = {
  visibilityState: 'visible',
  addEventListener: (name: string, listener: () => void) => listeners.set(name, listener),
};

function connect() {
  const messages: ServerMessage[] = [];
  const states: ConnectionState[] = [];
  const connection = new Connection(
    'ws://analyzer/ws',
    (message) => messages.push(message),
    (state) => states.push(state),
  );
  const reason = (): string | undefined => {
    const state = states.findLast(({ phase }) => phase === 'waiting');
    return state?.phase === 'waiting' ? state.reason : undefined;
  };
  return { connection, messages, states, reason, phase: () => states.at(-1)?.phase };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', Socket);
  vi.stubGlobal('document', page);
  vi.stubGlobal('addEventListener', page.addEventListener);
  Socket.all.length = 0;
  page.visibilityState = 'visible';
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the live connection', () => {
  it('is open once the whole graph has come', () => {
    const { states, phase } = connect();
    Socket.newest.says(alive);
    expect(phase()).toBe('connecting');
    Socket.newest.says(snapshot);
    expect(states.map((state) => state.phase)).toEqual(['connecting', 'open']);
  });

  it('is given up when the server is alive but sends no graph: the map would stay as it was', () => {
    const { phase, reason } = connect();
    for (let waited = 0; waited < snapshotLimit; waited += 10_000) {
      Socket.newest.says(alive);
      vi.advanceTimersByTime(10_000);
    }
    expect(reason()).toBe('the analyzer sent no topology');
    vi.advanceTimersByTime(1000);
    expect(Socket.all).toHaveLength(2);
    Socket.newest.says(snapshot);
    expect(phase()).toBe('open');
  });

  it('is given up when nobody takes it', () => {
    const { reason } = connect();
    vi.advanceTimersByTime(snapshotLimit);
    expect(Socket.all[0]?.closed).toBe(true);
    expect(reason()).toBe('the analyzer sent no topology');
  });

  it('is lost when the server falls silent, not while it says that it lives', () => {
    const { phase, reason } = connect();
    Socket.newest.says(snapshot);
    for (let minutes = 0; minutes < 10; minutes++) {
      vi.advanceTimersByTime(silenceLimit - 1);
      Socket.newest.says(alive);
    }
    expect(phase()).toBe('open');
    vi.advanceTimersByTime(silenceLimit);
    expect(reason()).toBe('the analyzer fell silent');
  });

  it('is lost at once when the page comes back into sight after a silence in which its timers stood still', () => {
    const { phase, reason } = connect();
    Socket.newest.says(snapshot);
    page.visibilityState = 'hidden';
    listeners.get('visibilitychange')?.();
    vi.setSystemTime(Date.now() + silenceLimit);
    expect(phase()).toBe('open');
    page.visibilityState = 'visible';
    listeners.get('visibilitychange')?.();
    expect(reason()).toBe('the analyzer fell silent');
    expect(Socket.all).toHaveLength(2);
  });

  it('stays when the page comes back into sight and the server has been heard meanwhile', () => {
    connect();
    Socket.newest.says(snapshot);
    listeners.get('visibilitychange')?.();
    expect(Socket.all).toHaveLength(1);
  });

  it('takes a new graph when it is told to, and no more of the old one’s changes', () => {
    const { connection, messages, reason } = connect();
    Socket.newest.says(snapshot);
    const before = Socket.newest;
    connection.resync('the map lacks agent1');
    expect(reason()).toBe('the map lacks agent1');
    expect(before.closed).toBe(true);
    expect(Socket.all).toHaveLength(2);
    before.says(changes);
    Socket.newest.says(changes);
    Socket.newest.says(snapshot);
    Socket.newest.says(changes);
    expect(messages.map(({ type }) => type)).toEqual(['snapshot', 'snapshot', 'changes']);
  });

  it('comes back after the server closed it', () => {
    const { phase, reason } = connect();
    Socket.newest.says(snapshot);
    Socket.newest.onclose?.({ reason: '' });
    expect(reason()).toBe('the analyzer closed the connection');
    vi.advanceTimersByTime(500);
    Socket.newest.says(snapshot);
    expect(phase()).toBe('open');
  });

  it('waits longer and longer while the server takes it and says nothing of use', () => {
    const { states } = connect();
    for (let attempt = 1; attempt <= 3; attempt++) {
      Socket.newest.says(alive);
      Socket.newest.onclose?.({ reason: '' });
      vi.advanceTimersByTime(8000);
    }
    expect(
      states.filter(({ phase }) => phase === 'connecting').map((state) => 'attempt' in state && state.attempt),
    ).toEqual([1, 2, 3, 4]);
  });

  it('doubles its waiting up to eight seconds, differently in each page', () => {
    expect([1, 2, 3, 4, 5, 9].map((attempt) => retryDelay(attempt, 0))).toEqual([500, 1000, 2000, 4000, 8000, 8000]);
    expect(retryDelay(1, 1)).toBe(375);
  });
});
