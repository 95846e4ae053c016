// SPDX-License-Identifier: MIT
'use strict';
// A page of a real Chromium: no Node inside, and still frames, variables and objects, with nothing of the page's run.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const WebSocket = require('ws');
const { folder, inspmort, undo, convert, variables } = require('../support/agent');

const chromium = process.env.CHROMIUM || '/usr/bin/chromium';

const page = `<!doctype html><title>shop</title><script>
var ran = 0;
const count = () => { ran++; }, traps = new Proxy({}, { get() { ran++; } });
class Cart {
	#hidden = 7;
	constructor() { this.items = [{ sku: 'a' }, , 'x']; this.map = new Map([['k', { v: 1 }]]); this.proxy = new Proxy({ t: 1 }, traps); this.call = new Proxy(count, traps); this.done = Promise.resolve({ ok: 5 });
		this.bad = Promise.reject(new Error('bad')); this.bad.catch(() => {}); this.bytes = new Uint8Array([1, 2, 3]); this.when = new Date(0); this.self = this; }
	get total() { ran++; return 1; }
	toString() { ran++; return ''; }
}
function checkout(order) { const cart = new Cart(); ran = 0; return order.missing.price; }
setInterval(function boom() { checkout({ id: 42 }); }, 100);
</script>`;

const json = (port, address) => new Promise((resolve, reject) => http.get({ host: '127.0.0.1', port, path: address }, (response) => {
	let text = '';
	response.on('data', (d) => { text += d; }).on('end', () => resolve(JSON.parse(text)));
}).on('error', reject));

// The page, loaded, and where its inspector is.
async function opened(t) {
	const dir = folder(t), file = path.join(dir, 'page.html');
	fs.writeFileSync(file, page);
	const child = spawn(chromium, ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update',
		'--disable-sync', `--user-data-dir=${dir}/profile`, '--remote-debugging-port=0', `file://${file}`], { stdio: ['ignore', 'ignore', 'pipe'] });
	undo(t, () => child.kill('SIGKILL'));
	let text = '';
	const port = await new Promise((resolve, reject) => {
		child.stderr.setEncoding('utf8').on('data', (piece) => {
			text += piece;
			const found = /ws:\/\/127\.0\.0\.1:(\d+)/.exec(text);
			if (found) resolve(found[1]);
		});
		child.on('exit', () => reject(new Error(`Chromium ended: ${text.slice(-500)}`)));
	});
	for (;;) {
		const target = (await json(port, '/json/list')).find(({ type, url }) => type === 'page' && url.endsWith('/page.html'));
		if (target) return { dir, url: target.webSocketDebuggerUrl };
	}
}

async function evaluate(url, expression) {
	const socket = new WebSocket(url, { perMessageDeflate: false });
	await once(socket, 'open');
	return new Promise((resolve) => {
		socket.on('message', (text) => {
			const message = JSON.parse(text);
			if (message.id !== 1) return;
			socket.terminate();
			resolve(message.result.result.value);
		});
		socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }));
	});
}

test('a page of Chromium: waits for an uncaught exception', { skip: !fs.existsSync(chromium) && 'no Chromium', timeout: 60000 }, async (t) => {
	const { dir, url } = await opened(t), out = path.join(dir, 'out');
	fs.mkdirSync(out);
	const child = spawn(inspmort, ['attach', '--dir', out, url], { stdio: ['ignore', 'ignore', 'pipe'] });
	undo(t, () => child.kill('SIGKILL'));
	child.stderr.resume();
	// A page does not die of it: what was held is given its name when we leave.
	await new Promise((resolve) => {
		const timer = setInterval(() => {
			if (!fs.readdirSync(out).some((name) => fs.statSync(path.join(out, name)).size > 10000)) return;
			clearInterval(timer);
			setTimeout(resolve, 1000);
		}, 100);
	});
	child.kill('SIGINT');
	await once(child, 'exit');
	const crash = convert(path.join(out, fs.readdirSync(out).find((name) => name.endsWith('.inspmort'))));
	const [paused] = crash.Paused;
	assert.deepStrictEqual([paused.reason, ...paused.callFrames.map((f) => f.functionName)], ['exception', 'checkout', 'boom']);
	assert.match(crash.Scripts[paused.callFrames[0].location.scriptId].source, /class Cart/);
	const { cart } = variables(crash, paused.callFrames[0]);
	const inside = ({ objectId }) => {
		const { result, internalProperties = [], privateProperties = [] } = crash.RemoteObjects[objectId];
		return Object.fromEntries([...result, ...internalProperties, ...privateProperties].map((p) => [p.name, p.value]));
	};
	const shown = inside(cart);
	assert.strictEqual(shown['#hidden'].value, 7);
	assert.strictEqual(shown.self.objectId, cart.objectId);
	assert.deepStrictEqual(['proxy', 'call', 'done', 'bad', 'map', 'bytes', 'when', 'items'].map((name) => shown[name].subtype ?? shown[name].type),
		['proxy', 'proxy', 'promise', 'promise', 'map', 'typedarray', 'date', 'array']);
	assert.strictEqual(inside(inside(shown.proxy)['[[Target]]']).t.value, 1);
	assert.strictEqual(inside(shown.call)['[[Target]]'].type, 'function');
	assert.strictEqual(inside(shown.done)['[[PromiseState]]'].value, 'fulfilled');
	assert.strictEqual(inside(inside(shown.done)['[[PromiseResult]]']).ok.value, 5);
	assert.match(inside(shown.bad)['[[PromiseResult]]'].description, /^Error: bad/);
});

test('a page of Chromium: its state now, and nothing of it has run', { skip: !fs.existsSync(chromium) && 'no Chromium', timeout: 60000 }, async (t) => {
	const { dir, url } = await opened(t), out = path.join(dir, 'out');
	fs.mkdirSync(out);
	const { status, stderr } = spawnSync(inspmort, ['attach', '--now', '--dir', out, url], { encoding: 'utf8' });
	assert.strictEqual(status, 0, stderr);
	assert.strictEqual(await evaluate(url, 'ran'), 0);
});
