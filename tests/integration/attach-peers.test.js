// SPDX-License-Identifier: MIT
'use strict';
// `inspmort attach` and a scripted inspector: what a real Node said once, cut off or spoilt at every message.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const WebSocket = require('ws');
const { folder, convert } = require('../support/agent');
const { start, attach, until, files } = require('../support/attach');

const limits = ['--max-objects', '60', '--max-time-ms', '1000'];

function serve(t, onClient) {
	return new Promise((resolve) => {
		const server = new WebSocket.Server({ port: 0, host: '127.0.0.1' });
		t.after(() => { for (const client of server.clients) client.terminate(); server.close(); });
		server.on('connection', (client) => { client.on('error', () => {}); onClient(client); });
		server.on('listening', () => resolve(`ws://127.0.0.1:${server.address().port}/x`));
	});
}

// What a real Node answers to each request of a whole capture: for each of them the messages that came before the next.
async function record(t) {
	const dir = folder(t), app = path.join(folder(t), 'app.js'), answers = [];
	fs.writeFileSync(app, `console.log('ready'); function f(order) { const items = [1, { a: order }]; order.missing.x; }
		process.stdin.once('data', () => f({ id: 7 }));`);
	const program = await start(t, process.execPath, ['--inspect=127.0.0.1:0', app]);
	const url = /ws:\S+/.exec(program.err)[0];
	const place = await serve(t, (client) => {
		const real = new WebSocket(url, { perMessageDeflate: false }), waiting = [];
		client.on('message', (m) => {
			answers.push([]);
			if (`${m}`.includes('runIfWaitingForDebugger')) program.stdin.write('\n');
			if (real.readyState === 1) real.send(`${m}`); else waiting.push(`${m}`);
		});
		client.on('close', () => real.close());
		real.on('open', () => { for (const m of waiting) real.send(m); });
		real.on('close', () => client.close());
		real.on('message', (m) => { answers.at(-1).push(`${m}`); client.send(`${m}`); });
	});
	const tool = attach(t, [place, ...limits], dir);
	assert.deepStrictEqual(await tool.ended, { code: 0, signal: null }, tool.err);
	return answers;
}

// Says it again. `spoil(message, number)` gives what to send instead, or undefined: the connection ends there.
async function replay(t, answers, spoil) {
	const dir = folder(t);
	let asked = 0, said = 0;
	const place = await serve(t, (client) => client.on('message', (request) => {
		for (const message of answers[asked++] || []) {
			if (client.readyState !== 1) return;
			const instead = spoil(message, ++said);
			if (instead === undefined) return void client.terminate();
			for (const each of [].concat(instead)) client.send(each);
		}
		// The program goes on, and dies; that may have been said when nobody had asked yet.
		if ((asked >= answers.length || `${request}`.includes('Debugger.resume')) && client.readyState === 1)
			setTimeout(() => client.close(), 20);
	}));
	const tool = attach(t, [place, ...limits], dir);
	const patience = setTimeout(() => tool.kill('SIGKILL'), 40000);
	const ended = await tool.ended;
	clearTimeout(patience);
	return { ended, err: tool.err, files: files(dir), left: fs.readdirSync(dir).length };
}

function check(result, what) {
	const { ended, err, files: found, left } = result;
	assert.strictEqual(ended.signal, null, `${what}: ${err}`);
	assert.strictEqual(ended.code, found.length ? 0 : 1, `${what}: ${err}`);
	assert.strictEqual(left, found.length, `${what}: nothing half-written`);
	assert.ok(found.length <= 1, what);
	const lines = err.split('\n').slice(0, -1);
	for (const line of lines) assert.match(line, /^inspmort: [^\x00-\x1f]+$/, what);
	// Why, and the file; that it is attached was said before.
	assert.ok(lines.filter((line) => !/attached; waiting|wrote /.test(line)).length <= 1, `${what}: ${err}`);
	for (const file of found) assert.ok(convert(file).Paused.length <= 1, what);
}

async function inTurns(jobs, width) {
	const next = async () => { for (let job; (job = jobs.shift());) await job(); };
	await Promise.all(Array.from({ length: width }, next));
}

test('a connection that ends after any message', async (t) => {
	const answers = await record(t), all = answers.flat();
	check(await replay(t, answers, (m) => m), 'unspoilt');
	// One message about a script is as good as the next.
	const points = all.map((m, i) => i + 1).filter((n) => n < 3 || n === all.length ||
		!(all[n - 1].startsWith('{"method":"Debugger.scriptParsed') && all[n].startsWith('{"method":"Debugger.scriptParsed')));
	assert.ok(points.length > 40, `${points.length} of ${all.length}`);
	let partial = 0;
	await inTurns(points.map((point) => async () => {
		const result = await replay(t, answers, (m, n) => (n > point ? undefined : m));
		check(result, `end after ${point} of ${all.length}`);
		partial += /incomplete/.test(result.err);
	}), 4);
	assert.ok(partial > 5, 'partial files are kept');
});

