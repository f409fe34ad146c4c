import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatBytes,
  formatCount,
  formatEndpoint,
  formatLoss,
  formatRtt,
  formatTime,
  plural,
} from '../src/format';

describe('losses', () => {
  it('are told in one line, with when the first was', () => {
    const at = new Date(2026, 10, 30, 10, 12, 4).getTime();
    const { Since, ...loss } = {
      Node: 'eth1@agent1',
      Capture: 'c',
      What: 'updates',
      Count: 1204,
      Since: at,
      Why: 'its analyzer was too slow',
    };
    expect(formatLoss({ ...loss, Since }, at)).toBe(
      '1,204 updates lost on eth1@agent1 since 10:12:04: its analyzer was too slow',
    );
    expect(formatLoss(loss, at)).toBe('1,204 updates lost on eth1@agent1: its analyzer was too slow');
  });
});

describe('numbers and times', () => {
  it('writes bytes in binary units', () => {
    expect([0, 999, 1024, 1536, 103_424, 5 * 1024 ** 3].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1 KiB',
      '1.5 KiB',
      '101 KiB',
      '5 GiB',
    ]);
    expect(formatBytes(undefined)).toBe('');
  });

  it('groups thousands', () => {
    expect([0, 999, 1000, 1234567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
    expect(formatCount(Number.NaN)).toBe('');
  });

  it('writes round trips from nanoseconds, and nothing for those not measured', () => {
    expect([0, 400, 33_000, 1_250_000, 2e9].map(formatRtt)).toEqual(['', '400 ns', '33 µs', '1.25 ms', '2 s']);
    expect(formatRtt(-1)).toBe('');
  });

  it('leaves the date out of today’s times only', () => {
    const noon = new Date(2026, 2, 4, 12, 0, 5).getTime();
    expect(formatTime(noon, noon)).toBe('12:00:05');
    expect(formatTime(noon, noon + 86_400_000)).toBe('2026-03-04 12:00:05');
    expect(formatTime(0)).toBe('');
  });

  it('never shows a negative age', () => {
    expect([5000, -300, -12_000, -61_000, -7_200_000].map((at) => formatAge(1e12 + at, 1e12))).toEqual([
      'now',
      'now',
      '12 s ago',
      '1 min ago',
      '2 h ago',
    ]);
  });

  it('brackets IPv6 addresses before a port', () => {
    expect(formatEndpoint('10.0.0.1', 80)).toBe('10.0.0.1:80');
    expect(formatEndpoint('fd00::1', 80)).toBe('[fd00::1]:80');
    expect(formatEndpoint('10.0.0.1', undefined)).toBe('10.0.0.1');
    expect(formatEndpoint(undefined, 80)).toBe(':80');
  });

  it('counts one in the singular', () => {
    expect([0, 1, 2].map((count) => plural(count, 'match', 'matches'))).toEqual(['0 matches', '1 match', '2 matches']);
  });
});
