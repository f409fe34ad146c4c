/**
 * The wire between the page and the analyzer's gateway: every shape the page reads or writes, and one function per
 * request. Names of nodes, edges, flows, captures and injections are Skydive's.
 *
 * WebSocket `/ws` (server to page; the page sends nothing):
 *
 *   1. Once per connection, and again whenever the server cannot tell what the page has missed:
 *        {"type":"snapshot","nodes":[Node…],"edges":[Edge…]}
 *   2. Then, batched (one message per 100 ms or so is plenty), in the order in which they happened:
 *        {"type":"changes","changes":[
 *          {"op":"node","node":Node},              new or changed: the whole node
 *          {"op":"nodeChanged","id":"…","set":{…},"gone":["…"],"UpdatedAt":…,"Revision":…},
 *                                                  fields of its metadata: their new values, and those that went
 *          {"op":"nodeDeleted","id":"…"},          its edges leave with it
 *          {"op":"edge","edge":Edge},              new or changed: the whole edge
 *          {"op":"edgeDeleted","id":"…"}]}
 *   3. {"type":"alive"} every 10 s: browsers don't show WebSocket pings to a page, so this is how it tells a
 *      silent network from a dead one. After 30 s without any message the page connects anew, and after 30 s without
 *      a snapshot. It also does when the status counts other nodes and links than the page has, three times in a row.
 *
 * Changes that name an unknown id are allowed and ignored (a deletion) or kept until their ends exist (an edge).
 *
 * Answers that aren't 2xx carry {"error":{"code":"…","message":"…","where":"…"}}; `message` is shown to the user as it
 * is, followed by `where` (a column, a path, a field) if there is one.
 */

/** A metadata value: any JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A metadata object. `Name` and `Type` are always there; keys in dotted paths below are nested objects. */
export interface Metadata {
  Name?: string;
  /** host, netns, device, veth, bridge, ovsbridge, ovsport, internal, gre, vxlan, geneve, patch… */
  Type?: string;
  /** Stable id of an interface; flows name their capture point by it. */
  TID?: string;
  IfIndex?: number;
  MAC?: string;
  MTU?: number;
  State?: string;
  /** When who told of the node was last heard, where it has fallen silent. */
  StaleSince?: number;
  IPV4?: string[];
  IPV6?: string[];
  Driver?: string;
  Captures?: NodeCapture[];
  [key: string]: unknown;
}

/** A capture as it stands on one node. */
export interface NodeCapture {
  /** The capture's UUID. */
  ID: string;
  Name?: string;
  Type?: string;
  State?: string;
  /** Why it doesn't run, if State is "error". */
  Error?: string;
  BPFFilter?: string;
  PacketsReceived?: number;
  PacketsDropped?: number;
  PacketsIfDropped?: number;
  PacketsAgentDropped?: number;
  /** Updates of flows that didn't reach the analyzers, and since when. */
  UpdatesLost?: number;
  UpdatesLostSince?: number;
}

/** Something a capture on a node didn't count, or couldn't tell. */
export interface Loss {
  Node: string;
  Capture: string;
  What: string;
  Count: number;
  Since?: number;
  Why: string;
}

/** Times are Unix milliseconds. */
export interface Node {
  ID: string;
  Metadata: Metadata;
  Host?: string;
  Origin?: string;
  CreatedAt?: number;
  UpdatedAt?: number;
  Revision?: number;
}

/** `Metadata.RelationType` is "ownership" or "layer2". */
export interface Edge {
  ID: string;
  Metadata: Metadata & { RelationType?: string };
  Parent: string;
  Child: string;
  Host?: string;
  Origin?: string;
  CreatedAt?: number;
  UpdatedAt?: number;
  Revision?: number;
}

export type Change =
  | { op: 'node'; node: Node }
  | { op: 'nodeChanged'; id: string; set: Metadata; gone: string[]; UpdatedAt: number; Revision: number }
  | { op: 'nodeDeleted'; id: string }
  | { op: 'edge'; edge: Edge }
  | { op: 'edgeDeleted'; id: string };

export type ServerMessage =
  { type: 'snapshot'; nodes: Node[]; edges: Edge[] } | { type: 'changes'; changes: Change[] } | { type: 'alive' };

export interface FlowLayer {
  Protocol?: string;
  A?: string;
  B?: string;
  /** Network: VNI, GRE key or MPLS label. Link: VLAN tags. */
  ID?: number;
}

