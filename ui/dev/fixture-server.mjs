// A dev fixture, not the analyzer: answers the page's requests from made-up data. See README.md.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { scaleGraph } from './scale.mjs';
import { flows, graph, id, tutorialCaptures } from './tutorial.mjs';

const kind = process.argv[2] ?? 'tutorial';
const port = Number(process.argv[3] ?? 8082);
const root = fileURLToPath(new URL('../../Analyzer.Node/wwwroot', import.meta.url));

const world = kind === 'scale' ? scaleGraph() : kind === 'empty' ? { nodes: [], edges: [] } : graph();
const captures = new Map(kind === 'tutorial' ? tutorialCaptures(world).map((capture) => [capture.UUID, capture]) : []);
const injections = new Map();
let pings = 3;

const sockets = new WebSocketServer({ noServer: true });
const tell = (message) => {
    const text = JSON.stringify(message);
    for (const socket of sockets.clients) socket.send(text);
};
sockets.on('connection', (socket) =>
    socket.send(JSON.stringify({ type: 'snapshot', nodes: world.nodes, edges: world.edges })),
);

const select = (query) => {
    const tid = /Has\('TID', '([^']+)'\)/.exec(query)?.[1];
    if (tid) return world.nodes.filter((node) => node.Metadata.TID === tid);
    const byId = /^G\.V\('([^']+)'\)/.exec(query)?.[1];
    if (byId) return world.nodes.filter((node) => node.ID === byId);
    let found = world.nodes;
    for (const [, key, value] of query.matchAll(/Has\('([^']+)', '([^']+)'\)/g)) {
        found = found.filter((node) => (key === 'Host' ? node.Host : node.Metadata[key]) === value);
    }
    return found;
};

/** Writes the captures into the nodes' metadata, as agents would, and tells the pages. */
function applyCaptures() {
    const changed = new Map();
    const wanted = new Map();
    for (const capture of captures.values()) {
        for (const node of select(capture.GremlinQuery)) {
            const list = wanted.get(node.ID) ?? [];
            list.push({
                ID: capture.UUID,
                Name: capture.Name,
                Type: capture.Type || (node.Metadata.Type === 'ovsbridge' ? 'ovsmirror' : 'pcap'),
                State: 'active',
                ...(capture.BPFFilter ? { BPFFilter: capture.BPFFilter } : {}),
                PacketsReceived: pings * 11,
                PacketsDropped: 0,
                PacketsIfDropped: 0,
            });
            wanted.set(node.ID, list);
        }
    }
    for (const node of world.nodes) {
        const next = wanted.get(node.ID);
        if (!next && !node.Metadata.Captures) continue;
        if (next) node.Metadata.Captures = next;
        else delete node.Metadata.Captures;
        node.Revision++;
        node.UpdatedAt = Date.now();
        changed.set(node.ID, node);
    }
    if (changed.size > 0)
        tell({ type: 'changes', changes: [...changed.values()].map((node) => ({ op: 'node', node })) });
}
applyCaptures();
setInterval(() => {
    for (const injection of injections.values()) {
        if (injection.State === 'pending') injection.State = 'running';
        else if (injection.State === 'running') {
            injection.Sent++;
            pings++;
            if (injection.Sent >= injection.Count) injection.State = 'finished';
        }
    }
    if (kind === 'tutorial') pings++;
    applyCaptures();
}, 1000);
setInterval(() => tell({ type: 'alive' }), 10_000);

/** A capture file of Ethernet packets that holds none. */
const emptyPcap = Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex');

const fault = (status, code, message, where) => ({ status, body: { error: { code, message, where } } });

