import type { Node } from '../api';
import { addTo, pushTo } from '../lists';
import { metadataAt } from '../state/topology';

/** Two tunnel ports that lead to each other. */
export interface Tunnel {
  a: string;
  b: string;
  type: string;
  /** The key or VNI, if one is set. */
  key: string;
  /** The interfaces that hold the tunnel's outer addresses on either host, where they are known. */
  underA: string | undefined;
  underB: string | undefined;
}

const tunnelTypes = new Set([
  'gre',
  'gretap',
  'ip6gre',
  'ip6gretap',
  'erspan',
  'vxlan',
  'geneve',
  'ipip',
  'sit',
  'stt',
  'lisp',
]);

/** Finds pairs of tunnel ports: each one's remote address is the other's local one, or an address of its host. */
export function findTunnels(nodes: Iterable<Node>): Tunnel[] {
  const ends: { node: Node; remote: string; local: string; key: string; type: string }[] = [];
  const hostsOf = new Map<string, Set<string>>();
  const holders = new Map<string, string>();
  for (const node of nodes) {
    const host = node.Host ?? '';
    for (const address of [...addresses(node.Metadata.IPV4), ...addresses(node.Metadata.IPV6)]) {
      if (!holders.has(`${host} ${address}`)) holders.set(`${host} ${address}`, node.ID);
      addTo(hostsOf, address, host);
    }
    const type = node.Metadata.Type ?? '';
    if (!tunnelTypes.has(type)) continue;
    const remote = first(node, ['RemoteIP', 'Ovs.Options.remote_ip', 'Options.remote_ip', 'remote_ip']);
    if (!remote || remote === 'flow') continue;
    ends.push({
      node,
      type,
      remote,
      local: first(node, ['LocalIP', 'Ovs.Options.local_ip', 'Options.local_ip', 'local_ip']),
      key: first(node, ['Key', 'TunKey', 'VNI', 'Ovs.Options.key', 'Options.key', 'key']),
    });
  }

  const isAt = (address: string, end: (typeof ends)[number]): boolean =>
    end.local ? end.local === address : (hostsOf.get(address)?.has(end.node.Host ?? '') ?? false);
  const byKind = new Map<string, typeof ends>();
  for (const end of ends) pushTo(byKind, `${end.type} ${end.key}`, end);

  const tunnels: Tunnel[] = [];
  for (const alike of byKind.values()) {
    const byRemote = new Map<string, typeof ends>();
    for (const end of alike) pushTo(byRemote, end.remote, end);
    for (const end of alike) {
      const locals = end.local ? [end.local] : ownAddresses(end.node, hostsOf, byRemote);
      for (const local of locals) {
        for (const other of byRemote.get(local) ?? []) {
          if (other.node.ID <= end.node.ID || !isAt(end.remote, other)) continue;
          tunnels.push({
            a: end.node.ID,
            b: other.node.ID,
            type: end.type,
            key: end.key,
            underA: holders.get(`${end.node.Host ?? ''} ${other.remote}`),
            underB: holders.get(`${other.node.Host ?? ''} ${end.remote}`),
          });
        }
      }
    }
  }
  return tunnels;
}

/** Remote addresses some end names that belong to this node's host. */
function ownAddresses(
  node: Node,
  hostsOf: ReadonlyMap<string, Set<string>>,
  byRemote: ReadonlyMap<string, unknown>,
): string[] {
  const own: string[] = [];
  for (const remote of byRemote.keys()) if (hostsOf.get(remote)?.has(node.Host ?? '')) own.push(remote);
  return own;
}

function first(node: Node, paths: string[]): string {
  for (const path of paths) {
    const value = metadataAt(node.Metadata, path);
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return '';
}

function addresses(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.filter((entry): entry is string => typeof entry === 'string').map((entry) => entry.replace(/\/\d+$/, ''));
}
