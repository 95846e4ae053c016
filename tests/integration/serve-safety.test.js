// SPDX-License-Identifier: MIT
// Clients that flood, dawdle, vanish or talk nonsense: the server still answers everybody else, and does not grow.
'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { before, after, test } = require('node:test');
const WebSocket = require('ws');
const support = require('../support/serve.js');

const cleanups = [];
const shared = { after: (fn) => cleanups.push(fn) };
let dir, file;

before(() => {
	dir = support.temporaryDirectory(shared);
	file = support.crashSource(dir, 'big.js', `'use strict';
function die() { const list = Array.from({ length: 5000 }, (_, i) => ({ i, text: 'item ' + i })); throw new Error('the end'); }
die();`);
});
after(async () => {
	for (const fn of cleanups.reverse())
		await fn();
});

const descriptors = (pid) => fs.readdirSync(`/proc/${pid}/fd`).length;
const anonymous = (pid) => Number(/RssAnon:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
const alive = async (server) => assert.strictEqual((await support.targets(server)).length, 1, 'still answering');
const settled = async (what) => {
	for (let i = 0; i < 600 && !what(); i++)
		await new Promise((resolve) => setTimeout(resolve, 50));
	return what();
};

async function open(server) {
	const [target] = await support.targets(server);
	return support.session(target.webSocketDebuggerUrl);
}

async function list(client) {
	await client.call('Debugger.enable');
	const [scope] = client.event('Debugger.paused').callFrames[0].scopeChain;
	const { result } = await client.call('Runtime.getProperties', { objectId: scope.object.objectId, ownProperties: true });
	return result.find(({ name }) => name === 'list').value.objectId;
}

test('a thousand connects and disconnects leave nothing behind', async (t) => {
	const server = await support.serve(t, [file]);
	const [{ webSocketDebuggerUrl: address }] = await support.targets(server);
	const round = async (count) => {
		for (let i = 0; i < count; i += 20) {
			await Promise.all(Array.from({ length: 20 }, async (_, k) => {
				const socket = new WebSocket(address, { perMessageDeflate: false });
				await once(socket, 'open');
				if (k % 3) socket.send('{"id":1,"method":"Debugger.enable"}');
				if (k % 2) socket.terminate();
				else socket.close();
				await once(socket, 'close');
			}));
		}
	};
	await round(100);
	await settled(() => descriptors(server.pid) < 30);
	const [before, memory] = [descriptors(server.pid), anonymous(server.pid)];
	await round(1000);
	assert.ok(await settled(() => descriptors(server.pid) <= before + 2), `${descriptors(server.pid)} descriptors, ${before} before`);
	assert.ok(anonymous(server.pid) < memory + 16, `${anonymous(server.pid)} MB, ${memory} before`);
	await alive(server);
});

test('malformed messages get an error each, in order', async (t) => {
	const server = await support.serve(t, [file]);
	const client = await open(server);
	const replies = [];
	client.listeners.add((message) => replies.push(message));
	const nonsense = ['garbage', '[]', '"x"', '1', 'null', '', '{', '{"id":1', '{"id":1,}', '\u0000', '{"id":"x","method":"Runtime.enable"}', '{"id":1.5,"method":"Runtime.enable"}',
		'{"id":99999999999,"method":"Runtime.enable"}', '{"method":"Runtime.enable"}', '{}', `${'['.repeat(100000)}`, `{"id":1,"a":${'['.repeat(600)}${']'.repeat(600)}}`, '{"id":1e999,"method":"x"}'];
	for (const text of nonsense)
		client.socket.send(text);
	await client.call('Runtime.getIsolateId');
	assert.strictEqual(replies.length, nonsense.length);
	for (const [index, { error }] of replies.entries())
		assert.ok([-32700, -32600].includes(error.code), `${nonsense[index].slice(0, 40)}: ${JSON.stringify(error)}`);
	assert.deepStrictEqual(replies[0], { error: { code: -32700, message: 'Message must be a valid JSON' } });
	assert.deepStrictEqual(replies[10], { error: { code: -32600, message: "Message must have integer 'id' property" } });
	client.socket.send('{"id":77}');
	client.socket.send('{"id":78,"method":5}');
	await client.call('Runtime.getIsolateId');
	assert.deepStrictEqual(replies.at(-1), { id: 78, error: { code: -32600, message: "Message must have string 'method' property" } });
	await client.close();
});

test('what no client should send ends its connection with the right code', async (t) => {
	const server = await support.serve(t, [file]);
	for (const [code, send] of [
		[1003, (socket) => socket.send(Buffer.from('{"id":1}'))],
		[1009, (socket) => socket.send(`{"id":1,"method":"${'x'.repeat(17 << 20)}"}`)],
		[1007, (socket) => socket.send(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), { binary: false })],
	]) {
		const { socket } = await open(server);
		send(socket);
		const [closed] = await once(socket, 'close');
		/* A connection may also break before the code has come through. */
		assert.ok([code, 1006].includes(closed), `${closed} instead of ${code}`);
		await alive(server);
	}
});

