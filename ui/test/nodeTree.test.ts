import { describe, expect, it } from 'vitest';
import type { Node } from '../src/api';
import { graph } from '../dev/tutorial.mjs';
import { buildNodeTree, listNodeRows, pathTo } from '../src/nodes/nodeTree';

const world = graph();
const tree = buildNodeTree(world.nodes, world.edges);
const all = listNodeRows(tree, () => true);
const id = (name: string, type: string, host: string) =>
  world.nodes.find((node: Node) => node.Metadata.Name === name && node.Metadata.Type === type && node.Host === host)!
    .ID;

describe('the list of nodes', () => {
  it('starts with the fabric, then the hosts by name', () => {
    expect(listNodeRows(tree, () => false).map((row) => row.name)).toEqual(['Fabric', 'agent1', 'agent2', 'analyzer']);
  });

  it('shows every node exactly once', () => {
    const nodes = all.filter((row) => row.node).map((row) => row.id);
    expect(nodes.sort()).toEqual(world.nodes.map((node: Node) => node.ID).sort());
  });

  it('indents what a namespace owns below it, and that below its host', () => {
    const depth = (wanted: string) => all.find((row) => row.id === wanted)?.depth;
    expect(depth(id('agent1', 'host', 'agent1'))).toBe(0);
    expect(depth(id('ns1', 'netns', 'agent1'))).toBe(1);
    expect(depth(id('eth0', 'veth', 'agent1'))).toBe(2);
    expect(pathTo(tree, id('eth0', 'veth', 'agent1'))).toEqual([
      id('agent1', 'host', 'agent1'),
      id('ns1', 'netns', 'agent1'),
    ]);
  });

  it('tells a switch from its ports', () => {
    const roles = all.filter((row) => row.node?.Host === 'fabric').map((row) => [row.name, row.role, row.depth]);
    expect(roles).toEqual([
      ['tor1', 'switch', 1],
      ['port1', 'switchport', 2],
      ['port2', 'switchport', 2],
    ]);
  });

  it('narrows to what was searched, with what leads there unfolded', () => {
    const only = new Set([id('eth0', 'veth', 'agent2')]);
    expect(listNodeRows(tree, () => false, only).map((row) => row.name)).toEqual(['agent2', 'ns2', 'eth0']);
  });

  it('counts names as people do', () => {
    const nodes = ['eth10', 'eth2', 'eth1'].map((Name): Node => ({
      ID: Name,
      Host: 'h',
      Metadata: { Name, Type: 'device' },
    }));
    const [group] = buildNodeTree(nodes, []);
    expect(group?.children.map((child) => child.name)).toEqual(['eth1', 'eth2', 'eth10']);
  });

  it('shows every node of any graph once', () => {
    const types = ['host', 'netns', 'ovsbridge', 'ovsport', 'veth'];
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let round = 0; round < 300; round++) {
      const nodes = Array.from({ length: 1 + random(15) }, (_, index): Node => ({
        ID: `n${index}`,
        Host: ['h1', 'h2', 'fabric', ''][random(4)]!,
        Metadata: { Name: `n${random(5)}`, Type: types[random(types.length)]! },
      }));
      const edges = Array.from({ length: random(30) }, (_, index) => ({
        ID: `e${index}`,
        Parent: `n${random(nodes.length)}`,
        Child: `n${random(nodes.length)}`,
        Metadata: { RelationType: 'ownership' },
      }));
      const rows = listNodeRows(buildNodeTree(nodes, edges), () => true).filter((row) => row.node);
      expect(rows.map((row) => row.id).sort(), `round ${round}`).toEqual(nodes.map(({ ID }) => ID).sort());
    }
  });

  it('survives owners in a circle', () => {
    const nodes = ['a', 'b'].map((ID): Node => ({ ID, Host: 'h', Metadata: { Name: ID, Type: 'netns' } }));
    const own = (Parent: string, Child: string) => ({
      ID: Parent + Child,
      Parent,
      Child,
      Metadata: { RelationType: 'ownership' },
    });
    const rows = listNodeRows(buildNodeTree(nodes, [own('a', 'b'), own('b', 'a')]), () => true);
    expect(rows.filter((row) => row.node)).toHaveLength(2);
  });
});
