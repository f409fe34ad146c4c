// A dev fixture: 250 hosts of 80 nodes, 20,000 nodes in all, with switches and VXLAN tunnels.
import { id } from './tutorial.mjs';

export function scaleGraph(hosts = 250) {
    const nodes = [];
    const edges = [];
    const node = (host, key, Metadata) => {
        const made = {
            ID: id(host, key),
            Metadata: { ...Metadata, TID: id('tid', host, key) },
            Host: host,
            Revision: 1,
        };
        nodes.push(made);
        return made;
    };
    const edge = (parent, child, RelationType) =>
        edges.push({
            ID: id(parent.ID, child.ID, RelationType),
            Metadata: { RelationType },
            Parent: parent.ID,
            Child: child.ID,
        });
    const spine = node('fabric', 'SPINE', { Name: 'SPINE', Type: 'switch', Probe: 'fabric' });
    let tor;
    for (let h = 0; h < hosts; h++) {
        const name = `node-${String(h + 1).padStart(3, '0')}`;
        const address = `10.1.${h >> 8}.${h & 255}`;
        if (h % 40 === 0) {
            tor = node('fabric', `TOR${h / 40 + 1}`, { Name: `TOR${h / 40 + 1}`, Type: 'switch', Probe: 'fabric' });
            edge(spine, tor, 'layer2');
        }
        const host = node(name, 'host', { Name: name, Type: 'host' });
        const nic = node(name, 'eth0', { Name: 'eth0', Type: 'device', State: 'UP', IPV4: [`${address}/16`] });
        edge(host, nic, 'ownership');
        const torPort = node('fabric', `${tor.Metadata.Name}-${h}`, {
            Name: `port${h % 40}`,
            Type: 'switchport',
            Probe: 'fabric',
        });
        edge(tor, torPort, 'ownership');
        edge(torPort, nic, 'layer2');
        const bridge = node(name, 'br-int', { Name: 'br-int', Type: 'ovsbridge' });
        edge(host, bridge, 'ownership');
        const plug = (key, behind) => {
            const port = node(name, `port:${key}`, { Name: key, Type: 'ovsport' });
            edge(bridge, port, 'ownership');
            edge(bridge, port, 'layer2');
            edge(port, behind, 'layer2');
        };
        for (const other of [1, 7]) {
            const peer = (h + other) % hosts;
            const back = (h - other + hosts) % hosts;
            for (const [to, vni] of [
                [peer, h],
                [back, back],
            ]) {
                const tunnel = node(name, `vxlan-${other}-${to}`, {
                    Name: `vxlan-${to}`,
                    Type: 'vxlan',
                    LocalIP: address,
                    RemoteIP: `10.1.${to >> 8}.${to & 255}`,
                    Key: `${other}${vni}`,
                });
                edge(host, tunnel, 'ownership');
                plug(`vxlan-${other}-${to}`, tunnel);
            }
        }
        for (let p = 0; p < 13; p++) {
            const ns = node(name, `pod-${p}`, { Name: `pod-${p}`, Type: 'netns' });
            edge(host, ns, 'ownership');
            const lo = node(name, `pod-${p}:lo`, { Name: 'lo', Type: 'device', State: 'UP' });
            edge(ns, lo, 'ownership');
            const eth = node(name, `pod-${p}:eth0`, {
                Name: 'eth0',
                Type: 'veth',
                State: 'UP',
                IPV4: [`10.${100 + (h >> 8)}.${h & 255}.${p + 2}/24`],
            });
            edge(ns, eth, 'ownership');
            const veth = node(name, `veth${p}`, {
                Name: `veth${h}${p}`,
                Type: 'veth',
                State: p === 12 ? 'DOWN' : 'UP',
            });
            edge(host, veth, 'ownership');
            edge(veth, eth, 'layer2');
            plug(`veth${p}`, veth);
        }
        for (let d = 0; d < 3; d++) {
            const dummy = node(name, `dummy${d}`, { Name: `dummy${d}`, Type: 'dummy', State: 'UP' });
            edge(host, dummy, 'ownership');
        }
    }
    return { nodes, edges };
}
