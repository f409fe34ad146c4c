import { describe, expect, it } from 'vitest';
import type { Node } from '../src/api';
import { canInject, nodeOfQuery, readInjection, type InjectionFields } from '../src/injections/injection';
import { nodeQuery, Topology } from '../src/state/topology';

const fields: InjectionFields = {
  type: 'icmp4',
  count: '3',
  interval: '1000',
  icmpId: '42',
  srcPort: '4242',
  dstPort: '80',
  payload: '',
  dstIp: '',
  increment: false,
};
const source: Node = { ID: 's', Metadata: { Name: 'eth0', Type: 'veth', TID: 'tid-s' }, Host: 'agent1' };
const destination: Node = { ID: 'd', Metadata: { Name: 'eth0', Type: 'veth', TID: 'tid-d' }, Host: 'agent2' };

describe('the form for packets', () => {
  it('asks for an ICMP injection by the nodes’ queries', () => {
    expect(readInjection(fields, source, destination)).toEqual({
      injection: {
        Src: "G.V().Has('TID', 'tid-s')",
        Dst: "G.V().Has('TID', 'tid-d')",
        Type: 'icmp4',
        Count: 3,
        Interval: 1000,
        ICMPID: 42,
      },
    });
  });

  it('sends ports instead of an ICMP id for UDP and TCP', () => {
    const read = readInjection({ ...fields, type: 'udp4', payload: 'hello' }, source, destination);
    expect(read).toMatchObject({ injection: { Type: 'udp4', SrcPort: 4242, DstPort: 80, Payload: 'hello' } });
    expect((read as { injection: object }).injection).not.toHaveProperty('ICMPID');
  });

  it('accepts an address in place of a destination node', () => {
    expect(readInjection({ ...fields, dstIp: ' 10.0.0.9 ' }, source, undefined)).toMatchObject({
      injection: { DstIP: '10.0.0.9' },
    });
  });

  it('names every field that is wrong', () => {
    const read = readInjection({ ...fields, count: '0', interval: 'soon', icmpId: '70000' }, undefined, undefined);
    expect(Object.keys((read as { problems: object }).problems).sort()).toEqual([
      'count',
      'dst',
      'icmpId',
      'interval',
      'src',
    ]);
    expect(readInjection({ ...fields, count: '1.5' }, source, destination)).toHaveProperty('problems.count');
    expect(readInjection({ ...fields, count: '' }, source, destination)).toHaveProperty('problems.count');
  });

  it('offers interfaces, not hosts, namespaces, ports or the fabric', () => {
    const typed = (Type: string, Host = 'h'): Node => ({ ID: Type, Metadata: { Type }, Host });
    expect(['veth', 'device', 'internal', 'ovsbridge'].every((type) => canInject(typed(type)))).toBe(true);
    expect(['host', 'netns', 'ovsport', 'unheard-of'].some((type) => canInject(typed(type)))).toBe(false);
    expect(canInject(typed('device', 'fabric'))).toBe(false);
  });

  it('recognises the node in a listed injection', () => {
    const topology = new Topology();
    const bare: Node = { ID: 'no-tid', Metadata: {} };
    topology.apply({ type: 'snapshot', nodes: [source, bare], edges: [] });
    expect(nodeOfQuery(topology, nodeQuery(source))?.ID).toBe('s');
    expect(nodeOfQuery(topology, nodeQuery(bare))?.ID).toBe('no-tid');
    expect(nodeOfQuery(topology, "G.V().Has('Name', 'eth0')")).toBeUndefined();
  });
});
