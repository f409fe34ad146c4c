import { describe, expect, it } from 'vitest';
import type { Node } from '../src/api';
import { graph } from '../dev/tutorial.mjs';
import { scaleGraph } from '../dev/scale.mjs';
import { isFabric } from '../src/map/fabric';
import type { Group } from '../src/map/blocks';
import type { LayoutInput } from '../src/map/items';
import { layout, type LayoutResult } from '../src/map/layout';

const inputOf = ({ nodes, edges }: Pick<ReturnType<typeof graph>, 'nodes' | 'edges'>): LayoutInput => ({
  aspect: 1.6,
  nodes: nodes.map((node: Node) => ({
    id: node.ID,
    name: node.Metadata.Name ?? '',
    type: node.Metadata.Type ?? '',
    host: node.Host ?? '',
    fabric: isFabric(node),
  })),
  edges: edges.map((edge) => ({ parent: edge.Parent, child: edge.Child, relation: edge.Metadata.RelationType ?? '' })),
});
const placeOf = (result: LayoutResult, id: string) => {
  const at = result.ids.indexOf(id);
  return { x: result.positions[2 * at]!, y: result.positions[2 * at + 1]! };
};
const contains = (group: Group, { x, y }: { x: number; y: number }) =>
  x >= group.x && x <= group.x + group.width && y >= group.y && y <= group.y + group.height;
const node = (id: string, type: string, host = 'h') => ({ id, name: id, type, host, fabric: host === 'fabric' });

describe('the layout of the tutorial', () => {
  const world = graph();
  const result = layout(inputOf(world));
  const group = (id: string) => result.groups.find((each) => each.id === id)!;
  const find = (name: string, type: string, host: string) =>
    world.nodes.find((each: Node) => each.Metadata.Name === name && each.Metadata.Type === type && each.Host === host)!;

  it('places every node exactly once, inside the picture', () => {
    expect([...result.ids].sort()).toEqual(world.nodes.map((each: Node) => each.ID).sort());
    for (const id of result.ids) {
      const { x, y } = placeOf(result, id);
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(result.width);
      expect(y).toBeLessThanOrEqual(result.height);
    }
  });

  it('keeps what belongs to a host in its box, and nothing else', () => {
    for (const host of ['analyzer', 'agent1', 'agent2']) {
      const box = group(find(host, 'host', host).ID);
      for (const each of world.nodes as Node[])
        expect(contains(box, placeOf(result, each.ID))).toBe(each.Host === host);
    }
  });

  it('draws a namespace as a box in its host, with its interfaces inside', () => {
    const box = group(find('ns1', 'netns', 'agent1').ID);
    expect(contains(box, placeOf(result, find('eth0', 'veth', 'agent1').ID))).toBe(true);
    expect(contains(box, placeOf(result, find('vm1-eth0', 'veth', 'agent1').ID))).toBe(false);
    expect(contains(group(find('agent1', 'host', 'agent1').ID), { x: box.x, y: box.y })).toBe(true);
  });

  it('stands bridges above their ports, and these above the interfaces behind', () => {
    const bridge = placeOf(result, find('br0', 'ovsbridge', 'agent1').ID);
    const port = placeOf(result, find('gre', 'ovsport', 'agent1').ID);
    const tunnel = placeOf(result, find('gre', 'gre', 'agent1').ID);
    expect(bridge.y).toBeLessThan(port.y);
    expect(port.y).toBeLessThan(tunnel.y);
    expect(port.x).toBe(tunnel.x);
  });

  it('puts the fabric on top, its ports in the order of the hosts they lead to', () => {
    const [one, two] = ['port1', 'port2'].map((name) => placeOf(result, find(name, 'device', 'fabric').ID));
    expect(one!.x).toBeLessThan(two!.x);
    for (const each of world.nodes as Node[]) {
      if (each.Host !== 'fabric') expect(placeOf(result, each.ID).y).toBeGreaterThan(one!.y);
    }
  });

  it('leaves boxes on one level apart', () => {
    const hosts = result.groups.filter(({ depth }) => depth === 0);
    for (const a of hosts) {
      for (const b of hosts) {
        if (a === b) continue;
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        expect(apart, `${a.label} and ${b.label}`).toBe(true);
      }
    }
  });

  it('is the same each time, whatever the order of nodes and edges', () => {
    const again = layout(inputOf({ nodes: [...world.nodes].reverse(), edges: [...world.edges].reverse() }));
    for (const id of result.ids) expect(placeOf(again, id)).toEqual(placeOf(result, id));
  });
});

