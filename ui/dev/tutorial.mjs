// A dev fixture: the tutorial's network as its agents would report it, with the flows of a ping through the GRE tunnel.
import { createHash } from 'node:crypto';

export const id = (...parts) => {
    const h = createHash('sha1').update(parts.join('/')).digest('hex');
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-5${h.slice(13, 16)}-9${h.slice(17, 20)}-${h.slice(20, 32)}`;
};

const start = Date.now() - 95_000;

export function graph(tunnel = 'gre') {
    const nodes = [];
    const edges = [];
    const node = (host, key, metadata) => {
        const made = {
            ID: id(host, key),
            Metadata: { ...metadata },
            Host: host,
            Origin: host === 'fabric' ? 'analyzer.analyzer' : `agent.${host}`,
            CreatedAt: start,
            UpdatedAt: start + 4000,
            Revision: 1,
        };
        if (host !== 'fabric' && !['host', 'netns'].includes(metadata.Type)) made.Metadata.TID = id('tid', host, key);
        nodes.push(made);
        return made;
    };
    const edge = (host, parent, child, relation) =>
        edges.push({
            ID: id(parent.ID, child.ID, relation),
            Metadata: { RelationType: relation },
            Parent: parent.ID,
            Child: child.ID,
            Host: host,
            Origin: parent.Origin,
            CreatedAt: start,
            UpdatedAt: start,
            Revision: 1,
        });
    const statistics = (n) => ({
        RxPackets: 812 * n,
        RxBytes: 90_411 * n,
        TxPackets: 640 * n,
        TxBytes: 77_120 * n,
        RxErrors: 0,
        TxErrors: 0,
    });
    const link = (name, type, index, more = {}) => ({
        Name: name,
        Type: type,
        IfIndex: index,
        MAC: `02:${id(name, index, type).slice(0, 8).match(/../g).join(':')}:${(index % 90) + 10}`,
        MTU: 1500,
        State: 'UP',
        Driver: type === 'device' ? 'virtio_net' : type === 'internal' ? 'openvswitch' : type,
        Metric: statistics(index),
        ...more,
    });

    const hosts = { analyzer: 10, agent1: 20, agent2: 30 };
    const found = {};
    for (const [name, last] of Object.entries(hosts)) {
        const host = node(name, 'host', {
            Name: name,
            Type: 'host',
            OS: 'linux',
            Platform: 'debian',
            PlatformVersion: '12.11',
            KernelVersion: '6.1.0-37-amd64',
            CPU: [
                { CPU: 0, ModelName: 'QEMU Virtual CPU', Cores: 1 },
                { CPU: 1, ModelName: 'QEMU Virtual CPU', Cores: 1 },
            ],
        });
        const lo = node(
            name,
            'lo',
            link('lo', 'device', 1, { MAC: '', MTU: 65536, IPV4: ['127.0.0.1/8'], IPV6: ['::1/128'], Driver: '' }),
        );
        const eth0 = node(
            name,
            'eth0',
            link('eth0', 'device', 2, {
                IPV4: [`10.11.160.${last}/24`],
                Speed: 1000,
                RoutingTables: [
                    { ID: 254, Routes: [{ Prefix: '0.0.0.0/0', NextHops: [{ IP: '10.11.160.1', IfIndex: 2 }] }] },
                ],
            }),
        );
        const eth1 = node(
            name,
            'eth1',
            link('eth1', 'device', 3, name === 'analyzer' ? { IPV4: [`192.168.50.${last}/24`] } : {}),
        );
        for (const each of [lo, eth0, eth1]) edge(name, host, each, 'ownership');
        found[name] = { host, eth1 };
        if (name === 'analyzer') continue;
        const n = name === 'agent1' ? 1 : 2;
        const other = name === 'agent1' ? 30 : 20;
        const bridge = (bridgeName, ports) => {
            const br = node(name, `ovs:${bridgeName}`, {
                Name: bridgeName,
                Type: 'ovsbridge',
                Ovs: { DatapathType: 'netdev', OtherConfig: {} },
            });
            edge(name, host, br, 'ownership');
            const made = {};
            for (const [portName, behind] of ports) {
                const port = node(name, `port:${bridgeName}:${portName}`, { Name: portName, Type: 'ovsport' });
                edge(name, br, port, 'ownership');
                edge(name, br, port, 'layer2');
                const own = behind ?? null;
                if (own) edge(name, port, own, 'layer2');
                made[portName] = port;
            }
            return { br, ...made };
        };
        const brPhyIf = node(name, 'br-phy', link('br-phy', 'internal', 5, { IPV4: [`192.168.50.${last}/24`] }));
        const br0If = node(name, 'br0', link('br0', 'internal', 6));
        const vm = node(name, `vm${n}-eth0`, link(`vm${n}-eth0`, 'veth', 8, { PeerIfIndex: 7 }));
        const tun = node(name, tunnel, {
            Name: tunnel,
            Type: tunnel,
            Driver: 'openvswitch',
            LocalIP: `192.168.50.${last}`,
            RemoteIP: `192.168.50.${other}`,
            Ovs: { Options: { remote_ip: `192.168.50.${other}`, local_ip: `192.168.50.${last}` } },
        });
        for (const each of [brPhyIf, br0If, vm, tun]) edge(name, host, each, 'ownership');
        const phy = bridge('br-phy', [
            ['eth1', eth1],
            ['br-phy', brPhyIf],
        ]);
        const inner = bridge('br0', [
            ['br0', br0If],
            [`vm${n}-eth0`, vm],
            [tunnel, tun],
        ]);
        const ns = node(name, `ns${n}`, {
            Name: `ns${n}`,
            Type: 'netns',
            Path: `/var/run/netns/ns${n}`,
            Inode: 4026532500 + n,
        });
        edge(name, host, ns, 'ownership');
        const nsLo = node(
            name,
            `ns${n}:lo`,
            link('lo', 'device', 1, { MAC: '', State: 'DOWN', MTU: 65536, Driver: '' }),
        );
        const nsEth = node(
            name,
            `ns${n}:eth0`,
            link('eth0', 'veth', 7, { PeerIfIndex: 8, IPV4: [`10.0.0.${n}/24`], IPV6: [`fe80::${n}:ff:fe00:7/64`] }),
        );
        edge(name, ns, nsLo, 'ownership');
        edge(name, ns, nsEth, 'ownership');
        edge(name, nsEth, vm, 'layer2');
        found[name] = { host, eth1, br0: inner.br, brPhy: phy.br, tun, vm, nsEth };
    }

    const tor = node('fabric', 'TOR1', { Name: 'tor1', Type: 'device', Probe: 'fabric' });
    [1, 2].forEach((n) => {
        const port = node('fabric', `TOR1_PORT${n}`, { Name: `port${n}`, Type: 'device', Probe: 'fabric', MTU: 1500 });
        edge('fabric', tor, port, 'ownership');
        edge('fabric', tor, port, 'layer2');
        edge('fabric', port, found[`agent${n}`].eth1, 'layer2');
    });
    return { nodes, edges, found };
}

/** The captures of the tutorial, on the nodes of a graph. */
export function tutorialCaptures({ found }) {
    const on = [
        ['eth1', found.agent1.eth1],
        ['br0 of agent1', found.agent1.br0],
        ['br0 of agent2', found.agent2.br0],
    ];
    return on.map(([name, node]) => ({
        UUID: id('capture', name),
        Name: name,
        GremlinQuery: `G.V().Has('TID', '${node.Metadata.TID}')`,
        RawPacketLimit: name === 'br0 of agent1' ? 10 : 0,
        Count: 1,
    }));
}

/** The flows after `n` pings: a GRE flow with ARP and ICMP inside on eth1, and the same two on both br0. */
export function flows({ found }, captures, n) {
    const now = Date.now();
    const flow = (node, captureIndex, key, parent, parts, ab, ba, size, rtt = 0) => ({
        UUID: id('flow', node.ID, key),
        ...(parent ? { ParentUUID: parent } : {}),
        TrackingID: id('tracking', key).slice(0, 16),
        L3TrackingID: id('l3', key).slice(0, 16),
        Link: { Protocol: 'ETHERNET', A: '02:1a:2b:00:00:14', B: '02:1a:2b:00:00:1e' },
        ...parts,
        Metric: {
            ABPackets: ab,
            ABBytes: ab * size,
            BAPackets: ba,
            BABytes: ba * size,
            Start: start,
            Last: now,
            RTT: rtt,
        },
        LastUpdateMetric: { ABPackets: 1, ABBytes: size, BAPackets: 1, BABytes: size, Start: now - 1000, Last: now },
        Start: start + 60_000,
        Last: now - 400,
        NodeTID: node.Metadata.TID,
        CaptureID: captures[captureIndex]?.UUID,
        RawPacketsCaptured: Math.min(captures[captureIndex]?.RawPacketLimit ?? 0, ab + ba),
        FinishType: 'NOT_FINISHED',
    });
    const icmp = {
        LayersPath: 'Ethernet/IPv4/ICMPv4',
        Application: 'ICMPv4',
        Network: { Protocol: 'IPV4', A: '10.0.0.1', B: '10.0.0.2' },
        ICMP: { Type: 'ECHO', Code: 0, ID: 42 },
    };
    const arp = {
        LayersPath: 'Ethernet/ARP',
        Application: 'ARP',
        Link: { Protocol: 'ETHERNET', A: '02:ab:00:00:00:01', B: 'ff:ff:ff:ff:ff:ff' },
    };
    const eth1 = found.agent1.eth1;
    const gre = flow(
        eth1,
        0,
        'gre',
        '',
        {
            LayersPath: 'Ethernet/IPv4/GRE',
            Application: 'GRE',
            Network: { Protocol: 'IPV4', A: '192.168.50.20', B: '192.168.50.30' },
        },
        n + 1,
        n + 1,
        136,
        412_000,
    );
    const all = [
        gre,
        flow(eth1, 0, 'icmp', gre.UUID, icmp, n, n, 98, 398_000),
        flow(eth1, 0, 'arp', gre.UUID, arp, 1, 1, 42),
        flow(
            eth1,
            0,
            'ssh',
            '',
            {
                LayersPath: 'Ethernet/IPv4/TCP',
                Application: 'TCP',
                Network: { Protocol: 'IPV4', A: '192.168.50.20', B: '192.168.50.10' },
                Transport: { Protocol: 'TCP', A: 40_122, B: 9111 },
            },
            420 + 7 * n,
            395 + 6 * n,
            211,
            95_000,
        ),
    ];
    for (const [index, host] of [
        [1, 'agent1'],
        [2, 'agent2'],
    ]) {
        all.push(flow(found[host].br0, index, 'icmp', '', icmp, n, n, 98, host === 'agent1' ? 440_000 : 61_000));
        all.push(flow(found[host].br0, index, 'arp', '', arp, 1, 1, 42));
    }
    const seen = new Set(captures.map((capture) => capture.UUID));
    return all.filter((one) => seen.has(one.CaptureID));
}
