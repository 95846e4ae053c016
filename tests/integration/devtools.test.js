// SPDX-License-Identifier: MIT
// A user's way: open the list in a browser, click the crash, see the dead process in DevTools.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { chromium } = require('playwright-core');
const { build, crash, root, serve, temporaryDirectory } = require('../support/serve.js');

const artifacts = path.join(build, 'artifacts');

async function browser(t) {
	const instance = await chromium.launch({
		executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
		headless: true,
		args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
			'--disable-component-update', '--disable-sync'],
	});
	t.after(() => instance.close());
	return instance;
}

test('a click on a crash shows the paused process in DevTools', async (t) => {
	const dir = temporaryDirectory(t);
	crash(dir, path.join(root, 'examples/nested.js'));
	const server = await serve(t, [dir]);
	const page = await (await browser(t)).newPage({ viewport: { width: 1400, height: 900 } });
	const foreign = [];
	page.on('request', (request) => {
		const url = new URL(request.url());
		if (!['data:', 'blob:'].includes(url.protocol) && url.host !== server.host)
			foreign.push(request.url());
	});
	const seen = async (text, what) => {
		try {
			await page.getByText(text).first().waitFor({ timeout: 30_000 });
		} catch (error) {
			await page.screenshot({ path: path.join(artifacts, 'devtools-failed.png') });
			throw new Error(`not in the page: ${what}`, { cause: error });
		}
	};

	fs.mkdirSync(artifacts, { recursive: true });
	await page.goto(server.url.href);
	await page.locator('.crash .error').first().waitFor();
	await page.screenshot({ path: path.join(artifacts, 'index.png') });
	await page.locator('.crash a.open').first().click();
	await page.waitForURL(/js_app\.html/, { waitUntil: 'commit' });

	await seen(/Paused on (uncaught )?exception/i, 'the banner');
	const frames = page.locator('.call-frame-item-title');
	await frames.first().waitFor({ timeout: 30_000 });
	const names = await frames.allTextContents();
	assert.deepStrictEqual(names.slice(0, 3), ['priceOf', 'checkout', 'main']);
	await seen('"honey"', "the value of priceOf's local `name`");
	await page.locator('.cm-execution-line, .cm-executionLine').first().waitFor({ timeout: 30_000 });
	const line = await page.locator('.cm-execution-line, .cm-executionLine').first().textContent();
	assert.match(line, /level\.price \* quantity/);
	await page.screenshot({ path: path.join(artifacts, 'devtools.png') });
	assert.deepStrictEqual(foreign, []);
});
