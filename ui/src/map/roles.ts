/** What a node is on the map: decides its place, icon, colour and size. */
export type Role = 'host' | 'netns' | 'bridge' | 'port' | 'tunnel' | 'nic' | 'veth' | 'virtual' | 'switch' | 'switchport' | 'other';

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
  switch: 'switch',
  fabric: 'switch',
  switchport: 'switchport',
};

/** The role of a Type; `fabric` says that the node belongs to the fabric, where a "port" is a switch's. */
export function roleOf(type: string | undefined, fabric: boolean): Role {
  if (fabric) return type === 'switch' || type === 'fabric' || type === 'host' ? 'switch' : 'switchport';
  return byType[type ?? ''] ?? 'other';
}

/** Types a capture can run on: what has packets passing. */
export function canCapture(type: string | undefined, fabric: boolean): boolean {
  if (fabric) return false;
  const role = roleOf(type, false);
  return role === 'bridge' || role === 'tunnel' || role === 'nic' || role === 'veth' || role === 'virtual';
}
