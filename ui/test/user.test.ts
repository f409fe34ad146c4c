import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { getStatus } from '../src/api';
import { findUser, login, loginError, loginNeeded, user } from '../src/state/user';

const answer = (status: number, body: unknown) =>
  vi.stubGlobal(
    'fetch',
    vi.fn(async () => new Response(JSON.stringify(body), { status })),
  );

const refusal = { error: { code: 'login', message: 'log in first', where: '' } };
const vera = { Name: 'vera', Role: 'viewer', RawPackets: false, Asked: true };

beforeEach(() => {
  user.value = undefined;
  loginNeeded.value = false;
});

afterEach(() => vi.unstubAllGlobals());

describe('who uses the page', () => {
  it('is asked when the analyzer wants to know', async () => {
    answer(401, refusal);
    await findUser();
    expect(loginNeeded.value).toBe(true);
    expect(user.value).toBeUndefined();
  });

  it('is not asked when the analyzer says who it is, or nothing at all', async () => {
    answer(200, vera);
    await findUser();
    expect(loginNeeded.value).toBe(false);
    expect(user.value).toEqual(vera);
    answer(502, {});
    await findUser();
    expect(loginNeeded.value).toBe(false);
  });

  it('is asked again when any request finds the login over', async () => {
    answer(401, refusal);
    await expect(getStatus()).rejects.toThrow('log in first');
    expect(loginNeeded.value).toBe(true);
  });

  it('logs in by a form, as Skydive has it', async () => {
    loginNeeded.value = true;
    answer(200, vera);
    expect(await login('vera', 'p&w=1')).toBe(true);
    expect(loginNeeded.value).toBe(false);
    const [path, init] = vi.mocked(fetch).mock.calls[0] ?? [];
    expect(path).toBe('/login');
    expect(init?.body).toBe('username=vera&password=p%26w%3D1');
    expect(init?.headers).toMatchObject({ 'Content-Type': 'application/x-www-form-urlencoded' });
  });

  it('is told what is wrong with a login', async () => {
    loginNeeded.value = true;
    answer(401, { error: { code: 'login', message: 'no such user, or not the password' } });
    expect(await login('vera', 'x')).toBe(false);
    expect(loginError.value).toBe('no such user, or not the password');
    expect(loginNeeded.value).toBe(true);
  });
});
