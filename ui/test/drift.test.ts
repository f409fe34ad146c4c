import { describe, expect, it } from 'vitest';
import type { Edge, Node, Status } from '../src/api';
import { difference, Drift } from '../src/state/drift';
import { Topology } from '../src/state/topology';

const host = (name: string): Node => ({ ID: `host-${name}`, Host: name, Metadata: { Name: name, Type: 'host' } });
const nic = (name: string): Node => ({ ID: `eth0-${name}`, Host: name, Metadata: { Name: 'eth0', Type: 'device' } });
const owns = (name: string): Edge => ({
  ID: `owns-${name}`,
  Parent: `host-${name}`,
  Child: `eth0-${name}`,
  Metadata: { RelationType: 'ownership' },
});
const graph = (nodes: Node[], edges: Edge[]) => {
  const topology = new Topology();
  topology.apply({ type: 'snapshot', nodes, edges });
  return topology;
};
const status = (nodes: number, edges: number, agents: Status['Agents']): Status => ({
  Agents: agents,
  Nodes: nodes,
  Edges: edges,
  Flows: 0,
  Captures: 0,
  Cluster: { Self: '', Members: [] },
});
const connected = { State: 'connected' as const };

describe('the page’s graph beside the analyzer’s', () => {
  it('is the same when nodes, links and hosts are', () => {
    const topology = graph([host('a'), nic('a')], [owns('a')]);
    expect(difference(status(2, 1, { a: connected, b: { State: 'lost' } }), topology)).toBeUndefined();
  });

  it('lacks the host of an agent that is connected, whatever the counts say', () => {
    const topology = graph([nic('a'), host('b')], []);
    expect(difference(status(2, 0, { a: connected, b: connected }), topology)).toBe('it lacks a');
  });

  it('differs in the number of nodes, or of links that show', () => {
    expect(difference(status(3, 0, {}), graph([host('a')], []))).toBe('it has 1 of 3 nodes');
    expect(difference(status(1, 1, {}), graph([host('a')], [owns('a')]))).toBe('it has 0 of 1 links');
  });
});

describe('a map that no longer follows', () => {
  const answers = (...differences: (string | undefined)[]) => {
    const drift = new Drift();
    return { drift, due: differences.map((one, index) => drift.take(one, index * 4000)) };
  };

  it('is believed after the same difference three times, and gets a new snapshot', () => {
    const { drift, due } = answers('it lacks a', 'it lacks a', 'it lacks a');
    expect(due).toEqual([false, false, true]);
    expect(drift.certain).toBe('it lacks a');
  });

  it('isn’t believed while what differs is on its way', () => {
    const { drift, due } = answers(
      'it has 1 of 2 nodes',
      undefined,
      'it has 1 of 2 nodes',
      'it has 2 of 3 nodes',
      undefined,
    );
    expect(due).not.toContain(true);
    expect(drift.certain).toBeUndefined();
  });

  it('gets a new snapshot once a minute when that doesn’t help, and is said to be wrong all the time', () => {
    const drift = new Drift();
    let snapshots = 0;
    for (let at = 0; at < 120_000; at += 4000) if (drift.take('it lacks a', at)) snapshots++;
    expect(snapshots).toBe(2);
    expect(drift.certain).toBe('it lacks a');
    drift.take(undefined, 120_000);
    expect(drift.certain).toBeUndefined();
  });
});
