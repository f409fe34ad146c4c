/** What a node is on the map: decides its place, icon, colour and size. */
export type Role =
  'host' | 'netns' | 'bridge' | 'port' | 'tunnel' | 'nic' | 'veth' | 'virtual' | 'switch' | 'switchport' | 'other';

const byType: Record<string, Role> = {
  host: 'host',
  netns: 'netns',
  container: 'netns',
  bridge: 'bridge',
  ovsbridge: 'bridge',
  ovsport: 'port',
  gre: 'tunnel',
  gretap: 'tunnel',
  ip6gre: 'tunnel',
  ip6gretap: 'tunnel',
  erspan: 'tunnel',
  vxlan: 'tunnel',
  geneve: 'tunnel',
  ipip: 'tunnel',
  sit: 'tunnel',
  stt: 'tunnel',
  lisp: 'tunnel',
  device: 'nic',
  bond: 'nic',
  vlan: 'nic',
  team: 'nic',
  veth: 'veth',
  internal: 'virtual',
  patch: 'virtual',
  tun: 'virtual',
  tap: 'virtual',
  dummy: 'virtual',
  macvlan: 'virtual',
  ipvlan: 'virtual',
  ovsmirror: 'virtual',
  loopback: 'virtual',
};

/** The role of a Type of a host's node. */
export function roleOf(type: string | undefined): Role {
  return byType[type ?? ''] ?? 'other';
}