export interface TransportLayer {
  Protocol?: string;
  A?: number;
  B?: number;
  ID?: number;
}

export interface FlowMetric {
  ABPackets?: number;
  ABBytes?: number;
  BAPackets?: number;
  BABytes?: number;
  Start?: number;
  Last?: number;
  /** Nanoseconds. */
  RTT?: number;
}

/** One flow as one capture point saw it. Zero values may be left out. Start and Last are Unix milliseconds. */
export interface Flow {
  UUID: string;
  ParentUUID?: string;
  TrackingID?: string;
  L3TrackingID?: string;
  LayersPath?: string;
  Application?: string;
  Link?: FlowLayer | null;
  Network?: FlowLayer | null;
  Transport?: TransportLayer | null;
  ICMP?: { Type?: string; Code?: number; ID?: number } | null;
  Metric?: FlowMetric | null;
  LastUpdateMetric?: FlowMetric | null;
  Start?: number;
  Last?: number;
  NodeTID?: string;
  CaptureID?: string;
  /** How many of its packets are kept. */
  RawPacketsCaptured?: number;
  FinishType?: string;
}

/** A capture as users ask for it. POST answers with the stored one, UUID filled in. */
export interface Capture {
  UUID?: string;
  GremlinQuery: string;
  BPFFilter?: string;
  Name?: string;
  Description?: string;
  /** "" (by the node's type), pcap, afpacket, ovsmirror, ovssflow. */
  Type?: string;
  /** Packets kept of each flow, the first ones, at most 100. */
  RawPacketLimit?: number;
  /** Bytes kept of each packet; 0: the agent's default. */
  HeaderSize?: number;
  /** Flows get a TCPMetric: connection times, segments lost, repeated, out of order. */
  ExtraTCPMetric?: boolean;
  IPDefrag?: boolean;
  Deduplicate?: boolean;
  /** How many nodes the query selects now. */
  Count?: number;
}

/** A packet injection. Src and Dst are Gremlin expressions that select one node each. Interval is in milliseconds. */
export interface Injection {
  UUID?: string;
  Src: string;
  Dst?: string;
  SrcIP?: string;
  DstIP?: string;
  SrcMAC?: string;
  DstMAC?: string;
  SrcPort?: number;
  DstPort?: number;
  /** icmp4, icmp6, tcp4, tcp6, udp4, udp6. */
  Type: string;
  Count?: number;
  Interval?: number;
  ICMPID?: number;
  Payload?: string;
  Increment?: boolean;
  TTL?: number;
  StartTime?: number;
  TrackingID?: string;
  /** pending, running, finished, failed. */
  State?: string;
  Error?: string;
  /** Packets sent so far. */
  Sent?: number;
  /** The node that sends, as Src was understood. */
  NodeID?: string;
}

/** GET /api/status. */
export interface Status {
  /** By host name: the agents the cluster knows. */
  Agents: Record<string, { State: 'connected' | 'lost'; Address?: string; Since?: number }>;
  Nodes: number;
  Edges: number;
  Flows: number;
  Captures: number;
  /** What makes figures less than whole. */
  Losses?: Loss[];
  Cluster: {
    /** Address of the analyzer that answers. */
    Self: string;
    Leader?: string;
    Members: { Address: string; Roles: string[]; Status: string; Reachable: boolean }[];
  };
}

/** GET /api/user, and what a login answers: who one is. */
export interface User {
  Name: string;
  /** viewer, operator, admin. */
  Role: string;
  /** May read what packets carried. */
  RawPackets: boolean;
  /** The analyzer has users. Without, everybody may do all. */
  Asked: boolean;
}

/** What the analyzer said was wrong, or that it could not be reached (status 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly where: string;

  constructor(status: number, code: string, message: string, where = '') {
    super(where ? `${message} (${where})` : message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.where = where;
  }
}

/** Turns the body of an answer that isn't 2xx into an ApiError; copes with a proxy's HTML or nothing at all. */
export function readError(status: number, statusText: string, body: string): ApiError {
  try {
    const parsed = JSON.parse(body) as { error?: { code?: string; message?: string; where?: string } } | null;
    if (parsed?.error?.message) {
      return new ApiError(status, parsed.error.code ?? String(status), parsed.error.message, parsed.error.where);
    }
  } catch {
    // Not the analyzer's JSON: the status line below is all there is to say.
  }
  return new ApiError(status, String(status), `The analyzer answered ${status} ${statusText}`.trim());
}

