import { describe, expect, it } from 'vitest';
import type { Flow } from '../src/api';
import { buildFlowRows, endpoint, sameJourney, type FlowTreeOptions } from '../src/flows/flowTree';

const byStart: FlowTreeOptions = { order: 'Start', descending: false };
const flow = (UUID: string, ParentUUID = '', more: Partial<Flow> = {}): Flow => ({ UUID, ParentUUID, ...more });
const shape = (flows: Flow[], options = byStart) =>
  buildFlowRows(flows, options).map((row) => `${'  '.repeat(row.depth)}${row.flow.UUID}`);

describe('the flow tree', () => {
  it('puts inner flows below their tunnel, at any depth and in any order of arrival', () => {
    const flows = [flow('icmp', 'gre2'), flow('gre2', 'gre1'), flow('tcp'), flow('gre1'), flow('arp', 'gre2')];
    expect(shape(flows)).toEqual(['gre1', '  gre2', '    arp', '    icmp', 'tcp']);
  });

  it('shows a flow whose tunnel is not listed at the outermost level and says so', () => {
    const [row] = buildFlowRows([flow('icmp', 'gone')], byStart);
    expect(row).toMatchObject({ depth: 0, orphan: true });
  });

  it('loses no flow when parents form a circle', () => {
    const rows = buildFlowRows([flow('a', 'b'), flow('b', 'a'), flow('c', 'b'), flow('self', 'self')], byStart);
    expect(rows.map((row) => row.flow.UUID).sort()).toEqual(['a', 'b', 'c', 'self']);
  });

  it('keeps the tunnels of a flow that matches, and nothing else', () => {
    const flows = [flow('gre'), flow('icmp', 'gre'), flow('arp', 'gre'), flow('tcp')];
    expect(shape(flows, { ...byStart, matches: ({ UUID }) => UUID === 'icmp' })).toEqual(['gre', '  icmp']);
  });

  it('hides what is inside a collapsed flow but counts it', () => {
    const rows = buildFlowRows([flow('gre'), flow('icmp', 'gre'), flow('arp', 'gre')], {
      ...byStart,
      collapsed: new Set(['gre']),
    });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ inner: 2, collapsed: true });
  });

  it('sorts each level by the chosen column, equal ones by UUID', () => {
    const flows = [
      flow('a', '', { Start: 5 }),
      flow('b', '', { Start: 9 }),
      flow('d', 'a', { Start: 1 }),
      flow('c', 'a', { Start: 1 }),
    ];
    expect(shape(flows, { order: 'Start', descending: true })).toEqual(['b', 'a', '  c', '  d']);
    expect(shape(flows, { order: 'Start', descending: false })).toEqual(['a', '  c', '  d', 'b']);
  });

  it('can put tunnels first, and the newest first among tunnels and among others', () => {
    const flows = [
      flow('old', '', { Start: 1.7e12 }),
      flow('new', '', { Start: 1.9e12 }),
      flow('gre1', '', { Start: 1.5e12 }),
      flow('in1', 'gre1', { Start: 1.9e12 }),
      flow('gre2', '', { Start: 1.6e12 }),
      flow('in2', 'gre2', { Start: 1.6e12 }),
    ];
    expect(shape(flows, { order: 'Tunnels', descending: true })).toEqual([
      'gre2',
      '  in2',
      'gre1',
      '  in1',
      'new',
      'old',
    ]);
  });

  it('takes the newer of two states of one flow', () => {
    const rows = buildFlowRows([flow('a', '', { Last: 1 }), flow('a', '', { Last: 2 })], byStart);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.flow.Last).toBe(2);
  });
});

describe('a journey', () => {
  it('is every flow with the same L3TrackingID', () => {
    const flows = [
      flow('a', '', { L3TrackingID: 'x' }),
      flow('b', 'gre', { L3TrackingID: 'x' }),
      flow('c', '', { L3TrackingID: 'y' }),
    ];
    expect(sameJourney(flows, flows[0]!).map(({ UUID }) => UUID)).toEqual(['a', 'b']);
  });

  it('is the flow alone when it has no L3TrackingID: an empty one joins nothing', () => {
    const flows = [flow('a', '', { L3TrackingID: '' }), flow('b', '', { L3TrackingID: '' })];
    expect(sameJourney(flows, flows[0]!)).toEqual([flows[0]]);
  });
});

describe('an end of a flow', () => {
  it('is the network address with the port, or else the MAC address', () => {
    const link = { A: '02:00:00:00:00:01', B: 'ff:ff:ff:ff:ff:ff' };
    expect(endpoint(flow('t', '', { Link: link, Network: { A: '10.0.0.1' }, Transport: { A: 80 } }), 'A')).toBe(
      '10.0.0.1:80',
    );
    expect(endpoint(flow('t', '', { Network: { A: 'fd00::1' }, Transport: { A: 80 } }), 'A')).toBe('[fd00::1]:80');
    expect(endpoint(flow('arp', '', { Link: link, Network: null }), 'B')).toBe('ff:ff:ff:ff:ff:ff');
  });
});
