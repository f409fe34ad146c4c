import type { ServerMessage } from '../api';

export type ConnectionState =
  | { phase: 'connecting'; attempt: number }
  | { phase: 'open'; since: number }
  | { phase: 'waiting'; attempt: number; retryAt: number; reason: string };

/** Silence after which a connection counts as dead; the server says "alive" every 10 s. */
const silenceLimit = 30_000;

/** 0.5 s, 1 s, 2 s … 8 s, with up to a quarter off so that many pages don't come back at the same instant. */
export function retryDelay(attempt: number, random = Math.random()): number {
  return Math.min(8000, 500 * 2 ** Math.max(0, attempt - 1)) * (1 - random / 4);
}

/** The live connection: it opens at once, comes back by itself for as long as the page lives, and says what it does. */
export class Connection {
  readonly #url: string;
  readonly #onMessage: (message: ServerMessage) => void;
  readonly #onState: (state: ConnectionState) => void;
  #attempt = 0;
  #socket: WebSocket | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string, onMessage: (message: ServerMessage) => void, onState: (state: ConnectionState) => void) {
    this.#url = url;
    this.#onMessage = onMessage;
    this.#onState = onState;
    addEventListener('online', () => this.retryNow());
    this.#connect();
  }

  /** Ends a wait between two attempts. */
  retryNow(): void {
    if (this.#retry === undefined) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#connect();
  }

  #connect(): void {
    this.#attempt++;
    this.#onState({ phase: 'connecting', attempt: this.#attempt });
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => {
      this.#onState({ phase: 'open', since: Date.now() });
      this.#heard();
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      this.#heard();
      let message: ServerMessage;
      try {
        message = JSON.parse(event.data) as ServerMessage;
      } catch (error) {
        this.#lost(socket, `the server sent a message that isn't JSON: ${String(error)}`);
        return;
      }
      // Only now is the server known to work: a proxy that accepts and closes must not reset the waiting time.
      this.#attempt = 0;
      this.#onMessage(message);
    };
    socket.onclose = (event) => this.#lost(socket, event.reason || 'the analyzer closed the connection');
  }

  #heard(): void {
    clearTimeout(this.#silence);
    const socket = this.#socket;
    if (socket) this.#silence = setTimeout(() => this.#lost(socket, 'the analyzer fell silent'), silenceLimit);
  }

  #lost(socket: WebSocket, reason: string): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    clearTimeout(this.#silence);
    socket.onclose = socket.onmessage = socket.onopen = null;
    socket.close();
    const delay = retryDelay(Math.max(1, this.#attempt));
    this.#onState({ phase: 'waiting', attempt: this.#attempt, retryAt: Date.now() + delay, reason });
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#connect();
    }, delay);
  }
}