test('a slow reader waits alone', async (t) => {
	const server = await support.serve(t, [file]);
	const slow = await open(server);
	const objectId = await list(slow);
	const before = anonymous(server.pid);
	slow.socket._socket.pause();
	for (let id = 100; id < 160; id++)
		slow.socket.send(JSON.stringify({ id, method: 'Runtime.getProperties', params: { objectId, ownProperties: true, generatePreview: true } }));
	const other = await open(server);
	for (let i = 0; i < 20; i++)
		await other.call('Runtime.getIsolateId');
	assert.ok(anonymous(server.pid) < before + 100, `${anonymous(server.pid)} MB, ${before} before`);
	let answers = 0;
	slow.listeners.add(({ id }) => { answers += id >= 100; });
	slow.socket._socket.resume();
	await settled(() => answers === 60);
	assert.strictEqual(answers, 60, 'everything comes in the end');
	slow.socket.terminate();
	await alive(server);
});

test('a huge reply leaves in pieces, and holds nobody up', async (t) => {
	const huge = support.crashSource(support.temporaryDirectory(t), 'huge.js', `'use strict';
function die() { const list = Array.from({ length: 400000 }, (_, i) => i); throw new Error('the end'); }
die();`);
	const server = await support.serve(t, [huge]);
	const slow = await open(server);
	const objectId = await list(slow);
	const other = await open(server);
	const before = anonymous(server.pid);
	slow.socket._socket.pause();
	const reply = slow.call('Runtime.getProperties', { objectId, ownProperties: true });
	const after = slow.call('Runtime.getIsolateId');
	for (let i = 0; i < 20; i++)
		await other.call('Runtime.getIsolateId');
	/* Another one does the same and is gone before it could read anything. */
	const gone = await open(server);
	gone.socket.send(JSON.stringify({ id: 900, method: 'Runtime.getProperties', params: { objectId: await list(gone), ownProperties: true } }));
	gone.socket._socket.pause();
	await other.call('Runtime.evaluate', { expression: 'for (let i = 0; i < 1e7; i++);', timeout: 200 });
	gone.socket.terminate();
	assert.ok(anonymous(server.pid) < before + 40, `${anonymous(server.pid)} MB, ${before} before`);
	slow.socket._socket.resume();
	const { result } = await reply;
	assert.strictEqual(result.length, 400001);
	for (const [index, { name, value }] of result.slice(0, -1).entries())
		if (name !== String(index) || value.value !== index) assert.fail(`${index}: ${name} ${JSON.stringify(value)}`);
	assert.strictEqual(result.at(-1).name, 'length');
	await after;
	await alive(server);
	/* The same for JSON: as long as it takes, broken off when nobody reads on. */
	const [{ id }] = await support.targets(server);
	const address = new URL(`/crash/${id}/json`, server.url);
	const text = await (await fetch(address)).text();
	assert.strictEqual(text, spawnSync(support.inspmort, ['convert', huge], { encoding: 'utf8', maxBuffer: 2 ** 30 }).stdout);
	const half = await fetch(address);
	const reader = half.body.getReader();
	await reader.read();
	await reader.cancel();
	assert.ok(anonymous(server.pid) < before + 40, `${anonymous(server.pid)} MB, ${before} before`);
	await alive(server);
	/* One who reads nothing does not keep the server from ending. */
	slow.socket._socket.pause();
	slow.socket.send(JSON.stringify({ id: 901, method: 'Runtime.getProperties', params: { objectId, ownProperties: true } }));
	await other.call('Runtime.getIsolateId');
	assert.deepStrictEqual(await server.stop(), { code: 0, signal: null, stderr: '' });
});