describe('the layout', () => {
  it('of nothing is nothing', () => {
    expect(layout({ nodes: [], edges: [], aspect: 1 })).toMatchObject({ ids: [], groups: [], width: 0, height: 0 });
  });

  it('groups nodes of a host that has no node of its own', () => {
    const result = layout({ aspect: 1, edges: [], nodes: [node('a', 'veth', 'h1'), node('b', 'veth', 'h2')] });
    expect(result.groups.map(({ label }) => label)).toEqual(['h1', 'h2']);
  });

  it('still places every node when ownership forms a circle or names itself', () => {
    const nodes = [node('a', 'netns'), node('b', 'netns'), node('c', 'veth')];
    const own = (parent: string, child: string) => ({ parent, child, relation: 'ownership' });
    const result = layout({ aspect: 1, nodes, edges: [own('a', 'b'), own('b', 'a'), own('c', 'c'), own('b', 'c')] });
    expect([...result.ids].sort()).toEqual(['a', 'b', 'c']);
  });

  it('puts a Linux bridge’s members below it and its physical member above', () => {
    const nodes = [
      node('h', 'host'),
      node('br', 'bridge'),
      node('eth0', 'device'),
      node('v1', 'veth'),
      node('v2', 'veth'),
    ];
    const edges = [
      ...['br', 'eth0', 'v1', 'v2'].map((child) => ({ parent: 'h', child, relation: 'ownership' })),
      ...['eth0', 'v1', 'v2'].map((child) => ({ parent: 'br', child, relation: 'layer2' })),
    ];
    const result = layout({ aspect: 1, nodes, edges });
    expect(placeOf(result, 'eth0').y).toBeLessThan(placeOf(result, 'br').y);
    expect(placeOf(result, 'v1').y).toBeGreaterThan(placeOf(result, 'br').y);
  });

  it('tells switches from ports by their links, in a fabric of several levels', () => {
    const nodes = ['spine', 'tor1', 'tor2', 'p1', 'p2'].map((id) => node(id, 'device', 'fabric'));
    const to = (parent: string, child: string, relation = 'ownership') => ({ parent, child, relation });
    const result = layout({
      aspect: 1,
      nodes,
      edges: [to('spine', 'tor1'), to('spine', 'tor2', 'layer2'), to('tor1', 'p1'), to('tor2', 'p2', 'layer2')],
    });
    expect([...result.ids].sort()).toEqual(['p1', 'p2', 'spine', 'tor1', 'tor2']);
    expect(placeOf(result, 'p1')).toMatchObject({ x: placeOf(result, 'tor1').x });
    expect(placeOf(result, 'p1').y).toBeGreaterThan(placeOf(result, 'tor1').y);
    expect(placeOf(result, 'p2').y).toBeGreaterThan(placeOf(result, 'tor2').y);
  });

  it('places every node of any graph once, inside the picture and inside its owner’s box', () => {
    const types = [
      'host',
      'netns',
      'ovsbridge',
      'bridge',
      'ovsport',
      'veth',
      'device',
      'internal',
      'gre',
      'unheard-of',
    ];
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let round = 0; round < 300; round++) {
      const nodes = Array.from({ length: 1 + random(25) }, (_, index) =>
        node(`n${index}`, types[random(types.length)]!, ['h1', 'h2', 'fabric', ''][random(4)]),
      );
      const edges = Array.from({ length: random(50) }, () => ({
        parent: `n${random(nodes.length)}`,
        child: `n${random(nodes.length)}`,
        relation: random(2) === 0 ? 'ownership' : 'layer2',
      }));
      const result = layout({ aspect: 1.6, nodes, edges });
      expect([...result.ids].sort(), `round ${round}`).toEqual(nodes.map(({ id }) => id).sort());
      const picture = {
        id: '',
        kind: 'host',
        label: '',
        depth: 0,
        x: 0,
        y: 0,
        width: result.width,
        height: result.height,
      } as const;
      for (const id of result.ids) expect(contains(picture, placeOf(result, id)), `round ${round}, ${id}`).toBe(true);
      for (const box of result.groups) {
        if (!box.id.startsWith('group:'))
          expect(contains(box, placeOf(result, box.id)), `round ${round}, box ${box.id}`).toBe(true);
      }
    }
  });

  it('places 20,000 nodes, each once', () => {
    const world = scaleGraph();
    const result = layout(inputOf(world as unknown as ReturnType<typeof graph>));
    expect(new Set(result.ids).size).toBe(world.nodes.length);
    expect(result.width / result.height).toBeGreaterThan(0.5);
    expect(result.width / result.height).toBeLessThan(5);
  });
});
