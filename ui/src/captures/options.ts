import type { Capture } from '../api';

/** What a capture does besides counting, as typed. */
export interface OptionFields {
  rawPackets: string;
  headerSize: string;
  tcpMetric: boolean;
  defragment: boolean;
  deduplicate: boolean;
}

export const noOptions: OptionFields = {
  rawPackets: '',
  headerSize: '',
  tcpMetric: false,
  defragment: false,
  deduplicate: false,
};

/** The analyzer keeps no more raw packets of a flow. */
const mostRawPackets = 100;
/** Ethernet's header, and the longest packet. */
const headerSizes = [14, 65_535] as const;

export type CaptureOptions = Pick<
  Capture,
  'RawPacketLimit' | 'HeaderSize' | 'ExtraTCPMetric' | 'IPDefrag' | 'Deduplicate'
>;

/** The capture's options, or what keeps the form from being sent, by field. What is left empty is the agent's default. */
export function readOptions(
  fields: OptionFields,
): { options: CaptureOptions } | { problems: Partial<Record<keyof OptionFields, string>> } {
  const problems: Partial<Record<keyof OptionFields, string>> = {};
  const options: CaptureOptions = {};
  const number = (name: 'rawPackets' | 'headerSize', low: number, high: number): number | undefined => {
    const text = fields[name].trim();
    if (text === '') return undefined;
    const value = Number(text);
    if (Number.isInteger(value) && value >= low && value <= high) return value;
    problems[name] = `a whole number from ${low} to ${high}`;
    return undefined;
  };
  const rawPackets = number('rawPackets', 1, mostRawPackets);
  if (rawPackets !== undefined) options.RawPacketLimit = rawPackets;
  const headerSize = number('headerSize', ...headerSizes);
  if (headerSize !== undefined) options.HeaderSize = headerSize;
  if (fields.tcpMetric) options.ExtraTCPMetric = true;
  if (fields.defragment) options.IPDefrag = true;
  if (fields.deduplicate) options.Deduplicate = true;
  return Object.keys(problems).length > 0 ? { problems } : { options };
}

/** A capture's options in words, for the list: "keeps 10 packets of each flow". Empty: none. */
export function optionsText(capture: CaptureOptions): string {
  const words: string[] = [];
  if (capture.RawPacketLimit) words.push(`keeps ${capture.RawPacketLimit} packets of each flow`);
  if (capture.HeaderSize) words.push(`cuts packets at ${capture.HeaderSize} bytes`);
  if (capture.ExtraTCPMetric) words.push('follows TCP');
  if (capture.IPDefrag) words.push('puts fragments together');
  if (capture.Deduplicate) words.push('counts duplicates once');
  return words.join(', ');
}
