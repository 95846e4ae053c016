// SPDX-License-Identifier: MIT
'use strict';
// `inspmort attach` among others: handled exceptions, other debuggers, other users, containers, and what it says.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const path = require('node:path');
const { spawn } = require('node:child_process');
const WebSocket = require('ws');
const nodes = require('../support/nodes');
const { folder, inspmort, convert, variables, run } = require('../support/agent');
const { start, attach, until, files } = require('../support/attach');

const root = process.getuid() === 0;

function program(t, source) {
	const app = path.join(folder(t), 'app.js');
	fs.writeFileSync(app, source);
	return app;
}

// The address of a program that was started with --inspect.
const place = (child) => /ws:\/\/([\d.:]+)/.exec(child.err)[1];

// What it says when it refuses: one line.
async function refused(t, args, dir, code = 1) {
	const tool = attach(t, args, dir);
	assert.deepStrictEqual(await tool.ended, { code, signal: null }, tool.err);
	assert.match(tool.err, /^inspmort: [^\n]*\n$/);
	assert.deepStrictEqual(files(dir), []);
	return tool.err;
}

for (const node of nodes) {
	test(`Node ${node.major}: exceptions that are handled, by a pattern`, async (t) => {
		const app = program(t, `class PayError extends Error {}
			function pay(amount) { const cents = amount * 100; throw new PayError('declined: ' + amount); }
			function tick() { try { pay(3); } catch {} try { null.x; } catch {} try { throw 'text'; } catch {} }
			setInterval(tick, 20); process.stdin.once('data', () => process.exit(0)); console.log('ready');`);
		const child = await start(t, node.path, ['--inspect=127.0.0.1:0', app]);
		for (const [on, count, name] of [['caught=PayError', 2, 'pay'], ['caught=/Error: declined: [0-9]$/', 1, 'pay'],
			['caught=declined', 1, 'pay'], ['caught=text', 1, 'tick']]) {
			const dir = folder(t), tool = attach(t, ['--on', on, '--max-files', `${count}`, place(child)], dir);
			assert.deepStrictEqual(await tool.ended, { code: 0, signal: null }, tool.err);
			assert.strictEqual(files(dir).length, count, on);
			const crash = convert(files(dir)[0]), frame = crash.Paused[0].callFrames[0];
			assert.strictEqual(frame.functionName, name, on);
			if (name === 'pay') assert.strictEqual(variables(crash, frame).cents.value, 300);
		}
		const dir = folder(t), tool = attach(t, ['--on', 'caught=NoSuchError', place(child)], dir);
		await until(() => tool.err.includes('waiting'));
		child.stdin.write('\n');
		assert.deepStrictEqual(await tool.ended, { code: 1, signal: null });
		assert.deepStrictEqual([await child.ended, files(dir)], [{ code: 0, signal: null }, []]);
	});

	test(`Node ${node.major}: a flood of handled exceptions, debugger statements`, async (t) => {
		const app = program(t, `process.stdin.once('data', () => {
			for (let i = 0; i < 10000; i++) try { null.x; } catch { if (i % 5000 === 0) { debugger; } }
			(async () => { for (let i = 0; i < 400; i++) await Promise.reject(i).catch(() => {}); process.exit(7); })(); }); console.log('ready');`);
		for (const on of ['caught=NoSuchError', 'all']) {
			const child = await start(t, node.path, ['--inspect=127.0.0.1:0', app]), dir = folder(t);
			const tool = attach(t, ['--on', on, place(child), '--max-objects', '100'], dir);
			await until(() => tool.err.includes('waiting'));
			child.stdin.write('\n');
			assert.deepStrictEqual(await child.ended, { code: 7, signal: null });
			await tool.ended;
		}
	});

	test(`Node ${node.major}: by its PID, and its inspector is closed again`, async (t) => {
		const child = await start(t, node.path, [program(t, `setInterval(() => {}, 1000); console.log('ready');`)]);
		for (let i = 0; i < 3; i++) {
			const dir = folder(t), tool = attach(t, ['--now', `${child.pid}`], dir);
			assert.deepStrictEqual(await tool.ended, { code: 0, signal: null }, tool.err);
			assert.strictEqual(files(dir).length, 1);
			const open = await new Promise((resolve) => net.connect(9229, '127.0.0.1').on('connect', function () { this.destroy(); resolve(true); }).on('error', () => resolve(false)));
			assert.strictEqual(open, false);
			assert.strictEqual(child.exitCode, null);
		}
	});

	test(`Node ${node.major}: another debugger's breakpoint stays its own`, async (t) => {
		const app = program(t, `console.log('ready'); process.stdin.once('data', function told() { const here = 1; debugger; process.exit(0); });`);
		const child = await start(t, node.path, ['--inspect=127.0.0.1:0', app]), dir = folder(t);
		const other = new WebSocket(/ws:\S+/.exec(child.err)[0], { perMessageDeflate: false });
		let paused = false, resumed = false;
		await new Promise((resolve) => other.on('open', resolve));
		other.on('message', (m) => {
			paused ||= `${m}`.startsWith('{"method":"Debugger.paused"');
			resumed ||= `${m}`.startsWith('{"method":"Debugger.resumed"');
		});
		other.send('{"id":1,"method":"Debugger.enable"}');
		const waiting = attach(t, [place(child)], dir);
		await until(() => waiting.err.includes('waiting'));
		child.stdin.write('\n');
		await until(() => paused);
		assert.strictEqual((await attach(t, ['--now', place(child)], dir).ended).code, 0);
		assert.strictEqual(convert(files(dir)[0]).Paused[0].callFrames[0].functionName, 'told');
		waiting.kill('SIGINT');
		await waiting.ended;
		assert.strictEqual(resumed, false);
		other.send('{"id":2,"method":"Debugger.resume"}');
		await until(() => resumed);
		other.close();
		assert.deepStrictEqual(await child.ended, { code: 0, signal: null });
	});
}

