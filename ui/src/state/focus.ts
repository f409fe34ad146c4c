import { signal } from '@preact/signals';

/** Set to bring a node into the map's view; a new object each time, so that asking twice works. */
export const focusRequest = signal<{ id: string } | undefined>(undefined);
