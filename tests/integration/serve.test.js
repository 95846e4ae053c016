// SPDX-License-Identifier: MIT
// The server's outside: discovery endpoints, pages, guards, bad input.
'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const path = require('node:path');
const { before, after, test } = require('node:test');
const WebSocket = require('ws');
const support = require('../support/serve.js');

const { crash, crashSource, inspmort, root, serve, session, targets } = support;
const shared = { after: (fn) => cleanups.push(fn) };
const cleanups = [];
let dir, file, server;

before(async () => {
	dir = support.temporaryDirectory(shared);
	file = crash(dir, path.join(root, 'examples/nested.js'));
	server = await serve(shared, [dir]);
});
after(async () => {
	for (const fn of cleanups.reverse())
		await fn();
});

function get(pathname, { headers = {}, method = 'GET', port = server.port } = {}) {
	return new Promise((resolve, reject) => {
		const request = http.request({ host: '127.0.0.1', port, path: pathname, method, headers, agent: false }, (response) => {
			let body = '';
			response.setEncoding('utf8').on('data', (text) => { body += text; });
			response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
		});
		request.on('error', reject);
		request.end();
	});
}

// Raw bytes in, everything that comes back until the server closes or falls silent.
function raw(bytes, { port = server.port, silence = 300 } = {}) {
	return new Promise((resolve) => {
		const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes));
		let text = '';
		const done = () => { socket.destroy(); resolve(text); };
		socket.setTimeout(silence, done);
		socket.setEncoding('latin1').on('data', (piece) => { text += piece; });
		socket.on('close', done);
		socket.on('error', done);
	});
}

function handshake(pathname, headers) {
	return new Promise((resolve) => {
		const socket = new WebSocket(`ws://127.0.0.1:${server.port}${pathname}`, { headers, perMessageDeflate: false });
		socket.on('open', () => { socket.terminate(); resolve(101); });
		socket.on('unexpected-response', (request, response) => { request.destroy(); resolve(response.statusCode); });
		socket.on('error', () => resolve(0));
	});
}

