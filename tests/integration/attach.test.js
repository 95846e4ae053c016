// SPDX-License-Identifier: MIT
'use strict';
// `inspmort attach`: a live program's death or state, and peers that misbehave in every way.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const WebSocket = require('ws');
const nodes = require('../support/nodes');
const { folder, convert, variables } = require('../support/agent');
const { start, attach, until, files } = require('../support/attach');

const server = `const http = require('http');
	const state = { users: new Map([['ann', { age: 3 }]]), hits: 0 };
	const s = http.createServer(function onRequest(q, r) {
		state.hits++;
		if (q.url === '/die') { const name = 'bob', user = state.users.get(name); user.age++; }
		r.end('hits ' + state.hits);
	});
	s.listen(0, '127.0.0.1', () => console.log(s.address().port));`;

function get(url) {
	return new Promise((resolve) => http.get(url, { agent: false }, (r) => {
		let body = '';
		r.on('data', (d) => { body += d; }).on('end', () => resolve(body));
	}).on('error', () => resolve('')));
}

for (const node of nodes.slice(0, 2)) {
	test(`Node ${node.major}: --now takes the state by PID, and the program goes on unharmed`, async (t) => {
		const dir = folder(t), app = path.join(folder(t), 'app.js');
		fs.writeFileSync(app, server);
		const program = await start(t, node.path, [app]);
		const { code } = await attach(t, ['--now', `${program.pid}`], dir).ended;
		assert.strictEqual(code, 0);
		const text = JSON.stringify(convert(files(dir)[0]).RemoteObjects);
		assert.ok(text.includes('"ann"'));
		assert.strictEqual(await get(`http://127.0.0.1:${program.line}/`), 'hits 1');
	});

	test(`Node ${node.major}: --now shows what a busy program is doing`, async (t) => {
		const dir = folder(t), app = path.join(folder(t), 'app.js');
		fs.writeFileSync(app, `console.log('ready'); (function spin(n) { const mark = { n }; for (;;) mark.n++; })(7);`);
		const program = await start(t, node.path, [app]);
		const { code } = await attach(t, ['--now', `${program.pid}`], dir).ended;
		assert.strictEqual(code, 0);
		const crash = convert(files(dir)[0]);
		assert.strictEqual(crash.Paused[0].callFrames[0].functionName, 'spin');
		assert.strictEqual(variables(crash, crash.Paused[0].callFrames[0]).n.value, 7);
		assert.strictEqual(program.exitCode, null);
	});

	test(`Node ${node.major}: it waits for the crash, and the program dies as ever`, async (t) => {
		const dir = folder(t), app = path.join(folder(t), 'app.js');
		fs.writeFileSync(app, server);
		const program = await start(t, node.path, ['--inspect=127.0.0.1:0', app]);
		const place = /ws:\/\/([\d.:]+)/.exec(program.err)[1];
		const tool = attach(t, [place], dir);
		await until(() => tool.err.includes('waiting for a crash'));
		await get(`http://127.0.0.1:${program.line}/die`);
		assert.deepStrictEqual(await program.ended, { code: 1, signal: null });
		assert.match(program.err, /TypeError: Cannot read properties of undefined \(reading 'age'\)\n {4}at .*onRequest/);
		assert.deepStrictEqual(await tool.ended, { code: 0, signal: null });
		const crash = convert(files(dir)[0]);
		assert.strictEqual(crash.Paused[0].callFrames[0].functionName, 'onRequest');
		assert.strictEqual(variables(crash, crash.Paused[0].callFrames[0], 'block').name.value, 'bob');
	});
}

test('what cannot be attached to is said in one line', async (t) => {
	const dir = folder(t);
	const other = http.createServer((q, r) => r.end('no inspector here')).listen(0, '127.0.0.1');
	await new Promise((resolve) => other.on('listening', resolve));
	t.after(() => other.close());
	for (const [args, code, message] of [
		[[], 2, /attach to what/], [['a', 'b'], 2, /one target/], [['nonsense'], 2, /nonsense/],
		[['4194305'], 1, /no process/], [['127.0.0.1:1'], 1, /refuses/],
		[[`127.0.0.1:${other.address().port}`], 1, /nothing to attach to|no inspector/],
		[[`ws://127.0.0.1:${other.address().port}/x`], 1, /refuses/], [['ws://nonsense'], 2, /not an address/],
		[[`${process.ppid}`], 2, /not node|node/]]) {
		if (args[0] === `${process.ppid}` && /^node/.test(path.basename(fs.readlinkSync(`/proc/${process.ppid}/exe`)))) continue;
		const tool = attach(t, args, dir);
		const ended = await tool.ended;
		assert.deepStrictEqual(ended, { code, signal: null }, `${args}: ${tool.err}`);
		assert.match(tool.err, /^inspmort: [^\n]*\n$/);
		assert.match(tool.err, message);
	}
	assert.deepStrictEqual(files(dir), []);
});

