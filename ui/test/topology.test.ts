import { describe, expect, it } from 'vitest';
import type { Change, Edge, Node } from '../src/api';
import { metadataAt, nodeAtHost, nodeQuery, Topology } from '../src/state/topology';

const node = (ID: string, metadata: Node['Metadata'] = { Name: ID, Type: 'device' }, Host = 'h1'): Node => ({
  ID,
  Metadata: metadata,
  Host,
});
const edge = (ID: string, Parent: string, Child: string, RelationType = 'layer2'): Edge => ({
  ID,
  Parent,
  Child,
  Metadata: { RelationType },
});
const graph = (nodes: Node[], edges: Edge[] = []) => {
  const topology = new Topology();
  topology.apply({ type: 'snapshot', nodes, edges });
  return topology;
};
const change = (topology: Topology, ...changes: Change[]) => topology.apply({ type: 'changes', changes });

describe('the page’s graph', () => {
  it('is what the newest snapshot says, whatever was there before', () => {
    const topology = graph([node('a'), node('b')], [edge('e', 'a', 'b')]);
    const applied = topology.apply({ type: 'snapshot', nodes: [node('c')], edges: [] });
    expect([...topology.nodes.keys()]).toEqual(['c']);
    expect(topology.links()).toEqual([]);
    expect([...applied.nodes].sort()).toEqual(['a', 'b', 'c']);
  });

  it('lets a node’s edges leave with it', () => {
    const topology = graph([node('a'), node('b'), node('c')], [edge('ab', 'a', 'b'), edge('bc', 'b', 'c')]);
    change(topology, { op: 'nodeDeleted', id: 'b' });
    expect(topology.edges.size).toBe(0);
    expect(topology.edgesOf('a')).toEqual([]);
  });

  it('keeps an edge that comes before its ends, and shows it once they are there', () => {
    const topology = graph([node('a')]);
    change(topology, { op: 'edge', edge: edge('ab', 'a', 'b') });
    expect(topology.links()).toEqual([]);
    change(topology, { op: 'node', node: node('b') });
    expect(topology.links().map(({ ID }) => ID)).toEqual(['ab']);
    expect(topology.edgesOf('b').map(({ ID }) => ID)).toEqual(['ab']);
  });

  it('ignores deletions of what it does not know', () => {
    const topology = graph([node('a')]);
    expect(change(topology, { op: 'nodeDeleted', id: 'x' }, { op: 'edgeDeleted', id: 'y' }).structure).toBe(false);
  });

  it('moves an edge that changes its ends', () => {
    const topology = graph([node('a'), node('b'), node('c')], [edge('e', 'a', 'b')]);
    expect(change(topology, { op: 'edge', edge: edge('e', 'a', 'c') }).structure).toBe(true);
    expect(topology.edgesOf('b')).toEqual([]);
    expect(topology.edgesOf('c')).toHaveLength(1);
  });

  it('tells counters from structure: only what moves the picture asks for a new layout', () => {
    const topology = graph([node('a', { Name: 'a', Type: 'device', IPV4: ['10.0.0.1/24'] })]);
    const counted = change(topology, {
      op: 'node',
      node: node('a', { Name: 'a', Type: 'device', IPV4: ['10.0.0.1/24'], Metric: { RxPackets: 2 } }),
    });
    expect(counted).toMatchObject({ structure: false, addresses: false });
    expect([...counted.nodes]).toEqual(['a']);
    expect(
      change(topology, { op: 'node', node: node('a', { Name: 'a', Type: 'device', IPV4: ['10.0.0.2/24'] }) }),
    ).toMatchObject({ structure: false, addresses: true });
    expect(change(topology, { op: 'node', node: node('a', { Name: 'renamed', Type: 'device' }) }).structure).toBe(true);
  });

  it('changes fields of a node, and forgets those that went', () => {
    const topology = graph([node('a', { Name: 'a', Type: 'device', State: 'UP', MTU: 1500, IPV4: ['10.0.0.1/24'] })]);
    const fields = { op: 'nodeChanged', id: 'a', gone: ['State'], UpdatedAt: 7, Revision: 2 } as const;
    const before = topology.nodes.get('a');
    const counted = change(topology, { ...fields, gone: ['State'], set: { MTU: 1400 } });
    expect(counted).toMatchObject({ structure: false, addresses: false });
    expect([...counted.nodes]).toEqual(['a']);
    expect(topology.nodes.get('a')).toEqual({
      ...before,
      UpdatedAt: 7,
      Revision: 2,
      Metadata: { Name: 'a', Type: 'device', MTU: 1400, IPV4: ['10.0.0.1/24'] },
    });
    expect(before?.Metadata.MTU).toBe(1500);
    expect(change(topology, { ...fields, gone: ['IPV4'], set: {} })).toMatchObject({
      structure: false,
      addresses: true,
    });
    expect(change(topology, { ...fields, gone: [], set: { Name: 'b', TID: 't2' } }).structure).toBe(true);
    expect(topology.byTid('t2')?.ID).toBe('a');
    expect(change(topology, { ...fields, gone: [], id: 'x', set: { Name: 'x' } })).toMatchObject({ structure: false });
    expect(topology.nodes.size).toBe(1);
  });

  it('finds capture points by TID, also after a TID moved to another node', () => {
    const topology = graph([node('a', { Name: 'a', TID: 't1' })]);
    change(topology, { op: 'node', node: node('b', { Name: 'b', TID: 't1' }) }, { op: 'nodeDeleted', id: 'a' });
    expect(topology.byTid('t1')?.ID).toBe('b');
    change(topology, { op: 'nodeDeleted', id: 'b' });
    expect(topology.byTid('t1')).toBeUndefined();
    expect(topology.byTid(undefined)).toBeUndefined();
  });

  it('has a host back with its links, whether it left and came in one message or in several', () => {
    const host = node('h', { Name: 'h1', Type: 'host' });
    const leave: Change[] = [
      { op: 'edgeDeleted', id: 'owns' },
      { op: 'nodeDeleted', id: 'h' },
      { op: 'nodeDeleted', id: 'eth-old' },
    ];
    const comeBack: Change[] = [
      { op: 'node', node: node('eth-new', { Name: 'eth1', Type: 'device', TID: 't1' }) },
      { op: 'node', node: host },
      { op: 'edge', edge: edge('owns', 'h', 'eth-new', 'ownership') },
      { op: 'edge', edge: edge('cable', 'port', 'eth-new') },
    ];
    const old = node('eth-old', { Name: 'eth1', Type: 'device', TID: 't1' });
    const port = node('port', { Name: 'port1', Type: 'device' }, 'fabric');
    for (const messages of [
      [leave, comeBack],
      [[...leave, ...comeBack]],
      [...leave, ...comeBack].map((one) => [one]),
    ]) {
      const topology = graph(
        [host, old, port],
        [edge('owns', 'h', 'eth-old', 'ownership'), edge('cable', 'port', 'eth-old')],
      );
      for (const changes of messages) change(topology, ...changes);
      expect([...topology.nodes.keys()].sort()).toEqual(['eth-new', 'h', 'port']);
      expect(
        topology
          .links()
          .map(({ ID }) => ID)
          .sort(),
      ).toEqual(['cable', 'owns']);
      expect(topology.byTid('t1')?.ID).toBe('eth-new');
    }
  });

  it('ignores messages of kinds it does not know', () => {
    const topology = graph([node('a')]);
    expect(topology.apply({ type: 'alive' }).structure).toBe(false);
    expect(topology.nodes.size).toBe(1);
  });
});

describe('a node', () => {
  it('is selected by its TID if it has one, by its id otherwise, with quotes escaped', () => {
    expect(nodeQuery(node('id', { TID: 'abc' }))).toBe("G.V().Has('TID', 'abc')");
    expect(nodeQuery(node("it's", {}))).toBe("G.V('it\\'s')");
  });

  it('is named with its host, unless it is one', () => {
    expect(nodeAtHost(node('x', { Name: 'eth1', Type: 'veth' }))).toBe('eth1@h1');
    expect(nodeAtHost(node('x', { Name: 'h1', Type: 'host' }))).toBe('h1');
    expect(nodeAtHost(node('x', {}, ''))).toBe('x');
  });

  it('has metadata at dotted paths, nested or flat', () => {
    expect(metadataAt({ Ovs: { Options: { remote_ip: '1.2.3.4' } } }, 'Ovs.Options.remote_ip')).toBe('1.2.3.4');
    expect(metadataAt({ 'Ovs.Options.remote_ip': '1.2.3.4' }, 'Ovs.Options.remote_ip')).toBe('1.2.3.4');
    expect(metadataAt({ Ovs: 'text' }, 'Ovs.Options.remote_ip')).toBeUndefined();
  });
});
