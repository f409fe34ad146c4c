// node dev/try.mjs: uses the page as a user would, against a tutorial fixture that it starts, stops and starts again.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { withPage } from './chromium.mjs';

const port = Number(process.argv[2] ?? 18185);
const fixture = async () => {
    const started = spawn(process.execPath, [
        fileURLToPath(new URL('fixture-server.mjs', import.meta.url)),
        'tutorial',
        String(port),
    ]);
    await once(started.stdout, 'data');
    return started;
};
const by = (name) => `[data-testid=${name}]`;

let server = await fixture();
try {
    await withPage(async (page) => {
        page.setDefaultTimeout(60_000);
        const text = (name) => page.locator(by(name)).first().textContent();
        const passed = (what) => console.log(`ok  ${what}`);
        await page.goto(`http://127.0.0.1:${port}`);
        await page.waitForSelector('[data-laid-out]');

        await page.waitForSelector(by('flow-row'));
        const gre = await page.locator('[data-layers="Ethernet/IPv4/GRE"]').getAttribute('data-uuid');
        const icmp = page.locator(`${by('flow-row')}[data-parent="${gre}"][data-layers$=ICMPv4]`);
        assert.equal(await icmp.getAttribute('data-depth'), '1');
        passed('the ICMP flow stands below its GRE flow');

        await page.locator(`${by('flow-row')}[data-uuid="${gre}"] ${by('flow-twist')}`).click();
        assert.equal(await icmp.count(), 0);
        await page.locator(`${by('flow-row')}[data-uuid="${gre}"] ${by('flow-twist')}`).click();
        passed('a tunnel folds');

        await icmp.click();
        assert.match(await text('journey'), /3 capture points/);
        await page.keyboard.press('Escape');
        await page.waitForSelector(by('journey'), { state: 'detached' });
        passed('a flow shows its journey, Escape takes it back');

        const downloading = page.waitForEvent('download');
        await page.locator(by('flow-pcap')).first().click();
        const file = await downloading;
        assert.match(file.suggestedFilename(), /^(ICMPv4|ARP)-[0-9a-f]{8}\.pcap$/);
        assert.equal((await readFile(await file.path())).readUInt32LE(0), 0xa1b2c3d4);
        passed('the packets kept of a flow are downloaded');

        const vm = await page.evaluate(() => {
            const node = window.skydive.nodes().find((n) => n.name === 'vm1-eth0' && n.type === 'veth');
            return { ...node, ...window.skydive.nodePosition(node.id) };
        });
        await page.mouse.click(vm.x, vm.y);
        await page.waitForSelector(`${by('node-details')}[data-id="${vm.id}"]`);
        assert.equal(await text('node-name'), 'vm1-eth0');
        assert.match(await text('metadata'), /MTU\s*1500/);
        passed('a click on the map shows a node');

        await page.fill(by('capture-bpf'), 'foo bar');
        await page.click(by('capture-start'));
        await page.waitForSelector(by('capture-error'));
        assert.match(await text('capture-error'), /syntax error/);
        passed('a filter that does not compile is refused in words');
        await page.fill(by('capture-bpf'), 'icmp');
        await page.click(`${by('capture-options')} summary`);
        await page.fill(by('capture-raw-packets'), '1000');
        await page.click(by('capture-start'));
        assert.match(await text('capture-options'), /from 1 to 100/);
        await page.fill(by('capture-raw-packets'), '5');
        await page.click(by('capture-start'));
        await page.waitForSelector(`${by('node-capture')}[data-state=active]`);
        assert.equal(await text('capture-filter'), 'icmp');
        await page.waitForFunction(() =>
            document.querySelector('[data-testid=node-capture]').textContent.includes('keeps 5 packets of each flow'),
        );
        await page.waitForSelector(`${by('node-row')}[data-id="${vm.id}"][data-captures="1"]`);
        await page.click(by('capture-stop'));
        await page.waitForSelector(by('node-capture'), { state: 'detached' });
        passed('a capture starts, counts and stops');

        await page.focus(by('node-list'));
        await page.keyboard.press('Home');
        for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowDown');
        await page.keyboard.press('Enter');
        assert.equal(await text('node-name'), 'agent1');
        passed('a node is selected by keyboard');

        await page.click(by('tab-inject'));
        await page.click(by('inject-send'));
        assert.match(await text('inject-form'), /choose the interface that sends/);
        await page.click(by('inject-pick-src'));
        const ends = await page.evaluate(() =>
            window.skydive
                .nodes()
                .filter((n) => n.name === 'eth0' && n.type === 'veth')
                .map((n) => ({ ...n, ...window.skydive.nodePosition(n.id) })),
        );
        await page.mouse.click(ends[0].x, ends[0].y);
        await page.waitForSelector(by('picking'), { state: 'detached' });
        assert.equal(await page.inputValue(by('inject-src')), ends[0].id);
        await page.selectOption(by('inject-dst'), ends[1].id);
        await page.fill(by('inject-count'), '2');
        await page.click(by('inject-send'));
        await page.waitForSelector(`${by('injection-row')}[data-state=finished]`);
        passed('packets are injected between picked nodes, to the end');
        await page.fill(by('inject-payload'), 'fail');
        await page.click(by('inject-send'));
        await page.waitForSelector(by('inject-error'));
        passed('a refused injection says why');

        await page.fill(by('search-input'), 'type=ovsbridge agent2');
        assert.match(await text('search-state'), /2 matches/);
        await page.fill(by('search-input'), "G.V().Has('Type', 'netns').Count()");
        await page.keyboard.press('Enter');
        await page.waitForFunction(() => document.querySelector('[data-testid=search-state]').textContent === '2');
        await page.fill(by('search-input'), 'G.V(');
        await page.keyboard.press('Enter');
        await page.waitForSelector(by('gremlin-error'));
        assert.match(await text('gremlin-error'), /column 5/);
        await page.fill(by('search-input'), '');
        passed('words and Gremlin are searched, errors shown');

        server.kill();
        await page.waitForSelector(by('offline-banner'));
        assert.match(await text('offline-banner'), /state of \d\d:\d\d:\d\d/);
        server = await fixture();
        await page.waitForSelector(`${by('connection')}[data-phase=open]`);
        await page.waitForSelector(by('offline-banner'), { state: 'detached' });
        assert.match(await text('node-summary'), /3 hosts, 43 nodes/);
        passed('the page comes back by itself after the analyzer was away');

        const losing = await fetch(`http://127.0.0.1:${port}/api/fixture/lose/tor1`, { method: 'POST' });
        assert.equal(await losing.json(), 1);
        await page.waitForFunction(() => window.skydive.nodes().every((node) => node.name !== 'tor1'));
        assert.match(await text('node-summary'), /3 hosts, 42 nodes/);
        passed('a map that missed something is fetched anew');

        await page.click(by('tab-captures'));
        assert.equal(await page.locator(by('capture-row')).count(), 3);
        await page.locator(by('capture-delete')).first().click();
        await page.waitForFunction(() => document.querySelectorAll('[data-testid=capture-row]').length === 2);
        passed('captures are listed and deleted');
    });
} finally {
    server.kill();
}
