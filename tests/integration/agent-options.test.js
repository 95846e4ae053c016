// SPDX-License-Identifier: MIT
'use strict';
// Node's own switches, and other tools, work as before beside the agent.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const nodes = require('../support/nodes');
const { folder, run, withAgent, register, convert, variables } = require('../support/agent');

const throws = `setTimeout(function tick() { const local = [1]; null.x; }, 1);`;
const rejects = `async function f(a) { const local = [a]; throw new Error('rejected'); } f(5);`;

const anyOf = (text) => text.replace(/\(node:\d+\)/g, '(node:N)');

function compare(t, node, options, source, files, { name = 'program.js', stderr = true } = {}) {
	const dir = folder(t), out = path.join(dir, 'out'), program = path.join(dir, name);
	fs.mkdirSync(out);
	fs.writeFileSync(program, source);
	const plain = run(node, [...options, program]);
	const agent = withAgent(node, [...options, program], out);
	assert.deepStrictEqual([agent.code, agent.signal, agent.stdout], [plain.code, plain.signal, plain.stdout]);
	if (stderr) assert.strictEqual(anyOf(agent.stderr), anyOf(plain.stderr));
	assert.strictEqual(agent.files.length, files);
	return agent;
}

for (const { major, path: node } of nodes) {
	const permission = major < 23 ? '--experimental-permission' : '--permission';
	const cases = [
		{ options: ['--frozen-intrinsics'] },
		{ options: ['--disallow-code-generation-from-strings'] },
		{ options: ['--pending-deprecation'] },
		{ options: ['--throw-deprecation'] },
		{ options: ['--enable-source-maps'] },
		{ options: ['--disable-proto=delete'] },
		{ options: ['--stack-size=400'] },
		{ options: ['--jitless'] },
		{ options: ['--unhandled-rejections=strict'], source: rejects },
		{ options: ['--unhandled-rejections=warn'], source: rejects, files: 0 },
		{ options: ['--unhandled-rejections=none'], source: rejects, files: 0 },
		{ options: ['--unhandled-rejections=warn-with-error-codes'], source: rejects, files: 0 }, // the program goes on
		// V8 prints the native stack, which is never the same.
		{ options: ['--abort-on-uncaught-exception'], stderr: false },
		// The permission model closes the inspector: one line says so, and the program runs.
		{ options: [permission, '--allow-fs-read=*'], files: 0 },
		{ options: [permission, '--allow-fs-read=*'], source: `console.log('fine')`, files: 0 },
	];
	for (const { options, source = throws, files = 1, stderr } of cases)
		test(`Node ${major}: ${options.join(' ')}${source === rejects ? ', rejection' : ''}`, (t) => {
			compare(t, node, options, source, files, { stderr });
		});

	test(`Node ${major}: process.abort()`, (t) => {
		const look = `console.log(Object.getOwnPropertyDescriptor(process, 'abort'), process.abort.name, process.abort.length, String(process.abort));`;
		const { files: [file] } = compare(t, node, [], `${look} (function f(a) { const local = [a]; process.abort(); })(5);`, 1, { stderr: false });
		const crash = convert(file), [{ reason, data, callFrames: [frame] }] = crash.Paused;
		assert.deepStrictEqual([reason, data.value, frame.functionName], ['other', 'process.abort()', 'f']);
		assert.strictEqual(variables(crash, frame).a.value, 5);
	});

	test(`Node ${major}: --import`, (t) => {
		const dir = folder(t), out = path.join(dir, 'out'), program = path.join(dir, 'program.mjs');
		fs.mkdirSync(out);
		fs.writeFileSync(program, throws);
		const plain = run(node, [program]);
		const agent = run(node, ['--import', register, program], { env: { INSPMORT_DIR: out } });
		assert.deepStrictEqual([agent.code, agent.stderr], [plain.code, plain.stderr]);
		assert.strictEqual(fs.readdirSync(out).length, 1);
	});

	test(`Node ${major}: a program that replaces the builtins`, (t) => {
		compare(t, node, [], `
			const evil = () => { throw new Error('never'); };
			Map.prototype.get = Map.prototype.set = Array.prototype.push = Array.prototype.map = evil;
			JSON.parse = JSON.stringify = Reflect.apply = Function.prototype.call = evil;
			process.listenerCount = process.binding = evil; Error.prepareStackTrace = undefined;
			function f(a) { const local = [a]; null.x; } f(1);`, 1);
	});

	test(`Node ${major}: node -e, node --test, a REPL`, (t) => {
		const dir = folder(t), file = path.join(dir, 'x.test.js');
		fs.writeFileSync(file, `require('node:test')('passes', () => {}); require('node:test')('fails', () => { null.x; });`);
		const env = { NODE_OPTIONS: `--require ${register}`, INSPMORT_DIR: dir };
		assert.strictEqual(run(node, ['-e', 'console.log(1)'], { env }).stdout, '1\n');
		assert.strictEqual(run(node, ['-p', '6 * 7'], { env }).stdout, '42\n');
		const tested = run(node, ['--test', '--test-reporter=tap', file], { env });
		assert.strictEqual(tested.code, 1);
		assert.match(tested.stdout, /# pass 1\n# fail 1\n/);
		assert.deepStrictEqual(tested.said, []);
		const repl = spawnSync(node, ['-i'], { env: { ...process.env, ...env }, encoding: 'utf8', input: 'null.x\n"still" + "here"\n' });
		assert.strictEqual(repl.status, 0);
		assert.match(repl.stdout, /stillhere/);
		assert.ok(!repl.stderr.includes('inspmort'), repl.stderr);
	});

	test(`Node ${major}: a cluster whose workers die`, (t) => {
		const dir = folder(t), program = path.join(dir, 'program.js');
		fs.mkdirSync(path.join(dir, 'out'));
		fs.writeFileSync(program, `const cluster = require('cluster');
			if (cluster.isPrimary) { cluster.fork(); cluster.fork(); let n = 2;
				cluster.on('exit', (w, code) => { console.log(code); if (!--n) process.exit(0); }); }
			else (function worker() { const inWorker = 1; null.x; })();`);
		const result = run(node, [program], { env: { NODE_OPTIONS: `--require ${register}`, INSPMORT_DIR: path.join(dir, 'out') } });
		assert.strictEqual(result.stdout, '1\n1\n');
		assert.strictEqual(result.code, 0);
		assert.strictEqual(fs.readdirSync(path.join(dir, 'out')).length, 2);
	});
}

// A client of Node's inspector: a plain WebSocket that speaks as much as is needed.
async function attach(url) {
	const net = require('node:net');
	const { hostname, port, pathname } = new URL(url);
	const socket = net.connect(Number(port), hostname);
	socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
		'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n');
	await new Promise((resolve) => socket.once('data', resolve));
	socket.on('error', () => {});
	return socket;
}

