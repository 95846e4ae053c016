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

// A page that notes what it asks other hosts for, and a way to wait for text that keeps a picture when it fails.
async function opened(t, server) {
	const page = await (await browser(t)).newPage({ viewport: { width: 1400, height: 900 } });
	const foreign = [];
	page.on('request', (request) => {
		const url = new URL(request.url());
		if (!['data:', 'blob:'].includes(url.protocol) && url.host !== server.host)
			foreign.push(request.url());
	});
	page.on('websocket', (socket) => {
		if (new URL(socket.url()).host !== server.host)
			foreign.push(socket.url());
	});
	const picture = (name) => page.screenshot({ path: path.join(artifacts, name) });
	const seen = async (locator, what) => {
		try {
			await locator.first().waitFor({ timeout: 30_000 });
		} catch (error) {
			await picture('failed.png');
			throw new Error(`not in the page: ${what}`, { cause: error });
		}
	};
	fs.mkdirSync(artifacts, { recursive: true });
	await page.goto(server.url.href);
	return { page, foreign, picture, seen };
}

test('a click on a crash shows the paused process in DevTools', async (t) => {
	const dir = temporaryDirectory(t);
	crash(dir, path.join(root, 'examples/nested.js'));
	const server = await serve(t, [dir]);
	const { page, foreign, picture, seen } = await opened(t, server);
	await seen(page.locator('.crash .error'), 'the crash');
	await picture('index.png');
	await page.locator('.crash a.open').first().click();
	await page.waitForURL(/js_app\.html/, { waitUntil: 'commit' });

	await seen(page.getByText(/Paused on (uncaught )?exception/i), 'the banner');
	const frames = page.locator('.call-frame-item-title');
	await seen(frames, 'the call stack');
	assert.deepStrictEqual((await frames.allTextContents()).slice(0, 3), ['priceOf', 'checkout', 'main']);
	await seen(page.getByText('"honey"'), "the value of priceOf's local `name`");
	const line = page.locator('.cm-execution-line, .cm-executionLine');
	await seen(line, 'the highlighted line');
	assert.match(await line.first().textContent(), /level\.price \* quantity/);
	await picture('devtools.png');

	await page.locator('.name-and-value').filter({ hasText: /^this: ?Stock/ }).first().click();
	await seen(page.getByText('Map(3)'), "this.levels, after a click on `this`");
	await frames.filter({ hasText: 'checkout' }).first().click();
	await seen(page.locator('.name-and-value').filter({ hasText: /^order: ?Order/ }), "checkout's argument, after a click on its frame");
	await picture('devtools-frame.png');

	await page.keyboard.press('F8');
	await seen(page.getByText(/Paused on (uncaught )?exception/i), 'the banner after going on');
	await seen(frames.filter({ hasText: /^main$/ }), 'the call stack after going on');
	assert.deepStrictEqual((await frames.allTextContents()).slice(0, 3), ['priceOf', 'checkout', 'main']);
	assert.deepStrictEqual(foreign, []);
});

test('the console of a dead process answers', async (t) => {
	const dir = temporaryDirectory(t);
	crash(dir, path.join(root, 'examples/http-server.js'));
	const server = await serve(t, [dir]);
	const { page, foreign, picture, seen } = await opened(t, server);
	await page.locator('.crash a.open').first().click();
	await seen(page.getByText(/Paused on (uncaught )?exception/i), 'the banner');
	await page.getByRole('tab', { name: 'Console' }).click();
	await seen(page.getByText(/Uncaught TypeError: Cannot read properties of null/), 'the uncaught error');
	const prompt = page.locator('.console-view .cm-content').last();
	await prompt.click();
	const typed = [['session.user.length + 10', '15'], ['[...sessions.keys()].join("+")', "'a1+b2'"], ['session.nosuch.x', /Uncaught TypeError: Cannot read properties of undefined/]];
	for (const [index, [expression, answer]] of typed.entries()) {
		await page.keyboard.type(expression);
		await page.keyboard.press('Enter');
		// Its preview appears while one still types: only what stands below the command counts.
		await seen(page.locator('.console-user-command').nth(index), `the command ${expression}`);
		await seen(page.locator('.console-user-command-result, .console-error-level').getByText(answer), expression);
	}
	await picture('devtools-console.png');
	assert.deepStrictEqual(foreign, []);
});

test('the list filters, groups, and finds its way by keyboard', async (t) => {
	const dir = temporaryDirectory(t);
	const nested = crash(dir, path.join(root, 'examples/nested.js'));
	crash(dir, path.join(root, 'examples/http-server.js'));
	fs.copyFileSync(nested, path.join(dir, 'again.inspmort'));
	const server = await serve(t, [dir]);
	const { page, foreign, picture, seen } = await opened(t, server);
	const visible = () => page.locator('.crash:visible').count();
	await seen(page.locator('.crash'), 'crashes');
	assert.strictEqual(await visible(), 3);
	await page.keyboard.press('/');
	await page.keyboard.type('loadCart');
	assert.strictEqual(await visible(), 1);
	assert.strictEqual(await page.locator('#count').textContent(), '1 of 3');
	await page.keyboard.press('Escape');
	assert.strictEqual(await visible(), 3);
	await page.locator('#group').check();
	assert.strictEqual(await visible(), 2);
	await seen(page.getByText('2×'), 'how often');
	await picture('index-grouped.png');
	await page.locator('#group').uncheck();
	fs.copyFileSync(nested, path.join(dir, 'new.inspmort'));
	await page.locator('#crashes[data-count="4"]').waitFor({ state: 'attached', timeout: 30_000 });
	assert.strictEqual(await visible(), 4);
	await page.getByRole('link', { name: 'report' }).first().click();
	await seen(page.locator('.report'), 'the report');
	assert.match(await page.locator('.report').textContent(), /#0 (priceOf|loadCart)/);
	await picture('report.png');
	await page.getByRole('link', { name: 'All crashes' }).click();
	await seen(page.locator('.crash'), 'crashes');
	await page.locator('body').press('ArrowDown');
	await page.keyboard.press('Enter');
	await page.waitForURL(/js_app\.html/, { waitUntil: 'commit' });
	await seen(page.getByText(/Paused on (uncaught )?exception/i), 'the banner');
	assert.deepStrictEqual(foreign, []);
});
