import type { Injection, Node } from '../api';
import { isFabric } from '../map/fabric';
import { roleOf } from '../map/roles';
import { nodeQuery, type Topology } from '../state/topology';

/** The form's fields as typed. */
export interface InjectionFields {
  type: string;
  count: string;
  interval: string;
  icmpId: string;
  srcPort: string;
  dstPort: string;
  payload: string;
  dstIp: string;
  increment: boolean;
}

export const injectionTypes = [
  { value: 'icmp4', label: 'ICMPv4 echo' },
  { value: 'icmp6', label: 'ICMPv6 echo' },
  { value: 'udp4', label: 'UDP over IPv4' },
  { value: 'udp6', label: 'UDP over IPv6' },
  { value: 'tcp4', label: 'TCP over IPv4' },
  { value: 'tcp6', label: 'TCP over IPv6' },
];

/** The injection to send, or what keeps the form from being sent, by field. */
export function readInjection(
  fields: InjectionFields,
  source: Node | undefined,
  destination: Node | undefined,
): { injection: Injection } | { problems: Record<string, string> } {
  const problems: Record<string, string> = {};
  const number = (name: keyof InjectionFields, low: number, high: number): number => {
    const text = String(fields[name]).trim();
    const value = Number(text);
    if (text === '' || !Number.isInteger(value) || value < low || value > high) {
      problems[name] = `a whole number from ${low} to ${high}`;
    }
    return value;
  };
  if (!source) problems['src'] = 'choose the interface that sends';
  if (!destination && fields.dstIp.trim() === '')
    problems['dst'] = 'choose the interface that receives, or give an address';
  const injection: Injection = {
    Src: source ? nodeQuery(source) : '',
    Type: fields.type,
    Count: number('count', 1, 1_000_000),
    Interval: number('interval', 0, 3_600_000),
  };
  if (destination) injection.Dst = nodeQuery(destination);
  if (fields.dstIp.trim() !== '') injection.DstIP = fields.dstIp.trim();
  if (fields.payload !== '') injection.Payload = fields.payload;
  if (fields.increment) injection.Increment = true;
  if (fields.type.startsWith('icmp')) {
    injection.ICMPID = number('icmpId', 0, 65_535);
  } else {
    injection.SrcPort = number('srcPort', 1, 65_535);
    injection.DstPort = number('dstPort', 1, 65_535);
  }
  return Object.keys(problems).length > 0 ? { problems } : { injection };
}

/** Whether packets can be sent from or to a node: an interface of a host. */
export function canInject(node: Node): boolean {
  const role = roleOf(node.Metadata.Type);
  if (isFabric(node)) return false;
  return role === 'nic' || role === 'veth' || role === 'virtual' || role === 'tunnel' || role === 'bridge';
}

/** The node an injection's Src or Dst names, if it's there. */
export function nodeOfQuery(topology: Topology, gremlin: string | undefined): Node | undefined {
  if (!gremlin) return undefined;
  const tid = /^G\.V\(\)\.Has\(\s*['"]TID['"]\s*,\s*['"]([^'"]+)['"]\s*\)$/.exec(gremlin)?.[1];
  if (tid) return topology.byTid(tid);
  const id = /^G\.V\(\s*['"]([^'"]+)['"]\s*\)$/.exec(gremlin)?.[1];
  return id === undefined ? undefined : topology.nodes.get(id);
}
