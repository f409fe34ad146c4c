import { describe, expect, it } from 'vitest';
import lock from '../package-lock.json';
import manifest from '../package.json';

interface Locked {
  version?: string;
  deprecated?: string;
  integrity?: string;
}

const locked: Record<string, Locked | undefined> = lock.packages;

describe('the page’s packages', () => {
  it('are named with exact versions, those of the lock file', () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
      expect(locked[`node_modules/${name}`]?.version, name).toBe(version);
    }
  });

  it('are locked by their content, and none is deprecated', () => {
    const found = Object.entries(locked).filter(([path]) => path !== '');
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(([, entry]) => !entry?.integrity).map(([path]) => path)).toEqual([]);
    expect(found.filter(([, entry]) => entry?.deprecated).map(([path]) => path)).toEqual([]);
  });
});
