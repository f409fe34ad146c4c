/** The ways to capture on a node of a Type; the first one leaves the choice to the agent. */
export function captureTypes(type: string | undefined): { value: string; label: string }[] {
  if (type === 'ovsbridge') {
    return [
      { value: '', label: 'default' },
      { value: 'ovsmirror', label: 'ovsmirror' },
      { value: 'ovssflow', label: 'ovssflow' },
    ];
  }
  return [
    { value: '', label: 'default' },
    { value: 'pcap', label: 'pcap' },
    { value: 'afpacket', label: 'afpacket' },
  ];
}
