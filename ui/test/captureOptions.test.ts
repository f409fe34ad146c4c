import { describe, expect, it } from 'vitest';
import { noOptions, optionsText, readOptions } from '../src/captures/options';

describe('the options of a capture', () => {
  it('ask for nothing while nothing is filled in', () => {
    expect(readOptions(noOptions)).toEqual({ options: {} });
  });

  it('ask for raw packets, longer ones, TCP, fragments and duplicates by the names of the API', () => {
    expect(
      readOptions({ rawPackets: ' 10 ', headerSize: '1514', tcpMetric: true, defragment: true, deduplicate: true }),
    ).toEqual({
      options: { RawPacketLimit: 10, HeaderSize: 1514, ExtraTCPMetric: true, IPDefrag: true, Deduplicate: true },
    });
  });

  it('say by field what the analyzer would refuse', () => {
    for (const rawPackets of ['0', '101', '2.5', 'ten', '-1']) {
      expect(readOptions({ ...noOptions, rawPackets }), rawPackets).toEqual({
        problems: { rawPackets: 'a whole number from 1 to 100' },
      });
    }
    for (const headerSize of ['13', '65536']) {
      expect(readOptions({ ...noOptions, headerSize }), headerSize).toEqual({
        problems: { headerSize: 'a whole number from 14 to 65535' },
      });
    }
  });

  it('are said in words, those that the analyzer answers with 0 or false are not', () => {
    expect(optionsText({ RawPacketLimit: 0, HeaderSize: 0, ExtraTCPMetric: false, IPDefrag: false })).toBe('');
    expect(optionsText({ RawPacketLimit: 3, ExtraTCPMetric: true })).toBe('keeps 3 packets of each flow, follows TCP');
  });
});
