// SPDX-License-Identifier: MIT
'use strict';
// The agent leaves a program's death as it is: same exit code, same output, and a file of it.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const nodes = require('../support/nodes');
const { folder, run, withAgent } = require('../support/agent');

// files: how many crash files each program leaves.
const programs = {
	'throws.js': { files: 1, source: `function f(a) { const local = [a]; null.x; } f(5);` },
	'throws-later.js': { files: 1, source: `setTimeout(function tick() { throw new TypeError('later'); }, 1);` },
	'throws-null.js': { files: 1, source: `(function f(a) { throw null; })(1);` },
	'throws-string.js': { files: 1, source: `(function f(a) { throw 'a string'; })(1);` },
	'overflows.js': { files: 1, source: `function f(a) { const local = [a]; return f(a + 1) + 1; } f(0);` },
	'microtask.js': { files: 1, source: `queueMicrotask(() => { throw new Error('micro'); });` },
	'next-tick.js': { files: 1, source: `process.nextTick(() => { throw new Error('tick'); });` },
	'emitter.js': { files: 1, source: `new (require('events'))().emit('error', new Error('unheard'));` },
	'syntax.js': { files: 1, source: `let x = ;` },
	'exit-handler.js': { files: 1, source: `process.on('exit', function last() {
		Promise.resolve().then(() => console.log('never')); throw new Error('in exit'); });` },
	'rejects.js': { files: 1, source: `async function g(z) { const w = z * 2; throw new Error('rejected ' + w); }
		async function f(a) { await g(a); } f(5);` },
	'rejects-late.js': { files: 1, source: `async function g(z) { await null; throw new Error('late ' + z); }
		async function f(a) { await g(a); } f(5);` },
	'rejects-number.js': { files: 1, source: `Promise.reject(42);` },
	'rejection-listener.js': { files: 1, source: `process.on('unhandledRejection', (e) => { console.error(e.message); process.exit(9); });
		setTimeout(async function f() { throw new Error('told'); }, 1);` },
	'rethrows.js': { files: 1, source: `process.on('unhandledRejection', (e) => { throw e; });
		setTimeout(async function f() { throw new Error('told'); }, 1);` },
	'handler-exits.js': { files: 1, source: `process.on('uncaughtException', (e) => {
		console.log(e.message); setTimeout(() => process.exit(3), 20); });
		setTimeout(() => { throw new Error('fatal after all'); }, 1);` },
	'handler-throws.js': { files: 2, source: `process.on('uncaughtException', () => { throw new Error('in handler'); });
		setTimeout(() => { throw new Error('first'); }, 1);` },
	'monitored.js': { files: 1, source: `process.on('uncaughtExceptionMonitor', (e, o) => console.log(e.message, o));
		setTimeout(() => { throw new Error('seen'); }, 1);` },
	'module.mjs': { files: 1, source: `const x = 1; throw new Error('in a module');` },
	'top-level-await.mjs': { files: 1, source: `const x = 1; await null; throw new Error('after await');` },
	'worker.js': { files: 2, source: `const { Worker, isMainThread } = require('worker_threads');
		if (isMainThread) new Worker(__filename);
		else setTimeout(function work() { const inWorker = 7; throw new Error('worker dies'); }, 1);` },
	// Handled, or no error at all: nothing is left behind.
	'fine.js': { files: 0, source: `console.log('fine'); console.error('this too');` },
	'exit-code.js': { files: 0, source: `process.exitCode = 5;` },
	'exits.js': { files: 0, source: `try { throw new Error('x'); } catch { process.exit(4); }` },
	'handled.js': { files: 0, source: `process.on('uncaughtException', (e) => console.log(e.message));
		setTimeout(() => { throw new Error('handled'); }, 1); setTimeout(() => console.log('alive'), 30);` },
	'domain.js': { files: 0, source: `const d = require('domain').create(); d.on('error', (e) => console.log(e.message));
		d.run(() => setTimeout(() => { throw new Error('in domain'); }, 1)); setTimeout(() => console.log('alive'), 30);` },
	'capture-callback.js': { files: 0, source: `process.setUncaughtExceptionCaptureCallback((e) => console.log(e.message));
		setTimeout(() => { throw new Error('captured'); }, 1); setTimeout(() => console.log('alive'), 30);` },
	'vm.js': { files: 0, source: `const vm = require('vm'); for (let i = 0; i < 20; i++)
		try { vm.runInThisContext('(function f(q) { throw new Error("x" + q); })(' + i + ')'); } catch {}
		console.log('alive');` },
	'rejections-handled.js': { files: 0, source: `async function g(z) { throw new Error('g' + z); }
		(async () => { for (let i = 0; i < 20; i++) { try { await g(i); } catch {} const p = g(i); p.catch(() => {}); }
		console.log('alive'); })();` },
	'rejection-tolerated.js': { files: 0, source: `process.on('unhandledRejection', (e) => console.log(e.message));
		Promise.reject(new Error('tolerated')); setTimeout(() => console.log('alive'), 30);` },
	'child.js': { files: 1, source: `const { spawnSync } = require('child_process');
		if (process.argv[2]) throw new Error('child');
		const r = spawnSync(process.execPath, [...process.execArgv, __filename, 'x']); console.log(r.status);` },
};

// Whether a parent reads its worker's last words before or while it learns of the exit is chance, in plain
// Node too; only the stack below says which it was.
const withoutChance = (stderr) => stderr.replace(/^ +at \[kOnExit\].*\n +at Worker\.<computed>\.onexit.*\n/m, '');

for (const { major, path: node } of nodes)
	for (const [name, { source, files }] of Object.entries(programs))
		test(`Node ${major}: ${name}`, (t) => {
			const dir = folder(t), out = path.join(dir, 'out');
			const program = path.join(dir, name);
			fs.mkdirSync(out);
			fs.writeFileSync(program, source);
			const plain = run(node, [program]);
			const agent = withAgent(node, [program], out);
			assert.deepStrictEqual(
				{ code: agent.code, signal: agent.signal, stderr: withoutChance(agent.stderr) },
				{ code: plain.code, signal: plain.signal, stderr: withoutChance(plain.stderr) });
			assert.strictEqual(agent.stdout, plain.stdout);
			if (files === undefined) return;
			assert.strictEqual(agent.files.length, files, agent.files.join());
			for (const file of agent.files) {
				assert.match(path.basename(file), /^crash\.[^/]+\.inspmort$/);
				assert.strictEqual(fs.statSync(file).mode & 0o777, 0o600);
			}
			if (name !== 'child.js')
				assert.deepStrictEqual(agent.said.sort(),
					agent.files.map((file) => `inspmort: wrote ${file}\n`).sort());
		});