test('/json has the form that Node gives it', async () => {
	const { status, headers, body } = await get('/json');
	assert.strictEqual(status, 200);
	assert.strictEqual(headers['content-type'], 'application/json; charset=UTF-8');
	assert.strictEqual(headers['cache-control'], 'no-cache');
	const [target] = JSON.parse(body);
	const keys = ['description', 'devtoolsFrontendUrl', 'devtoolsFrontendUrlCompat', 'faviconUrl', 'id', 'title', 'type', 'url', 'webSocketDebuggerUrl'];
	assert.deepStrictEqual(Object.keys(target), keys);
	assert.strictEqual(target.type, 'node');
	assert.strictEqual(target.description, 'node.js instance');
	assert.match(target.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
	assert.strictEqual(target.webSocketDebuggerUrl, `ws://${server.host}/${target.id}`);
	assert.strictEqual(target.url, `file://${path.join(root, 'examples/nested.js')}`);
	assert.match(target.title, /nested\.js.*TypeError/);
	assert.strictEqual(body, `[ {\n${keys.map((key) => `  ${JSON.stringify(key)}: ${JSON.stringify(target[key])}`).join(',\n')}\n} ]\n\n`);
	for (const same of ['/json/list', '/JSON', '/json/', '/json/LIST/'])
		assert.strictEqual((await get(same)).body, body, same);
	const version = await get('/json/version');
	assert.strictEqual(version.body, `{\n  "Browser": "node.js/${process.version}",\n  "Protocol-Version": "1.1"\n} `);
	for (const absent of ['/json/nosuch', '/json/new', '/jsonx', '/json/list/x'])
		assert.strictEqual((await get(absent)).status, 404, absent);
});

test('/json/protocol describes what is served', async (t) => {
	const protocol = JSON.parse((await get('/json/protocol')).body);
	const client = await session((await targets(server))[0].webSocketDebuggerUrl);
	t.after(client.close);
	const types = new Set(protocol.domains.flatMap(({ domain, types = [] }) => types.map(({ id }) => `${domain}.${id}`)));
	for (const { domain, commands } of protocol.domains) {
		for (const { name, parameters = [], returns = [] } of commands) {
			for (const { $ref, items } of [...parameters, ...returns])
				for (const ref of [$ref, items?.$ref])
					assert.ok(!ref || types.has(ref), `${domain}.${name}: ${ref}`);
			const { error } = await client.request(`${domain}.${name}`, {});
			assert.notStrictEqual(error?.code, -32601, `${domain}.${name} is served`);
			const mandatory = parameters.some(({ optional }) => !optional);
			assert.strictEqual(error?.code === -32602 && error.data !== undefined, mandatory, `${domain}.${name}: ${JSON.stringify(error)}`);
		}
	}
	for (const absent of ['Page.enable', 'Target.setAutoAttach', 'Debugger.nosuch', 'nodot', ''])
		assert.deepStrictEqual((await client.request(absent, {})).error, { code: -32601, message: `'${absent}' wasn't found` });
});

test('only those who name us by address get in', async () => {
	const [{ id }] = await targets(server);
	for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1', '[::1]:9229', '192.168.1.1'])
		assert.strictEqual((await get('/json/version', { headers: { host } })).status, 200, host);
	for (const host of ['evil.com', 'evil.com:9229', 'localhost6', 'sub.localhost', '127.0.0.1.evil.com', '0.0.0.0', '0x7f.1', '127.0.0.1.']) {
		assert.strictEqual((await get('/json/version', { headers: { host } })).status, 400, host);
		assert.strictEqual(await handshake(`/${id}`, { host }), 400, host);
	}
	for (const origin of [`http://${server.host}`, 'devtools://devtools', 'http://127.0.0.1:9222', 'http://localhost:3000']) {
		assert.strictEqual((await get('/json', { headers: { origin } })).status, 200, origin);
		assert.strictEqual(await handshake(`/${id}`, { origin }), 101, origin);
	}
	for (const origin of ['http://evil.com', 'null', 'https://127.0.0.1.evil.com', 'chrome-extension://abc']) {
		assert.strictEqual((await get('/json', { headers: { origin } })).status, 403, origin);
		assert.strictEqual(await handshake(`/${id}`, { origin }), 403, origin);
	}
	for (const wrong of ['/', '/wrong', `/${id}x`, `/${id.slice(1)}`, '/json', `/${id}-7`])
		assert.notStrictEqual(await handshake(wrong, {}), 101, wrong);
});

test('only GET, only HTTP/1, nothing but WebSockets to upgrade to', async () => {
	for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])
		assert.ok([405, 400, 403, 404].includes((await get('/json', { method }).catch(() => ({ status: 400 }))).status), method);
	const body = await raw('POST /json HTTP/1.1\r\nHost: localhost\r\nContent-Length: 40\r\n\r\nGET /json/version HTTP/1.1\r\nHost: x\r\n\r\n');
	assert.match(body, /^HTTP\/1\.1 405 /);
	assert.doesNotMatch(body, /Protocol-Version/);
	const h2c = await raw('GET /json HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n');
	assert.doesNotMatch(h2c, /101/);
	const prior = await raw('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0');
	assert.doesNotMatch(prior, /\0\0\0\x04/);
	assert.strictEqual((await get('/json')).status, 200, 'still answering');
});

