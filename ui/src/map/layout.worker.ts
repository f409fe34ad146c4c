import type { LayoutInput } from './items';
import { layout, type LayoutResult } from './layout';

export interface LayoutRequest {
  /** Counts requests, so that an overtaken answer can be told. */
  serial: number;
  input: LayoutInput;
}

export interface LayoutAnswer {
  serial: number;
  result: LayoutResult;
  milliseconds: number;
}

addEventListener('message', (event: MessageEvent<LayoutRequest>) => {
  const start = performance.now();
  const result = layout(event.data.input);
  const answer: LayoutAnswer = { serial: event.data.serial, result, milliseconds: performance.now() - start };
  postMessage(answer, { transfer: [result.positions.buffer] });
});
