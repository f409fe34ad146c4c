import type { Node } from '../api';

const fabricTypes = new Set(['switch', 'switchport', 'fabric']);

/** Whether a node stands for what is outside the hosts: switches and their ports. */
export function isFabric(node: Node): boolean {
  return (
    node.Host === 'fabric' || node.Metadata['Probe'] === 'fabric' || fabricTypes.has(node.Metadata.Type ?? '')
  );
}