test('files of the server stay where they are', async () => {
	for (const wanted of ['/devtools/../package.json', '/devtools/%2e%2e/%2e%2e/package.json', '/devtools//etc/passwd', '/devtools/..%2f..%2fREADME.md',
		'/../../../etc/passwd', '/devtools/', '/devtools/.', '/devtools/js_app.html/', '/devtools/core', '/crash/../../etc/passwd']) {
		const answer = await raw(`GET ${wanted} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
		assert.doesNotMatch(answer, /^HTTP\/1\.1 200/, wanted);
	}
	const page = await get('/devtools/js_app.html');
	assert.strictEqual(page.status, 200);
	assert.match(page.headers['content-security-policy'], /default-src 'self'/);
	assert.doesNotMatch(page.headers['content-security-policy'], /https?:/);
});

test('the list escapes what the dead process said', async (t) => {
	const evil = support.temporaryDirectory(t);
	crashSource(evil, 'evil.js', 'throw new Error(`<img src=x onerror=alert(1)> "quoted" \\u202e \\x1b[31m </script>`);\n');
	const own = await serve(t, [evil]);
	const { body, headers } = await get('/', { port: own.port });
	assert.match(body, /&lt;img src=x onerror=alert\(1\)&gt; &quot;quoted&quot;/);
	assert.doesNotMatch(body, /<img|\x1b|\u202e|<\/script> *<\/span/);
	assert.match(headers['content-security-policy'], /default-src 'none'/);
	const [{ id, title }] = await targets(own);
	assert.match(title, /<img/);
	const page = await get(`/crash/${id}`, { port: own.port });
	assert.strictEqual(page.status, 200);
	assert.doesNotMatch(page.body, /<img|\x1b|\u202e/);
	assert.match(page.body, /evil\.js/);
	const download = await get(`/crash/${id}/file`, { port: own.port });
	assert.strictEqual(download.headers['content-length'], String(fs.statSync(support.crashFiles(evil)[0]).size));
});

test('new crashes appear, vanished ones go, what is no crash file is told', async (t) => {
	const own = support.temporaryDirectory(t);
	const live = await serve(t, [own]);
	const page = async () => (await get('/crashes', { port: live.port })).body;
	assert.match(await page(), /data-count="0"/);
	assert.deepStrictEqual(await targets(live), []);
	fs.copyFileSync(file, path.join(own, 'one.inspmort'));
	fs.writeFileSync(path.join(own, 'wrong.inspmort'), 'not a crash file');
	fs.writeFileSync(path.join(own, 'other.txt'), 'x');
	const both = await page();
	assert.match(both, /data-count="2"/);
	assert.match(both, /wrong\.inspmort/);
	const [target] = await targets(live);
	const client = await session(target.webSocketDebuggerUrl);
	fs.unlinkSync(path.join(own, 'one.inspmort'));
	assert.match(await page(), /data-count="1"/);
	await client.call('Debugger.enable');
	assert.ok(client.event('Debugger.paused'), 'who has it open keeps it');
	await client.close();
	assert.deepStrictEqual(await targets(live), []);
});

test('a token is asked of everybody when there is one', async (t) => {
	const own = await serve(t, ['--token', dir]);
	const token = own.url.searchParams.get('token');
	assert.match(token, /^[0-9a-f-]{36}$/);
	for (const pathname of ['/', '/json', '/json/list', '/devtools/js_app.html', '/crashes', '/?token=wrong', '/json?token='])
		assert.strictEqual((await get(pathname, { port: own.port })).status, 403, pathname);
	const list = JSON.parse((await get(`/json/list?token=${token}`, { port: own.port })).body);
	assert.strictEqual(list.length, 1);
	const first = await get(`/?token=${token}`, { port: own.port });
	assert.strictEqual(first.status, 303);
	assert.strictEqual(first.headers.location, '/');
	const [cookie] = first.headers['set-cookie'];
	assert.match(cookie, /HttpOnly; SameSite=Strict/);
	const headers = { cookie: cookie.split(';')[0] };
	assert.strictEqual((await get('/', { port: own.port, headers })).status, 200);
	assert.strictEqual((await get('/', { port: own.port, headers: { cookie: 'inspmort=no' } })).status, 403);
	const fixed = await serve(t, ['--token', dir], { env: { INSPMORT_TOKEN: 'abc' } });
	assert.strictEqual(fixed.url.searchParams.get('token'), 'abc');
});

test('mistakes are told in one line with the right exit code', (t) => {
	const own = support.temporaryDirectory(t);
	fs.writeFileSync(path.join(own, 'wrong'), 'not a crash file');
	fs.writeFileSync(path.join(own, 'empty'), '');
	fs.writeFileSync(path.join(own, 'cut'), fs.readFileSync(file).subarray(0, 10));
	const run = (...args) => spawnSync(inspmort, ['serve', ...args], { encoding: 'utf8', timeout: 20_000 });
	for (const [code, ...args] of [
		[1, path.join(own, 'missing')], [1, path.join(own, 'wrong')], [1, path.join(own, 'empty')], [1, path.join(own, 'cut')], [1, '/dev/null'],
		[1, '--port', String(server.port), own],
		[2], [2, '--port', 'x', own], [2, '--port', '65536', own], [2, '--port', '-1', own], [2, '--port'], [2, '--nosuch', own],
		[2, '--host', '0.0.0.0', own], [2, '--host', 'example.org', own], [2, '--host', '::', own],
	]) {
		const { status, signal, stderr, stdout } = run(...args);
		assert.deepStrictEqual({ status, signal, stdout }, { status: code, signal: null, stdout: '' }, `${args}: ${stderr}`);
		assert.match(stderr, /^inspmort: [^\n]+\n$/, String(args));
	}
	assert.strictEqual(run('--help').status, 0);
});

test('SIGTERM and SIGINT end it cleanly', async (t) => {
	for (const signal of ['SIGTERM', 'SIGINT']) {
		const own = await serve(t, [dir]);
		const client = await session((await targets(own))[0].webSocketDebuggerUrl);
		const closed = once(client.socket, 'close');
		own.child.kill(signal);
		assert.deepStrictEqual(await own.stop(), { code: 0, signal: null, stderr: '' });
		await closed;
	}
});

test('a file with several pauses has a target for each, told apart everywhere', async (t) => {
	const dir = support.temporaryDirectory(t);
	const file = crashSource(dir, 'several.js', `'use strict';
async function background(job) { const queue = ['a', job]; throw new RangeError('<job> ' + job + ' failed'); }
function main() { const order = { id: 7 }; background(1); background(2); throw new TypeError('the end'); }
main();`);
	const server = await serve(t, [file]);
	const list = await targets(server);
	assert.strictEqual(list.length, 3);
	assert.deepStrictEqual(list.map(({ title }) => title.replace(/^.*\] /, '').replace(/\(.*\)/, '')), ['1 of 3: TypeError: the end, in main ', '2 of 3: RangeError: <job> 1 failed, in background ',
		'3 of 3: RangeError: <job> 2 failed, in background ']);
	for (const [index, [reason, local, value]] of [['exception', 'order', 'Object'], ['promiseRejection', 'job', 1], ['promiseRejection', 'job', 2]].entries()) {
		const client = await session(list[index].webSocketDebuggerUrl);
		await client.call('Debugger.enable');
		const { callFrames: [frame], reason: said } = client.event('Debugger.paused');
		assert.strictEqual(said, reason);
		const { result } = await client.call('Debugger.evaluateOnCallFrame', { callFrameId: frame.callFrameId, expression: local });
		assert.strictEqual(result.value ?? result.description, value);
		await client.close();
	}
	const page = await (await fetch(server.url)).text();
	const more = [...page.matchAll(/<li><a href="([^"]*)">(.*?)<\/a><\/li>/g)];
	assert.strictEqual(more.length, 2);
	for (const [index, [, href, text]] of more.entries()) {
		assert.ok(href.includes(`ws=${server.host}/${list[index + 1].id}&amp;`), href);
		assert.match(text, new RegExp(`^RangeError: &lt;job&gt; ${index + 1} failed, in background`));
	}
});
