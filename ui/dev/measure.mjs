// node dev/measure.mjs URL [SCREENSHOT]: how long the page needs for its first picture, and per frame while zooming and
// panning; for the scale fixture.
import { withPage } from './chromium.mjs';

const url = process.argv[2] ?? 'http://127.0.0.1:8082';
const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * q)] ?? 0;

await withPage(async (page) => {
    const start = Date.now();
    await page.goto(url);
    await page.waitForSelector('[data-laid-out]', { timeout: 120_000 });
    const visible = Date.now() - start;
    await page.waitForTimeout(1500);
    const first = await page.evaluate(() => window.skydive.figures());
    console.log(
        `${first.nodes} nodes, ${first.edges} links: page to picture ${visible} ms; snapshot to picture ${first.firstDrawMilliseconds.toFixed(0)} ms, of it layout ${first.layoutMilliseconds.toFixed(0)} ms`,
    );
    if (process.argv[3]) await page.screenshot({ path: process.argv[3] });

    const box = await page.locator('[data-testid=map-canvas]').boundingBox();
    const frames = async (name, act) => {
        const intervals = page.evaluate(
            () =>
                new Promise((resolve) => {
                    const times = [];
                    const begin = performance.now();
                    const tick = (now) => {
                        times.push(now);
                        if (performance.now() - begin < 3000) requestAnimationFrame(tick);
                        else resolve(times.slice(1).map((time, index) => time - times[index]));
                    };
                    requestAnimationFrame(tick);
                }),
        );
        await act();
        const all = await intervals;
        const { frames } = await page.evaluate(() => window.skydive.figures());
        console.log(
            `${name}: ${(1000 / (all.reduce((a, b) => a + b, 0) / all.length)).toFixed(0)} frames/s, between frames median ${quantile(all, 0.5).toFixed(0)} ms, 95% ${quantile(all, 0.95).toFixed(0)} ms; page busy per frame median ${quantile(frames, 0.5).toFixed(1)} ms, 95% ${quantile(frames, 0.95).toFixed(1)} ms`,
        );
    };
    const x = box.x + box.width / 2;
    const y = box.y + box.height / 2;
    await frames('pan, all in view', async () => {
        await page.mouse.move(x, y);
        await page.mouse.down();
        for (let i = 0; i < 40; i++) {
            await page.mouse.move(x + 60 * Math.sin(i / 4), y + 40 * Math.cos(i / 4));
            await page.waitForTimeout(40);
        }
        await page.mouse.up();
    });
    await frames('zoom in', async () => {
        for (let i = 0; i < 12; i++) {
            await page.mouse.wheel(0, -240);
            await page.waitForTimeout(150);
        }
    });
    if (process.argv[3]) await page.screenshot({ path: process.argv[3].replace('.png', '-zoomed.png') });
    await frames('pan, zoomed in', async () => {
        await page.mouse.down();
        for (let i = 0; i < 40; i++) {
            await page.mouse.move(x + 200 * Math.sin(i / 6), y + 150 * Math.cos(i / 6));
            await page.waitForTimeout(40);
        }
        await page.mouse.up();
    });
    const typed = Date.now();
    await page.fill('[data-testid=search-input]', 'node-123 pod-4');
    await page.waitForSelector('[data-testid=search-state]:not(:empty)');
    console.log(`search as typed: ${Date.now() - typed} ms, ${await page.textContent('[data-testid=search-state]')}`);
    await page.waitForTimeout(800);
    if (process.argv[3]) await page.screenshot({ path: process.argv[3].replace('.png', '-search.png') });
});
