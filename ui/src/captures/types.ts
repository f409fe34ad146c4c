/** The ways to capture on a node of a Type; the first one leaves the choice to the agent. */
export function captureTypes(type: string | undefined): { value: string; label: string }[] {
  if (type === 'ovsbridge') {
    return [
      { value: '', label: 'default (mirror)' },
      { value: 'ovsmirror', label: 'ovsmirror: every packet of the bridge' },
      { value: 'ovssflow', label: 'ovssflow: the bridge’s sFlow' },
    ];
  }
  return [
    { value: '', label: 'default (pcap)' },
    { value: 'pcap', label: 'pcap' },
    { value: 'afpacket', label: 'afpacket' },
  ];
}