function answer(method, path, body) {
    if (path === '/api/topology' && method === 'POST') {
        const query = body?.GremlinQuery ?? '';
        if (/\.RawPackets\(\)$/.test(query)) return { file: emptyPcap };
        const flowLimit = /^G\.Flows\(\)/.test(query);
        if (flowLimit) return { body: kind === 'tutorial' ? flows(world, [...captures.values()], pings) : [] };
        if (!/^G\.[VE]\([^)]*\)(\.\w+\([^)]*\))*$/.test(query)) {
            return fault(
                400,
                'gremlin',
                "expected a step after '.', found the end of the expression",
                `column ${query.length + 1}`,
            );
        }
        const found = query.startsWith('G.E') ? world.edges : select(query);
        return { body: /\.Count\(\)$/.test(query) ? found.length : found };
    }
    if (path === '/api/user') return { body: { Name: 'anybody', Role: 'admin', RawPackets: true, Asked: false } };
    if (path === '/api/status') {
        const agents = [...new Set(world.nodes.map((node) => node.Host).filter((host) => host !== 'fabric'))];
        return {
            body: {
                Agents: Object.fromEntries(
                    agents.map((host) => [host, { State: 'connected', Since: Date.now() - 60_000 }]),
                ),
                Nodes: world.nodes.length,
                Edges: world.edges.length,
                Flows: kind === 'tutorial' ? 8 : 0,
                Captures: captures.size,
                Cluster: {
                    Self: 'akka.tcp://skydive@192.168.50.10:9111',
                    Leader: 'akka.tcp://skydive@192.168.50.10:9111',
                    Members: ['192.168.50.10:9111', ...agents.slice(0, 3).map((host) => `${host}:40211`)].map(
                        (address, index) => ({
                            Address: `akka.tcp://skydive@${address}`,
                            Roles: [index === 0 ? 'analyzer' : 'agent'],
                            Status: 'Up',
                            Reachable: true,
                        }),
                    ),
                },
            },
        };
    }
    if (path === '/api/capture') {
        if (method === 'GET') return { body: Object.fromEntries(captures) };
        if (/[^\w .:/&|!()[\]<>=-]|foo/.test(body?.BPFFilter ?? '')) {
            return fault(400, 'bpf', `can't parse filter expression: syntax error`, 'BPFFilter');
        }
        if (!body?.GremlinQuery) return fault(400, 'missing', 'GremlinQuery is required', 'GremlinQuery');
        const capture = {
            ...body,
            UUID: id('capture', Date.now(), Math.random()),
            Count: select(body.GremlinQuery).length,
        };
        captures.set(capture.UUID, capture);
        setTimeout(applyCaptures, 400);
        return { body: capture };
    }
    if (path.startsWith('/api/capture/') && method === 'DELETE') {
        if (!captures.delete(path.slice(13)))
            return fault(404, 'not-found', 'no capture has this UUID', path.slice(13));
        applyCaptures();
        return { body: {} };
    }
    if (path === '/api/injectpacket') {
        if (method === 'GET') return { body: Object.fromEntries(injections) };
        if (select(body?.Src ?? '').length !== 1) return fault(400, 'src', 'Src selects no node', 'Src');
        if (body.Payload === 'fail') return fault(400, 'payload', 'this fixture refuses the payload "fail"', 'Payload');
        const injection = {
            ...body,
            UUID: id('injection', Date.now(), Math.random()),
            State: 'pending',
            Sent: 0,
            StartTime: Date.now(),
        };
        injections.set(injection.UUID, injection);
        return { body: injection };
    }
    if (path.startsWith('/api/injectpacket/') && method === 'DELETE') {
        return injections.delete(path.slice(18))
            ? { body: {} }
            : fault(404, 'not-found', 'no injection has this UUID', path.slice(18));
    }
    // For tries of a page that missed something: a node leaves, and the pages aren't told.
    if (path.startsWith('/api/fixture/lose/') && method === 'POST') {
        const name = path.slice(18);
        const lost = new Set(world.nodes.filter((node) => node.Metadata.Name === name).map((node) => node.ID));
        world.nodes = world.nodes.filter((node) => !lost.has(node.ID));
        world.edges = world.edges.filter((edge) => !lost.has(edge.Parent) && !lost.has(edge.Child));
        return { body: lost.size };
    }
    return fault(404, 'not-found', 'there is nothing here', path);
}

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', async () => {
        if (path.startsWith('/api/')) {
            const {
                status = 200,
                body,
                file,
            } = answer(request.method, path, text === '' ? undefined : JSON.parse(text));
            if (file) response.writeHead(200, { 'content-type': 'application/vnd.tcpdump.pcap' }).end(file);
            else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
            return;
        }
        const file = join(root, normalize(path === '/' ? '/index.html' : path));
        try {
            const content = await readFile(file);
            response
                .writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' })
                .end(content);
        } catch {
            response.writeHead(404).end();
        }
    });
});
server.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit('connection', ws)),
);
server.listen(port, '127.0.0.1', () =>
    console.log(`fixture "${kind}" on http://127.0.0.1:${port}, process ${process.pid}`),
);