for (const { major, path: node } of nodes)
	test(`Node ${major}: an attached debugger is left in peace`, { timeout: 60000 }, async (t) => {
		const { spawn } = require('node:child_process');
		const dir = folder(t), program = path.join(dir, 'program.js');
		fs.mkdirSync(path.join(dir, 'out'));
		fs.writeFileSync(program, `process.stdin.once('data', function tick() { const local = 1; throw new Error('dies'); });`);
		const child = spawn(node, ['--require', register, '--inspect=127.0.0.1:0', program],
			{ env: { ...process.env, INSPMORT_DIR: path.join(dir, 'out') } });
		let stderr = '', socket;
		const ended = new Promise((resolve) => child.on('exit', resolve));
		child.stderr.on('data', async (data) => {
			stderr += data;
			// At exit Node 20 waits for its client, with or without us.
			if (stderr.includes('Waiting for the debugger to disconnect')) socket.destroy();
			const url = /ws:\/\/\S+/.exec(stderr);
			if (!url || socket) return;
			socket = true;
			socket = await attach(url[0]);
			child.stdin.write('go\n');
		});
		assert.strictEqual(await ended, 1);
		socket.destroy();
		assert.match(stderr, /Error: dies/);
		assert.match(stderr, /inspmort: no crash file: a debugger is attached/);
		assert.deepStrictEqual(fs.readdirSync(path.join(dir, 'out')), []);
	});
