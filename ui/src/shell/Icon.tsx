import { iconStrokes, roleColors } from '../map/icons';
import type { Role } from '../map/roles';

/** A node's icon as on the map. */
export function RoleIcon({ role, size = 16, muted = false }: { role: Role; size?: number; muted?: boolean }) {
  return (
    <svg class="role-icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="12" r="12" fill={muted ? '#5b6775' : roleColors[role]} />
      <g
        transform="translate(4.2 4.2) scale(0.65)"
        fill="none"
        stroke="#0a111a"
        stroke-width="2.3"
        stroke-linecap="round"
        stroke-linejoin="round"
        dangerouslySetInnerHTML={{ __html: iconStrokes(role) }}
      />
    </svg>
  );
}

const glyphs = {
  search: '<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>',
  close: '<path d="m6 6 12 12M18 6 6 18"/>',
  record: '<circle cx="12" cy="12" r="6" fill="currentColor" stroke="none"/>',
  stop: '<rect x="6.5" y="6.5" width="11" height="11" rx="1.5" fill="currentColor" stroke="none"/>',
  trash: '<path d="M5 7h14M10 7V4.500h4V7M7 7l.8 12.500h8.400L17 7"/>',
  target: '<circle cx="12" cy="12" r="6"/><path d="M12 3v4M12 17v4M3 12h4M17 12h4"/>',
  send: '<path d="M4 12h15M13 6l6 6-6 6"/>',
  copy: '<rect x="8" y="8" width="11" height="12" rx="1.5"/><path d="M15 8V4.500H5V16h3"/>',
  save: '<path d="M12 4v11M7 10.500l5 5 5-5M5 20h14"/>',
  fit: '<path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"/>',
  plus: '<path d="M12 5v14M5 12h14"/>',
  minus: '<path d="M5 12h14"/>',
  right: '<path d="m9 6 6 6-6 6"/>',
  down: '<path d="m6 9 6 6 6-6"/>',
  refresh: '<path d="M19.5 12a7.5 7.5 0 1 1-2.2-5.300L19.5 9M19.5 4v5h-5"/>',
} as const;

/** A plain line icon in the colour of the text. */
export function Glyph({ name, size = 16 }: { name: keyof typeof glyphs; size?: number }) {
  return (
    <svg
      class="glyph"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.9"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      dangerouslySetInnerHTML={{ __html: glyphs[name] }}
    />
  );
}
