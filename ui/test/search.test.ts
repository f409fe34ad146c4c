import { describe, expect, it } from 'vitest';
import type { Node } from '../src/api';
import { matchesNode, parseSearch, readAnswer } from '../src/search/search';

const eth0: Node = {
  ID: 'n1',
  Host: 'agent1',
  Metadata: { Name: 'eth0', Type: 'veth', MAC: '02:AB:00:00:00:01', IPV4: ['10.0.0.1/24'], MTU: 1500 },
};
const finds = (text: string) => {
  const search = parseSearch(text);
  return search.kind === 'text' && matchesNode(eth0, search.terms);
};

describe('the search box', () => {
  it('takes what starts with G. for Gremlin and anything else for words', () => {
    expect(parseSearch("  g.V().Has('Name', 'eth0') ")).toEqual({
      kind: 'gremlin',
      expression: "G.V().Has('Name', 'eth0')",
    });
    expect(parseSearch('gre agent1')).toEqual({ kind: 'text', terms: ['gre', 'agent1'] });
    expect(parseSearch('   ')).toEqual({ kind: 'none' });
  });

  it('wants every word, in names, addresses and hosts, in any case', () => {
    expect(finds('ETH0 agent1')).toBe(true);
    expect(finds('02:ab 10.0.0.1')).toBe(true);
    expect(finds('eth0 agent2')).toBe(false);
  });

  it('compares a named key as a whole', () => {
    expect(finds('type=veth')).toBe(true);
    expect(finds('Type=vet')).toBe(false);
    expect(finds('mtu=1500')).toBe(true);
    expect(finds('ipv4=10.0.0')).toBe(true);
    expect(finds('host=agent1')).toBe(true);
    expect(finds('nosuchkey=1')).toBe(false);
  });
});

describe('a Gremlin answer', () => {
  const edge = { ID: 'e1', Parent: 'n1', Child: 'n2', Metadata: { RelationType: 'layer2' } };

  it('is sorted out into nodes, edges and flows, through the arrays of paths', () => {
    const answer = readAnswer([[eth0, { ...eth0, ID: 'n2' }], edge, { UUID: 'f1', NodeTID: 't' }]);
    expect([...answer.nodes]).toEqual(['n1', 'n2']);
    expect(answer.paths).toEqual([['n1', 'n2']]);
    expect([...answer.edges]).toEqual(['e1']);
    expect(answer.flows.map((flow) => flow.UUID)).toEqual(['f1']);
    expect(answer.value).toBeUndefined();
  });

  it('of nodes alone is no path', () => {
    expect(readAnswer([eth0, { ...eth0, ID: 'n2' }]).paths).toEqual([]);
  });

  it('may be a number, names, or nothing', () => {
    expect(readAnswer(7).value).toBe(7);
    expect(readAnswer(0).value).toBe(0);
    expect(readAnswer(['eth0', 'eth1']).value).toEqual(['eth0', 'eth1']);
    expect(readAnswer(null)).toMatchObject({ flows: [], value: undefined });
  });
});
