// Starts the machine's chromium with WebGL in software, for the scripts beside this file.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export async function withPage(work, viewport = { width: 1440, height: 900 }) {
    const profile = await mkdtemp(join(tmpdir(), 'skydive-ui-'));
    const context = await chromium.launchPersistentContext(profile, {
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        headless: true,
        viewport,
        args: [
            '--no-sandbox',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
            '--use-gl=angle',
            '--use-angle=swiftshader',
            '--enable-unsafe-swiftshader',
        ],
    });
    try {
        const page = context.pages()[0] ?? (await context.newPage());
        page.on('console', (message) => {
            if (message.type() === 'error' || message.type() === 'warning')
                console.log(`[${message.type()}] ${message.text()}`);
        });
        page.on('pageerror', (error) => console.log(`[page error] ${error.stack}`));
        await work(page);
    } finally {
        await context.close();
        await rm(profile, { recursive: true, force: true });
    }
}
