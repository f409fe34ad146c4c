// node dev/look.mjs URL FOLDER: screenshots of the page in its states, against the tutorial fixture.
import { mkdir } from 'node:fs/promises';
import { withPage } from './chromium.mjs';

const url = process.argv[2] ?? 'http://127.0.0.1:8082';
const folder = process.argv[3] ?? '/tmp/skydive-ui-look';
await mkdir(folder, { recursive: true });

await withPage(async (page) => {
    const shot = (name) => page.screenshot({ path: `${folder}/${name}.png` });
    await page.goto(url);
    await page.waitForSelector('[data-laid-out]');
    await page.waitForSelector('[data-testid=flow-row]');
    await page.waitForTimeout(1200);
    await shot('1-overview');
    const eth1 = await page.evaluate(() => {
        const node = window.skydive.nodes().find((n) => n.name === 'eth1' && n.host === 'agent1');
        return window.skydive.nodePosition(node.id);
    });
    await page.mouse.click(eth1.x, eth1.y);
    await page.waitForSelector('[data-testid=node-details]');
    await page.waitForTimeout(400);
    await shot('2-node');
    await page.click('[data-testid=flow-row][data-depth="1"][data-layers$=ICMPv4]');
    await page.waitForTimeout(500);
    await shot('3-journey');
    await page.keyboard.press('Escape');
    await page.click('[data-testid=tab-inject]');
    await page.click('[data-testid=inject-pick-src]');
    await page.waitForTimeout(200);
    await shot('4-inject');
    await page.keyboard.press('Escape');
    await page.fill('[data-testid=search-input]', "G.V().Has('Type', 'ovsbridge')");
    await page.keyboard.press('Enter');
    await page.waitForTimeout(500);
    await page.click('[data-testid=tab-captures]');
    await page.waitForTimeout(300);
    await shot('5-gremlin');
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.fill('[data-testid=search-input]', '');
    await page.waitForTimeout(600);
    await shot('6-1280');
});
