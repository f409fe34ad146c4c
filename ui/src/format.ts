import type { Loss } from './api';

/** How numbers, times and addresses read on the page. Pure; an absent value is an empty string. */

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** 1536 -> "1.5 KiB". */
export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined || !Number.isFinite(bytes)) return '';
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < byteUnits.length - 1) {
    value /= 1024;
    unit++;
  }
  return unit === 0 ? `${value} B` : `${trim(value)} ${byteUnits[unit]}`;
}

/** 12345 -> "12,345": grouped the same way in every locale, so that it can be read back. */
export function formatCount(count: number | undefined): string {
  if (count === undefined || !Number.isFinite(count)) return '';
  const text = String(Math.trunc(count));
  return text.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Nanoseconds -> "33 µs", "1.25 ms"; 0 means it wasn't measured. */
export function formatRtt(nanoseconds: number | undefined): string {
  if (!nanoseconds || !Number.isFinite(nanoseconds) || nanoseconds < 0) return '';
  if (nanoseconds < 1e3) return `${nanoseconds} ns`;
  if (nanoseconds < 1e6) return `${trim(nanoseconds / 1e3)} µs`;
  if (nanoseconds < 1e9) return `${trim(nanoseconds / 1e6)} ms`;
  return `${trim(nanoseconds / 1e9)} s`;
}

/** Unix milliseconds -> local "14:03:07"; with the date in front when it isn't today's. */
export function formatTime(milliseconds: number | undefined, now = Date.now()): string {
  if (!milliseconds) return '';
  const at = new Date(milliseconds);
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':');
  const today = new Date(now);
  const same =
    at.getFullYear() === today.getFullYear() && at.getMonth() === today.getMonth() && at.getDate() === today.getDate();
  if (same) return time;
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')} ${time}`;
}

/** How long ago: "now", "12 s ago", "3 min ago". Clocks that differ a little don't lead to negative ages. */
export function formatAge(milliseconds: number | undefined, now = Date.now()): string {
  if (!milliseconds) return '';
  const seconds = Math.max(0, Math.round((now - milliseconds) / 1000));
  if (seconds < 2) return 'now';
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ago` : `${Math.floor(hours / 24)} d ago`;
}

/** "1,204 updates lost on eth1@agent1 since 10:12:04: its analyzer was too slow". */
export function formatLoss(loss: Loss, now = Date.now()): string {
  const since = loss.Since ? ` since ${formatTime(loss.Since, now)}` : '';
  return `${formatCount(loss.Count)} ${loss.What} lost on ${loss.Node}${since}: ${loss.Why}`;
}

/** An address with its port: "10.0.0.1:80", "[fd00::1]:80"; without a port, the address alone. */
export function formatEndpoint(address: string | undefined, port: number | undefined): string {
  if (!port) return address ?? '';
  if (!address) return `:${port}`;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** "1 node", "3 nodes". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** What to compare of a name so that names stand as people order them: eth2 before eth10, in any case. */
export function naturalKey(name: string): string {
  return name.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, '0'));
}

/** Orders names by their natural keys. To sort many, compute the keys once instead. */
export function compareNames(a: string, b: string): number {
  const x = naturalKey(a);
  const y = naturalKey(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

function trim(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}
