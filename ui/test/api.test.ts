import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError, getCaptures, getFlows, getRawPackets, query, readError, requestTimeout } from '../src/api';

const answer = (status: number, body: string) =>
  vi.stubGlobal(
    'fetch',
    vi.fn(async () => new Response(body, { status, statusText: 'Bad Request' })),
  );

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('errors of the analyzer', () => {
  it('are shown in its words, with the place', async () => {
    answer(400, '{"error":{"code":"gremlin","message":"unknown step Foo","where":"column 7"}}');
    await expect(query('G.V().Foo()')).rejects.toMatchObject({
      message: 'unknown step Foo (column 7)',
      status: 400,
      code: 'gremlin',
    });
  });

  it('are told by their status when the body says nothing', () => {
    expect(readError(502, 'Bad Gateway', '<html>').message).toBe('The analyzer answered 502 Bad Gateway');
    expect(readError(500, '', '{"error":null}').message).toBe('The analyzer answered 500');
    expect(readError(500, '', 'null').status).toBe(500);
  });

  it('say so when it can’t be reached', async () => {
    vi.stubGlobal(
      'fetch',
      vi.fn(async () => Promise.reject(new TypeError('Failed to fetch'))),
    );
    const error = await query('G.V()').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 0, message: "The analyzer can't be reached: Failed to fetch" });
  });

  it('say so when it takes the request and never answers, or stops in its answer', async () => {
    vi.useFakeTimers();
    const untilAborted = (signal: AbortSignal | null | undefined): Promise<never> =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
    for (const fetched of [
      (_: string, init?: RequestInit) => untilAborted(init?.signal),
      async (_: string, init?: RequestInit) => ({ ok: true, text: () => untilAborted(init?.signal) }),
    ]) {
      vi.stubGlobal('fetch', fetched);
      const asked = query('G.V()').catch((reason: unknown) => reason);
      await vi.advanceTimersByTimeAsync(requestTimeout);
      const error = await Promise.race([asked, Promise.resolve('still waiting')]);
      expect(error).toMatchObject({ status: 0, code: 'timeout' });
    }
  });

  it('leave no timer behind once they are answered', async () => {
    vi.useFakeTimers();
    answer(200, '[]');
    await query('G.V()');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('say so when an answer isn’t JSON', async () => {
    answer(200, '<html>');
    await expect(query('G.V()')).rejects.toThrow("isn't JSON");
  });
});

describe('answers', () => {
  it('list captures from an object keyed by UUID or an array', async () => {
    answer(200, '{"u1":{"GremlinQuery":"G.V()"}}');
    expect(await getCaptures()).toEqual([{ UUID: 'u1', GremlinQuery: 'G.V()' }]);
    answer(200, '[{"UUID":"u2","GremlinQuery":"G.V()"}]');
    expect((await getCaptures()).map(({ UUID }) => UUID)).toEqual(['u2']);
    answer(200, 'null');
    expect(await getCaptures()).toEqual([]);
  });

  it('ask for the newest flows, not for the oldest', async () => {
    answer(200, '[]');
    await getFlows(10);
    const body = JSON.parse(String(vi.mocked(fetch).mock.calls[0]?.[1]?.body)) as unknown;
    expect(body).toEqual({ GremlinQuery: "G.Flows().Sort(DESC, 'Last').Limit(10)" });
  });

  it('give the packets of one flow as the bytes of a capture file', async () => {
    const bytes = Uint8Array.of(0xd4, 0xc3, 0xb2, 0xa1, 0, 255);
    vi.stubGlobal(
      'fetch',
      vi.fn(async () => new Response(bytes)),
    );
    const file = await getRawPackets({ UUID: "f'1" });
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(bytes);
    const [path, init] = vi.mocked(fetch).mock.calls[0] ?? [];
    expect(path).toBe('/api/topology');
    expect(init?.headers).toMatchObject({ Accept: 'application/vnd.tcpdump.pcap' });
    expect(JSON.parse(String(init?.body))).toEqual({ GremlinQuery: "G.Flows().Has('UUID', 'f\\'1').RawPackets()" });
  });

  it('say why there are no packets', async () => {
    answer(404, '{"error":{"code":"not-found","message":"no raw packets are kept of these flows"}}');
    await expect(getRawPackets({ UUID: 'f1' })).rejects.toThrow('no raw packets are kept of these flows');
  });
});
