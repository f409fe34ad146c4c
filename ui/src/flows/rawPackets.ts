import { getRawPackets, type Flow } from '../api';

/** What the file with a flow's packets is called: "ICMPv4-e48e52e3.pcap". */
export function pcapName(flow: Flow): string {
  const layer = flow.LayersPath?.split('/').at(-1) || 'flow';
  return `${layer}-${flow.UUID.slice(0, 8)}.pcap`;
}

/** Fetches the packets kept of a flow and gives them to the user as a file. */
export async function downloadRawPackets(flow: Flow): Promise<void> {
  const url = URL.createObjectURL(await getRawPackets(flow));
  const link = document.createElement('a');
  link.href = url;
  link.download = pcapName(flow);
  link.click();
  // The browser has taken the file over by the next turn.
  setTimeout(() => URL.revokeObjectURL(url));
}