/** How long an answer may take, to its last byte. An analyzer gives up a query after 10 s unless configured otherwise. */
export const requestTimeout = 30_000;

let unauthorized = (): void => {};

/** Has it told when a request is refused since nobody is logged in. */
export function onUnauthorized(tell: () => void): void {
  unauthorized = tell;
}

/** Sends a request and reads its answer, within the time an answer may take. */
async function ask<T>(
  method: string,
  path: string,
  accept: string,
  body: unknown,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), requestTimeout);
  let refused: [number, string, string];
  try {
    const init: RequestInit = { method, headers: { Accept: accept }, signal: stop.signal };
    if (body !== undefined) {
      const isForm = body instanceof URLSearchParams;
      const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
      init.headers = { Accept: accept, 'Content-Type': type };
      init.body = isForm ? body.toString() : JSON.stringify(body);
    }
    const response = await fetch(path, init);
    if (response.ok) return await read(response);
    if (response.status === 401) unauthorized();
    refused = [response.status, response.statusText, await response.text()];
  } catch (cause) {
    if (stop.signal.aborted)
      throw new ApiError(0, 'timeout', `The analyzer didn't answer ${path} within ${requestTimeout / 1000} s`);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ApiError(0, 'unreachable', `The analyzer can't be reached: ${reason}`);
  } finally {
    clearTimeout(timer);
  }
  throw readError(...refused);
}

async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  const text = await ask(method, path, 'application/json', body, (response) => response.text());
  if (text.trim() === '') return undefined as T;
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new ApiError(200, 'not-json', `The analyzer's answer to ${method} ${path} isn't JSON`);
  }
}

/** Skydive lists resources as an object keyed by UUID; an array is understood too. */
function resources<T extends { UUID?: string }>(answer: Record<string, T> | T[] | null | undefined): T[] {
  if (!answer) return [];
  if (Array.isArray(answer)) return answer;
  return Object.entries(answer).map(([uuid, value]) => ({ ...value, UUID: value.UUID ?? uuid }));
}

/** A Gremlin string literal. */
export function gremlinString(text: string): string {
  return `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
}

/** Runs a Gremlin query: nodes, edges, flows, paths (arrays of nodes) or a number, as the expression says. */
export function query<T = unknown>(gremlin: string): Promise<T> {
  return request<T>('POST', '/api/topology', { GremlinQuery: gremlin });
}

/** The flows with the newest packets, newest first, at most `limit`. Sort() alone is ascending: it gives the oldest. */
export async function getFlows(limit: number): Promise<Flow[]> {
  return (await query<Flow[] | null>(`G.Flows().Sort(DESC, 'Last').Limit(${limit})`)) ?? [];
}

/** The packets kept of a flow, as a capture file. */
export function getRawPackets(flow: Flow): Promise<Blob> {
  const gremlin = `G.Flows().Has('UUID', ${gremlinString(flow.UUID)}).RawPackets()`;
  return ask('POST', '/api/topology', 'application/vnd.tcpdump.pcap', { GremlinQuery: gremlin }, (response) =>
    response.blob(),
  );
}

/** Logs in; the browser keeps the token as a cookie that scripts can't read. */
export function login(username: string, password: string): Promise<User> {
  return request<User>('POST', '/login', new URLSearchParams({ username, password }));
}

export function logout(): Promise<void> {
  return request<void>('POST', '/logout');
}

export function getUser(): Promise<User> {
  return request<User>('GET', '/api/user');
}

export function getStatus(): Promise<Status> {
  return request<Status>('GET', '/api/status');
}

export async function getCaptures(): Promise<Capture[]> {
  return resources(await request<Record<string, Capture> | Capture[] | null>('GET', '/api/capture'));
}

export function createCapture(capture: Capture): Promise<Capture> {
  return request<Capture>('POST', '/api/capture', capture);
}

export function deleteCapture(uuid: string): Promise<void> {
  return request<void>('DELETE', `/api/capture/${encodeURIComponent(uuid)}`);
}

export async function getInjections(): Promise<Injection[]> {
  return resources(await request<Record<string, Injection> | Injection[] | null>('GET', '/api/injectpacket'));
}

export function createInjection(injection: Injection): Promise<Injection> {
  return request<Injection>('POST', '/api/injectpacket', injection);
}

export function deleteInjection(uuid: string): Promise<void> {
  return request<void>('DELETE', `/api/injectpacket/${encodeURIComponent(uuid)}`);
}