test('half requests, long headers and silence hold nobody up', async (t) => {
	const server = await support.serve(t, [file]);
	const pieces = ['', 'GET', 'GET /json HTTP/1.1\r\n', 'GET /json HTTP/1.1\r\nHost: localhost\r\n', `GET /${'a'.repeat(20000)} HTTP/1.1\r\n\r\n`,
		`GET /json HTTP/1.1\r\nHost: localhost\r\nX: ${'b'.repeat(100000)}\r\n\r\n`, `GET /json HTTP/1.1\r\n${'X: y\r\n'.repeat(5000)}\r\n`, '\0\0\0\0', '\r\n\r\n\r\n', 'GET /json\r\n\r\n',
		'GET /json HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
		`GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: ${'z'.repeat(3000)}\r\n\r\n`];
	const sockets = [];
	for (let i = 0; i < 120; i++) {
		const socket = net.connect(server.port, '127.0.0.1');
		socket.on('error', () => {});
		await once(socket, 'connect');
		socket.write(pieces[i % pieces.length]);
		sockets.push(socket);
	}
	await alive(server);
	const client = await open(server);
	await client.call('Runtime.getIsolateId');
	for (const socket of sockets)
		socket.destroy();
	await client.close();
	await settled(() => descriptors(server.pid) < 30);
	await alive(server);
});

test('random requests about random things are answered, each with one reply', async (t) => {
	const server = await support.serve(t, [file]);
	const client = await open(server);
	await client.call('Runtime.enable');
	await client.call('Debugger.enable');
	const protocol = await (await fetch(new URL('/json/protocol', server.url))).json();
	const seed = Number(process.env.SEED || Date.now() % 1e9);
	console.log(`seed ${seed}`);
	let state = seed;
	const random = (n) => { state = (Math.imul(state, 1103515245) + 12345) >>> 0; return Math.floor((state / 4294967296) * n); };
	const prefix = client.event('Debugger.paused').callFrames[0].callFrameId.replace(/\d+$/, '');
	const values = () => [() => random(100000) - 10, () => `${prefix}${random(3000)}`, () => `${prefix}${random(30)}:${['scopes', 'entries', 'entry:1', 'range:0:5', 'named', 'int8', 'x', ''][random(8)]}`,
		() => ['name', 'list', 'list.map((x) => x.i)', 'this', 'a.b', '((((', 'function(){return this}', 'exception', '`${1}`'][random(9)], () => random(2) === 1, () => null, () => ({}),
		() => ({ scriptId: String(random(200)), lineNumber: random(50) }), () => [], () => String(random(200)), () => 1.5, () => -1, () => '\ud800'][random(13)]();
	const commands = protocol.domains.flatMap(({ domain, commands }) => commands.map((command) => ({ method: `${domain}.${command.name}`, parameters: command.parameters ?? [] })));
	for (let i = 0; i < 3000; i++) {
		const { method, parameters } = commands[random(commands.length)];
		const params = Object.fromEntries(parameters.filter(({ optional }) => !optional || random(3) === 0).map(({ name, type, $ref }) => [name,
			random(4) === 0 ? values() : type === 'boolean' ? random(2) === 1 : type === 'integer' || type === 'number' ? random(50) : /ObjectId|FrameId/.test($ref) ? `${prefix}${random(2000)}` : values()]));
		const { result, error } = await client.request(method, params);
		assert.ok(result ? !error : [-32000, -32602].includes(error.code), `${method} ${JSON.stringify(params)}: ${JSON.stringify(error)}`);
	}
	await client.close();
	await alive(server);
	assert.strictEqual(server.child.exitCode, null);
});