/*
 * Between the tool and a real Node: passes everything on until message number `at` from Node, then
 * misbehaves. Resolves to what is known afterwards.
 */
async function misbehave(t, how, at, env) {
	const dir = folder(t), app = path.join(folder(t), 'app.js');
	fs.writeFileSync(app, `setInterval(() => {}, 1000); console.log('ready');
		function f(order) { const items = [1, 2, { a: order }]; order.missing.x; }
		process.stdin.once('data', () => f({ id: 7 }));`);
	const program = await start(t, process.execPath, ['--inspect=127.0.0.1:0', app]);
	const url = /ws:\S+/.exec(program.err)[0];
	const proxy = new WebSocket.Server({ port: 0, host: '127.0.0.1' });
	await new Promise((resolve) => proxy.on('listening', resolve));
	t.after(() => proxy.close());
	const kinds = [];
	let seen = 0, last, paused = how !== 'silence';
	proxy.on('connection', (client) => {
		const real = new WebSocket(url, { perMessageDeflate: false }), waiting = [];
		real.on('open', () => { for (const m of waiting) real.send(m); });
		client.on('message', (m) => {
			// The last of what the tool asks before it waits.
			if (`${m}`.includes('runIfWaitingForDebugger')) program.stdin.write('\n');
		}).on('message', (m) => (real.readyState === 1 ? real.send(`${m}`) : waiting.push(`${m}`)));
		client.on('close', () => real.close());
		real.on('close', () => client.close());
		real.on('error', () => client.terminate());
		client.on('error', () => real.terminate());
		real.on('message', (m) => {
			let text = `${m}`;
			// Nobody can know of a pause that was never told.
			if (!paused) {
				paused = text.startsWith('{"method":"Debugger.paused"');
				return void client.send(text);
			}
			kinds.push(/^\{"method":"([^"]+)"/.exec(text)?.[1] ?? 'answer');
			const now = ++seen === at;
			if (now || (seen > at && how === 'silence')) {
				if (how === 'silence') return;
				if (how === 'close') return void client.terminate();
				if (how === 'die') return void program.kill('SIGKILL');
				if (how === 'garbage') text = '{"id":' + 'x'.repeat(100);
				if (how === 'binary') return void client.send(Buffer.from([0, 1, 2, 255]));
				if (how === 'error' && /^\{"id":\d+/.test(text))
					text = `${/^\{"id":\d+/.exec(text)[0]},"error":{"code":-32000,"message":"no\\nway"}}`;
				if (how === 'twice') client.send(text);
				if (how === 'late' && last) client.send(last);
				if (how === 'huge' && /^\{"id":\d+/.test(text))
					text = `${/^\{"id":\d+/.exec(text)[0]},"result":{"result":{"type":"string","value":"${'y'.repeat(3e7)}"}}}`;
			}
			last = text;
			client.send(text);
		});
	});
	const tool = attach(t, [`ws://127.0.0.1:${proxy.address().port}/x`], dir, env);
	const watchdog = setTimeout(() => tool.kill('SIGKILL'), 30000);
	const ended = await tool.ended;
	clearTimeout(watchdog);
	program.stdin.write('\n');
	for (const client of proxy.clients) client.terminate();
	const died = await program.ended;
	return { ended, err: tool.err, died, seen, kinds, files: files(dir) };
}

test('a peer that breaks off, dies, babbles or falls silent at any message', async (t) => {
	// How many messages an ordinary capture takes.
	const whole = await misbehave(t, 'nothing', 0);
	assert.deepStrictEqual(whole.ended, { code: 0, signal: null });
	assert.strictEqual(whole.files.length, 1);
	const points = [1, 4, 20];
	for (let at = 60; at < whole.seen; at += Math.ceil(whole.seen / 4)) points.push(at);
	for (const at of points)
		await Promise.all(['close', 'die', 'garbage', 'error', 'twice', 'late', 'huge', 'binary'].map(async (how) => {
			const what = `${how} at ${at} of ${whole.seen}`;
			const r = await misbehave(t, how, at, { INSPMORT_MAX_TIME_MS: '1000' });
			assert.strictEqual(r.ended.signal, null, `${what}: ${r.err}`);
			assert.ok(r.ended.code === 0 || r.ended.code === 1, `${what}: exit code ${r.ended.code}`);
			assert.ok(r.files.length <= 1, `${what}: ${r.files}`);
			assert.strictEqual(r.ended.code === 0, r.files.length === 1, `${what}: ${r.err}`);
			for (const line of r.err.split('\n').slice(0, -1)) assert.match(line, /^inspmort: [^\x00-\x1f]+$/, what);
			for (const file of r.files) assert.ok(convert(file).Paused.length <= 1, what);
			// A paused Node may crash when its connection breaks with answers on their way (nodejs/node#64209).
			if (how === 'close' && r.died.signal === 'SIGSEGV') console.error(`${what}: Node crashed, as it sometimes does`);
			else if (how !== 'die') assert.deepStrictEqual(r.died, { code: 1, signal: null }, `${what}: the program dies its own death`);
		}));
});

test('a program that is killed at any message leaves a readable file or none', async (t) => {
	const whole = await misbehave(t, 'nothing', 0);
	// One of each run of scripts that are told; INSPMORT_TEST_ALL=1 takes all of the many answers, not every fourth.
	const told = [...whole.kinds.keys()].filter((i) => whole.kinds[i] !== 'Debugger.scriptParsed' || whole.kinds[i - 1] !== whole.kinds[i]).map((i) => i + 1);
	const points = told.filter((_, i) => process.env.INSPMORT_TEST_ALL || i < 30 || i % 4 === 0);
	assert.ok(points.length > 30, `${points}`);
	while (points.length)
		await Promise.all(points.splice(0, 8).map(async (at) => {
			const what = `killed at ${at} of ${whole.seen}`;
			const r = await misbehave(t, 'die', at);
			// How many answers there are varies: the last ones may not come.
			assert.ok(r.died.signal === 'SIGKILL' || (r.died.code === 1 && r.seen < at), `${what}: ${JSON.stringify(r.died)}, ${r.seen}`);
			assert.ok(r.ended.signal === null && r.files.length <= 1, `${what}: ${r.err}`);
			assert.strictEqual(r.ended.code === 0, r.files.length === 1, `${what}: ${r.err}`);
			for (const line of r.err.split('\n').slice(0, -1)) assert.match(line, /^inspmort: [^\x00-\x1f]+$/, what);
			for (const file of r.files) assert.ok(convert(file).Paused.length <= 1, what);
		}));
});

test('a silent peer costs no more than the budget', async (t) => {
	for (const at of [1, 5, 60]) {
		const r = await misbehave(t, 'silence', at, { INSPMORT_MAX_TIME_MS: '500' });
		assert.strictEqual(r.ended.signal, null);
		assert.deepStrictEqual(r.died, { code: 1, signal: null });
		assert.ok(r.files.length <= 1);
	}
});

test('a capturer that is stopped or killed lets the program go', async (t) => {
	for (const signal of ['SIGSTOP', 'SIGKILL']) {
		const dir = folder(t), app = path.join(folder(t), 'app.js');
		// So much to walk that the capture is under way when the signal comes.
		fs.writeFileSync(app, `const all = []; for (let i = 0; i < 400000; i++) all.push({ i, s: 'text ' + i });
			console.log('ready'); process.stdin.once('data', () => all[-1].x);`);
		const program = await start(t, process.execPath, ['--inspect=127.0.0.1:0', app]);
		const place = /ws:\/\/([\d.:]+)/.exec(program.err)[1];
		const tool = attach(t, [place, '--max-time-ms', '1000', '--max-objects', '0'], dir);
		await until(() => tool.err.includes('waiting for a crash'));
		program.stdin.write('\n');
		await until(() => fs.readdirSync(dir).length || program.exitCode !== null);
		tool.kill(signal);
		assert.deepStrictEqual(await program.ended, { code: 1, signal: null });
		tool.kill('SIGKILL');
		assert.deepStrictEqual(files(dir), []);
	}
});
