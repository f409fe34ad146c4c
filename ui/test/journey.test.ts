import { describe, expect, it } from 'vitest';
import type { Node } from '../src/api';
import { graph } from '../dev/tutorial.mjs';
import { findJourney } from '../src/flows/journey';
import { findTunnels } from '../src/map/tunnels';
import { Topology } from '../src/state/topology';

const world = graph();
const topology = new Topology();
topology.apply({ type: 'snapshot', nodes: world.nodes, edges: world.edges });
const id = (name: string, type: string, host: string) =>
  world.nodes.find((node: Node) => node.Metadata.Name === name && node.Metadata.Type === type && node.Host === host)!
    .ID;

describe('tunnels', () => {
  const end = (ID: string, Host: string, metadata: Node['Metadata']): Node => ({
    ID,
    Host,
    Metadata: { Type: 'vxlan', ...metadata },
  });

  it('join the ports that name each other, and know what carries them', () => {
    expect(findTunnels(world.nodes)).toEqual([
      expect.objectContaining({ type: 'gre', key: '', underA: expect.any(String), underB: expect.any(String) }),
    ]);
    const [tunnel] = findTunnels(world.nodes);
    expect([tunnel!.a, tunnel!.b].sort()).toEqual([id('gre', 'gre', 'agent1'), id('gre', 'gre', 'agent2')].sort());
  });

  it('are found by the addresses of their hosts when the ports have no local address', () => {
    const nodes: Node[] = [
      end('a', 'h1', { RemoteIP: '10.0.0.2' }),
      end('b', 'h2', { Ovs: { Options: { remote_ip: '10.0.0.1' } } }),
      { ID: 'nic1', Host: 'h1', Metadata: { Type: 'device', IPV4: ['10.0.0.1/24'] } },
      { ID: 'nic2', Host: 'h2', Metadata: { Type: 'device', IPV4: ['10.0.0.2/24'] } },
    ];
    expect(findTunnels(nodes)).toEqual([{ a: 'a', b: 'b', type: 'vxlan', key: '', underA: 'nic1', underB: 'nic2' }]);
  });

  it('need the same kind and key at both ends, and ends that lead to each other', () => {
    const here = { LocalIP: '10.0.0.1', RemoteIP: '10.0.0.2' };
    const there = { LocalIP: '10.0.0.2', RemoteIP: '10.0.0.1' };
    expect(findTunnels([end('a', 'h1', { ...here, Key: '7' }), end('b', 'h2', { ...there, Key: '8' })])).toEqual([]);
    expect(findTunnels([end('a', 'h1', here), end('b', 'h2', { ...there, Type: 'geneve' })])).toEqual([]);
    expect(findTunnels([end('a', 'h1', here), end('b', 'h2', { ...there, RemoteIP: '10.0.0.9' })])).toEqual([]);
  });
});

describe('a flow’s way', () => {
  const tunnels = findTunnels(world.nodes);
  const bridges = [id('br0', 'ovsbridge', 'agent1'), id('br0', 'ovsbridge', 'agent2')];

  it('leads from bridge to bridge over the underlay and the fabric', () => {
    const journey = findJourney(topology, tunnels, bridges);
    for (const via of [
      id('eth1', 'device', 'agent1'),
      id('tor1', 'device', 'fabric'),
      id('eth1', 'device', 'agent2'),
    ]) {
      expect(journey.nodes.has(via)).toBe(true);
    }
    expect(journey.nodes.has(id('analyzer', 'host', 'analyzer'))).toBe(false);
    expect([...journey.tunnels]).toEqual([0]);
    expect(journey.dives).toHaveLength(2);
  });

  it('takes the tunnel itself where the underlay isn’t known', () => {
    const bare = new Topology();
    bare.apply({ type: 'snapshot', nodes: world.nodes, edges: world.edges.filter((edge) => edge.Host !== 'fabric') });
    const journey = findJourney(bare, tunnels, bridges);
    expect([...journey.tunnels]).toEqual([0]);
    expect(journey.nodes.has(id('eth1', 'device', 'agent1'))).toBe(false);
  });

  it('keeps points that nothing leads to, and joins the others', () => {
    const lonely = id('eth0', 'device', 'analyzer');
    const journey = findJourney(topology, tunnels, [lonely, ...bridges]);
    expect(journey.nodes.has(lonely)).toBe(true);
    expect(journey.edges.size).toBeGreaterThan(0);
  });

  it('of one point is this point, and of none nothing', () => {
    expect(findJourney(topology, tunnels, [bridges[0]!, bridges[0]!]).nodes.size).toBe(1);
    expect(findJourney(topology, tunnels, []).nodes.size).toBe(0);
  });
});
