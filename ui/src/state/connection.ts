import type { ServerMessage } from '../api';

export type ConnectionState =
  | { phase: 'connecting'; attempt: number }
  | { phase: 'open'; since: number }
  | { phase: 'waiting'; attempt: number; retryAt: number; reason: string };

/** Silence after which a connection counts as dead; the server says "alive" every 10 s. */
export const silenceLimit = 30_000;
/** Time for a connection to come up and for the whole graph to come through it. */
export const snapshotLimit = 30_000;

/** 0.5 s, 1 s, 2 s … 8 s, with up to a quarter off so that many pages don't come back at the same instant. */
export function retryDelay(attempt: number, random = Math.random()): number {
  return Math.min(8000, 500 * 2 ** Math.max(0, attempt - 1)) * (1 - random / 4);
}

/**
 * The live connection: it comes back by itself for as long as the page lives, and says what it does. It's open once the
 * graph has come: what was there before may be old, however alive the server says it is.
 */
export class Connection {
  readonly #url: string;
  readonly #onMessage: (message: ServerMessage) => void;
  readonly #onState: (state: ConnectionState) => void;
  #attempt = 0;
  #socket: WebSocket | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #snapshotDue: ReturnType<typeof setTimeout> | undefined;
  #heardAt = 0;

  constructor(url: string, onMessage: (message: ServerMessage) => void, onState: (state: ConnectionState) => void) {
    this.#url = url;
    this.#onMessage = onMessage;
    this.#onState = onState;
    addEventListener('online', () => this.retryNow());
    document.addEventListener('visibilitychange', () => this.#lookUp());
    this.#connect();
  }

  /** Ends a wait between two attempts. */
  retryNow(): void {
    if (this.#retry === undefined) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#connect();
  }

  /** Gets the whole graph again, by a new connection. */
  resync(reason: string): void {
    if (this.#socket) this.#lost(this.#socket, reason);
    this.retryNow();
  }

  #connect(): void {
    this.#attempt++;
    this.#onState({ phase: 'connecting', attempt: this.#attempt });
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    let complete = false;
    this.#snapshotDue = setTimeout(() => this.#lost(socket, 'the analyzer sent no topology'), snapshotLimit);
    socket.onmessage = (event: MessageEvent<string>) => {
      this.#heard(socket);
      let message: ServerMessage;
      try {
        message = JSON.parse(event.data) as ServerMessage;
      } catch (error) {
        this.#lost(socket, `the server sent a message that isn't JSON: ${String(error)}`);
        return;
      }
      // Changes before the snapshot would change another graph than theirs.
      if (!complete && message.type === 'changes') return;
      this.#onMessage(message);
      if (complete || message.type !== 'snapshot') return;
      complete = true;
      clearTimeout(this.#snapshotDue);
      // Only now is the server known to work: a proxy that accepts and closes must not reset the waiting time.
      this.#attempt = 0;
      this.#onState({ phase: 'open', since: Date.now() });
    };
    socket.onclose = (event) => this.#lost(socket, event.reason || 'the analyzer closed the connection');
  }

  #heard(socket: WebSocket): void {
    this.#heardAt = Date.now();
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost(socket, 'the analyzer fell silent'), silenceLimit);
  }

  /** Back in sight: a machine that slept, or a tab put aside, has had its timers stand still. */
  #lookUp(): void {
    if (document.visibilityState !== 'visible') return;
    if (this.#silence !== undefined && Date.now() - this.#heardAt >= silenceLimit)
      this.resync('the analyzer fell silent');
    else this.retryNow();
  }

  #lost(socket: WebSocket, reason: string): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    clearTimeout(this.#silence);
    clearTimeout(this.#snapshotDue);
    this.#silence = undefined;
    socket.onclose = socket.onmessage = null;
    socket.close();
    const delay = retryDelay(Math.max(1, this.#attempt));
    this.#onState({ phase: 'waiting', attempt: this.#attempt, retryAt: Date.now() + delay, reason });
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#connect();
    }, delay);
  }
}