test('who handles SIGUSR1, does not listen to it, or belongs to somebody else', async (t) => {
	const dir = folder(t), idle = `setInterval(() => {}, 1000); console.log('ready');`;
	const handles = await start(t, process.execPath, [program(t, `process.on('SIGUSR1', () => {}); ${idle}`)]);
	assert.match(await refused(t, ['--now', `${handles.pid}`], dir), /may handle SIGUSR1 itself.*HOST:PORT/);
	assert.strictEqual(handles.exitCode, null);
	for (const node of nodes.filter((each) => each.major >= 22)) {
		const deaf = await start(t, node.path, ['--disable-sigusr1', program(t, idle)]);
		assert.match(await refused(t, ['--now', `${deaf.pid}`], dir), /does not listen to SIGUSR1/);
		assert.strictEqual(deaf.exitCode, null);
	}
	if (!root) return void console.error('SKIPPED: a process of somebody else (needs root)');
	const ours = await start(t, process.execPath, [program(t, idle)]);
	const tool = spawn(inspmort, ['attach', '--now', `${ours.pid}`], { uid: 65534, gid: 65534, cwd: '/' });
	let said = '';
	tool.stderr.on('data', (d) => { said += d; });
	assert.strictEqual(await new Promise((resolve) => tool.on('exit', resolve)), 1);
	assert.match(said, /^inspmort: process \d+ belongs to root: [^\n]*\n$/);
});

test('a process in a container is reached by root', async (t) => {
	const inside = ['--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', process.execPath,
		program(t, `setInterval(() => {}, 1000); console.log('ready');`)];
	if (!root || run('sh', ['-c', 'unshare --net ip link set lo up']).code !== 0)
		return void console.error('SKIPPED: a container (needs root, unshare and ip)');
	const child = await start(t, 'unshare', inside), dir = folder(t);
	const tool = attach(t, ['--now', `${child.pid}`], dir);
	assert.deepStrictEqual(await tool.ended, { code: 0, signal: null }, tool.err);
	assert.match(files(dir)[0], new RegExp(`\\.${child.pid}\\.`));
});

test('several targets behind one port', async (t) => {
	const dir = folder(t), targets = [['a1', 'page', 'First\u001b[31m'], ['b2', 'page', 'Second'], ['c3', 'service_worker', 'Worker']];
	const server = http.createServer((q, r) => r.end(JSON.stringify(targets.map(([id, type, title]) => ({
		id, type, title, url: `http://x/${id}`, webSocketDebuggerUrl: `ws://127.0.0.1/devtools/${id}` }))) + '\n'));
	const paths = [];
	new WebSocket.Server({ server }).on('connection', (client, request) => { paths.push(request.url); client.close(); });
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	t.after(() => server.close());
	const at = `127.0.0.1:${server.address().port}`;
	const said = async (args) => {
		const tool = attach(t, [...args, at], dir);
		assert.strictEqual((await tool.ended).code, 1);
		return tool.err;
	};
	const list = await said([]);
	assert.match(list, /has 3 targets; say which with --target:\ninspmort: {2}a1 {2}page {2}First[^\u001b]*\n.*b2 {2}page {2}Second {2}http:\/\/x\/b2\n.*c3/);
	assert.match(await said(['--target', 'http://x/']), /several of its 3 targets/);
	assert.match(await said(['--target', 'Third']), /none of its 3 targets has 'Third'/);
	assert.deepStrictEqual(paths, []);
	await said(['--target', 'Second']);
	await said(['--target', 'c3']);
	targets.splice(1, 1); // one page, one worker: no question
	await said([]);
	assert.deepStrictEqual(paths, ['/devtools/b2', '/devtools/c3', '/devtools/a1']);
});

test('kinds and patterns that are none', async (t) => {
	const dir = folder(t);
	for (const [args, message] of [[['--on', 'caugth', '1'], /no such kind: caugth/], [['--on', 'caught=/(/', '1'], /caught=\/\(\//],
		[['--max-files', 'x', '1'], /number/]]) {
		const tool = attach(t, args, dir);
		assert.strictEqual((await tool.ended).code, 2);
		assert.match(tool.err, message);
	}
	const agent = run(inspmort, ['run', '--on', 'caught=x', '--', process.execPath, '-e', '0']);
	assert.strictEqual(agent.code, 2);
	assert.match(agent.said[0], /--via websocket/);
});

test('progress is shown on a terminal, and nowhere else', async (t) => {
	const dir = folder(t);
	const child = await start(t, process.execPath, ['--inspect=127.0.0.1:0', program(t, `globalThis.all = [];
		for (let i = 0; i < 150000; i++) all.push({ i, s: 'text ' + i }); console.log('ready');
		(function spin(list) { for (;;) list.length; })(all);`)]);
	const args = `attach --now --max-time-ms 20000 --max-objects 0 --dir ${dir} ${place(child)}`;
	const piped = run(inspmort, args.split(' '));
	assert.deepStrictEqual([piped.code, piped.said.length, piped.stderr], [0, 1, '']);
	const terminal = run('script', ['-qec', `${inspmort} ${args}`, '/dev/null']);
	assert.strictEqual(terminal.code, 0);
	assert.match(terminal.stdout, /\r\u001b\[Kinspmort: \d+ objects, [\d.]+ MB, \d+ to go, [\d.]+ s left/);
	// The line is taken away before the next.
	assert.match(terminal.stdout, /\r\u001b\[Kinspmort: wrote /);
});
