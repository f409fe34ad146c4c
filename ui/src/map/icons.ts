import type { Role } from './roles';

/** Colours of roles, on the map, in the list and in the legend. */
export const roleColors: Record<Role, string> = {
  host: '#5ab8ff',
  netns: '#b79bff',
  bridge: '#f6b94f',
  port: '#8da2ba',
  tunnel: '#ff86c8',
  nic: '#4fd694',
  veth: '#4fcfc4',
  virtual: '#a9bdd3',
  switch: '#ffd98a',
  switchport: '#d9c08d',
  other: '#93a1b3',
};

export const roleNames: Record<Role, string> = {
  host: 'Host',
  netns: 'Namespace',
  bridge: 'Bridge',
  port: 'Bridge port',
  tunnel: 'Tunnel port',
  nic: 'Network card',
  veth: 'Veth',
  virtual: 'Virtual interface',
  switch: 'Fabric switch',
  switchport: 'Switch port',
  other: 'Other',
};

/** Strokes on a 24 by 24 field. */
const strokes: Record<Role, string> = {
  host: '<rect x="4" y="4" width="16" height="6.5" rx="1.5"/><rect x="4" y="13.5" width="16" height="6.5" rx="1.5"/><path d="M7.5 7.2h.01M7.5 16.7h.01M12 7.2h4.5M12 16.7h4.5"/>',
  netns: '<path d="M12 3.5 19.5 7.6v8.8L12 20.5 4.5 16.4V7.6z"/><path d="m4.8 7.8 7.2 4 7.2-4M12 12v8.2"/>',
  bridge: '<path d="M3.5 9.5h17M3.5 14.5h17"/><path d="m17 6 3.5 3.5L17 13M7 11l-3.5 3.5L7 18"/>',
  port: '<rect x="6" y="6" width="12" height="12" rx="2"/><path d="M9.5 18v-4h5v4"/>',
  tunnel:
    '<ellipse cx="5.8" cy="12" rx="2.4" ry="5"/><path d="M5.8 7h12.4c1.3 0 2.4 2.2 2.4 5s-1.1 5-2.4 5H5.8"/><path d="M11 12h5"/>',
  nic: '<rect x="3.5" y="6" width="17" height="10" rx="1.5"/><path d="M7 16v3M11 16v3M15 16v3M7.5 9.5h4v3h-4z"/>',
  veth: '<path d="M3.5 12h5M15.5 12h5"/><circle cx="10.5" cy="12" r="2.2"/><path d="M15.5 8v8"/>',
  virtual: '<rect x="4" y="6" width="16" height="12" rx="2" stroke-dasharray="3 2.2"/><path d="M9 12h6"/>',
  switch: '<rect x="3" y="8" width="18" height="8" rx="1.5"/><path d="M6.5 12h.01M9.5 12h.01M12.5 12h.01M16 12h2"/>',
  switchport: '<rect x="6" y="6" width="12" height="12" rx="2"/><path d="M9 15V10h6v5"/>',
  other: '<circle cx="12" cy="12" r="7"/><path d="M12 12h.01"/>',
};

/** The icon's SVG elements, for use inside an <svg viewBox="0 0 24 24">. */
export function iconStrokes(role: Role): string {
  return strokes[role];
}

/** The icon as an image for the map's textures. */
export function iconImage(role: Role): string {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="-4 -4 32 32" fill="none" stroke="#0a111a"' +
    ` stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round">${strokes[role]}</svg>`;
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
}