test('answers that are wrong in every way, at every message', async (t) => {
	const answers = await record(t), all = answers.flat();
	const isAnswer = (m) => /^\{"id":\d+/.exec(m);
	const ways = {
		garbage: () => '{"id":' + 'x'.repeat(100),
		malformed: (m) => (isAnswer(m) ? `${isAnswer(m)[0]},"result":{"a":[1,` : m.slice(0, -3)),
		nothing: () => [],
		twice: (m) => [m, m],
		late: (m, n) => [all[Math.max(0, n - 2)], m],
		binary: (m) => [Buffer.from([0, 1, 2, 255]), m],
		error: (m) => (isAnswer(m) ? `${isAnswer(m)[0]},"error":{"code":-32000,"message":"no\\nway"}}` : m),
		other: (m) => (isAnswer(m) ? `${isAnswer(m)[0]},"result":{"result":{"type":"string","value":"\\ud800"},"scriptSource":7}}` : m),
		empty: (m) => (isAnswer(m) ? `${isAnswer(m)[0]},"result":{}}` : '{}'),
	};
	// Each message is spoilt in one of the ways, each way in its turn.
	const names = Object.keys(ways), jobs = [];
	const start = all.findIndex((m) => m.startsWith('{"method":"Debugger.paused"'));
	for (let n = start + 1; n < all.length; n++)
		jobs.push(async () => {
			const way = names[n % names.length];
			check(await replay(t, answers, (m, now) => (now === n + 1 ? ways[way](m, now) : m)), `${way} at ${n + 1} of ${all.length}`);
		});
	await inTurns(jobs, 4);
});

// A frame of so many bytes, whose head says so, or without an end that is known before.
async function flood(client, head, bytes, pieces) {
	const socket = client._socket, filler = Buffer.alloc(1 << 20, 'y');
	const write = (data) => socket.write(data) || new Promise((resolve) => { socket.once('drain', resolve); socket.once('close', resolve); });
	const frame = (opcode, fin, length) => {
		const header = Buffer.alloc(10);
		header[0] = (fin ? 0x80 : 0) | opcode;
		header[1] = 127;
		header.writeBigUInt64BE(BigInt(length), 2);
		return header;
	};
	await write(Buffer.concat([frame(1, !pieces, pieces ? head.length : head.length + bytes), Buffer.from(head)]));
	for (let sent = 0; sent < bytes && !socket.destroyed; sent += filler.length) {
		if (pieces) await write(frame(0, sent + filler.length >= bytes, filler.length));
		await write(filler);
	}
}

test('an answer of 1 GB costs no memory', async (t) => {
	const answers = await record(t), all = answers.flat();
	const start = all.findIndex((m) => m.startsWith('{"method":"Debugger.paused"'));
	for (const pieces of [false, true]) {
		const dir = folder(t);
		let asked = 0, said = 0, peak = 0, flooded = false;
		const place = await serve(t, (client) => client.on('message', async () => {
			for (const message of answers[asked++] || []) {
				if (client.readyState !== 1) return;
				if (++said < start + 30 || flooded || !/^\{"id"/.test(message)) {
					client.send(message);
					continue;
				}
				flooded = true;
				await flood(client, `${/^\{"id":\d+/.exec(message)[0]},"result":{"result":{"type":"string","value":"`, 2 ** 30, pieces);
				peak = Number(/VmHWM:\s*(\d+)/.exec(fs.readFileSync(`/proc/${tool.pid}/status`, 'latin1'))[1]);
			}
			if (asked >= answers.length && client.readyState === 1) client.close();
		}));
		const tool = attach(t, [place, '--max-objects', '60', '--max-time-ms', '20000'], dir);
		const ended = await tool.ended;
		assert.ok(flooded);
		check({ ended, err: tool.err, files: files(dir), left: fs.readdirSync(dir).length }, '1 GB');
		assert.match(tool.err, /an answer larger than 64 MB/);
		// What is told beforehand is not even begun.
		assert.ok(peak < (pieces ? 300000 : 60000), `${peak} kB`);
	}
});

test('a peer that never answers', async (t) => {
	const answers = await record(t), all = answers.flat();
	const start = all.findIndex((m) => m.startsWith('{"method":"Debugger.paused"'));
	await inTurns([1, start + 2, start + 20].map((point) => async () =>
		check(await replay(t, answers, (m, n) => (n > point ? [] : m)), `silent after ${point}`)), 3);
});
