// SPDX-License-Identifier: MIT
'use strict';
// Worker threads of a program that is watched from outside: each has its own crash file, and goes on whatever becomes of us.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const nodes = require('../support/nodes');
const { folder, run, inspmort, convert, variables } = require('../support/agent');
const { start, attach, until, files } = require('../support/attach');

const threads = `const { Worker, isMainThread, parentPort, threadId, workerData } = require('worker_threads');\n`;
const spawns = (options = '') => `const w = new Worker(__filename${options});
	w.on('error', (e) => console.log('error', e && e.message)); w.on('exit', (code) => console.log('exit', code));`;

function watched(t, node, source) {
	const dir = folder(t), app = path.join(folder(t), 'app.js');
	fs.writeFileSync(app, threads + source);
	const plain = run(node, [app]);
	const seen = run(inspmort, ['run', '--via', 'websocket', '--', node, app], { env: { INSPMORT_DIR: dir } });
	for (const what of ['code', 'signal', 'stdout', 'stderr']) assert.strictEqual(seen[what], plain[what], what);
	return files(dir).sort();
}

// The frame of that name, wherever it is in the file.
function frame(file, name) {
	const crash = convert(file);
	for (const paused of crash.Paused)
		for (const each of paused.callFrames)
			if (each.functionName === name) return { crash, each, paused };
	assert.fail(`${file}: no frame ${name}`);
}

for (const node of nodes) {
	test(`Node ${node.major}: a worker's crash is the worker's, with its frames`, (t) => {
		const thrown = watched(t, node.path, `if (isMainThread) { ${spawns()} }
			else setTimeout(function tick() { const local = ['w', threadId]; null.x; }, 20);`);
		assert.strictEqual(thrown.length, 1);
		assert.match(path.basename(thrown[0]), /^crash\.[\dTZ.-]+\.\d+\.worker-1-[0-9a-f]{6}\.inspmort$/);
		const { crash, each } = frame(thrown[0], 'tick');
		assert.ok(variables(crash, each).local.objectId);
		// Node catches what listeners throw, and throws it again when their frames are gone.
		const [told] = watched(t, node.path, `if (isMainThread) { ${spawns()} w.postMessage({ order: 7 }); }
			else parentPort.on('message', function onOrder(order) { const total = order.order * 6; null.x; });`);
		const message = frame(told, 'onOrder');
		assert.strictEqual(variables(message.crash, message.each).total.value, 42);
		const [top] = watched(t, node.path, `if (isMainThread) { ${spawns()} }
			else { (function load(a) { const twice = a * 2; null.x; })(4); }`);
		const loaded = frame(top, 'load');
		assert.strictEqual(variables(loaded.crash, loaded.each).twice.value, 8);
	});

	test(`Node ${node.major}: workers that end well, or are ended, leave no file and hold nobody up`, (t) => {
		for (const source of [
			`if (isMainThread) { ${spawns()} } else Promise.reject(new Error('handled')).catch(() => {});`,
			`if (isMainThread) { ${spawns()} } else { try { null.x } catch {} process.exit(3); }`,
			`if (isMainThread) { ${spawns()} } else { process.on('uncaughtException', () => {}); setTimeout(() => null.x, 5); }`,
			`if (isMainThread) { ${spawns()} w.on('online', () => w.terminate()); } else setInterval(() => {}, 1000);`,
			`if (isMainThread) { ${spawns()} setTimeout(() => process.exit(5), 100); } else { const f = () => { Promise.reject(1).catch(() => {}); setImmediate(f); }; f(); }`,
			`if (isMainThread) { const flag = new Int32Array(new SharedArrayBuffer(4)); const w = new Worker(__filename, { workerData: flag });
				console.log(Atomics.wait(flag, 0, 0, 20000)); } else { workerData[0] = 1; Atomics.notify(workerData, 0); }`,
		])
			assert.deepStrictEqual(watched(t, node.path, source), [], source);
	});

	test(`Node ${node.major}: attached to workers that run already, and to those of workers`, async (t) => {
		const dir = folder(t), app = path.join(folder(t), 'app.js');
		fs.writeFileSync(app, `${threads} if (isMainThread) process.stdin.on('data', () => w.postMessage('die'));
			if ((workerData || 0) < 2) { ${spawns(', { workerData: (workerData || 0) + 1 }')} if (!isMainThread) parentPort.on('message', (m) => w.postMessage(m)); }
			else { console.log('ready'); parentPort.on('message', function onDie(word) { const local = word + threadId; null.x; }); }`.replace('const w', 'var w'));
		const program = await start(t, node.path, ['--inspect=127.0.0.1:0', app]);
		const place = /ws:\/\/([\d.:]+)/.exec(program.err)[1];
		assert.strictEqual((await attach(t, ['--now', place], dir).ended).code, 0);
		const now = files(dir).map((name) => path.basename(name).replace(/[0-9a-f]{6}\.inspmort$/, '').replace(/^.*\.\d+\./, '')).sort();
		assert.deepStrictEqual(now, ['', 'worker-1-', 'worker-2-']);
		for (const name of files(dir)) fs.unlinkSync(name);
		const tool = attach(t, [place], dir);
		await until(() => tool.err.includes('waiting for a crash'));
		program.stdin.write('die\n');
		await until(() => files(dir).length);
		await until(() => tool.err.includes('wrote'));
		const { crash, each } = frame(files(dir)[0], 'onDie');
		assert.strictEqual(variables(crash, each).local.value, 'die2');
		assert.strictEqual(program.exitCode, null); // its parents handle the error event
		tool.kill('SIGINT');
		assert.deepStrictEqual(await tool.ended, { code: 0, signal: null });
		program.stdin.end();
	});

	test(`Node ${node.major}: a capturer that is killed or stopped lets the workers go`, async (t) => {
		for (const [signal, when] of [['SIGKILL', 'before'], ['SIGKILL', 'within'], ['SIGSTOP', 'within']]) {
			const dir = folder(t), app = path.join(folder(t), 'app.js');
			fs.writeFileSync(app, `${threads} if (isMainThread) { ${spawns()} process.stdin.once('data', () => w.postMessage(1)); w.on('exit', () => process.exit(0)); }
				else { const all = []; for (let i = 0; i < 300000; i++) all.push({ i, s: 'text ' + i });
					parentPort.on('message', () => setImmediate(() => all[-1].x)); console.log('ready'); }`);
			const program = await start(t, node.path, ['--inspect=127.0.0.1:0', app]);
			const place = /ws:\/\/([\d.:]+)/.exec(program.err)[1];
			const tool = attach(t, [place, '--max-time-ms', '1000', '--max-objects', '0'], dir);
			await until(() => tool.err.includes('waiting for a crash'));
			if (when === 'before') {
				tool.kill(signal);
				await tool.ended;
			}
			program.stdin.write('\n');
			if (when === 'within') {
				await until(() => fs.readdirSync(dir).length || program.exitCode !== null);
				tool.kill(signal);
			}
			assert.deepStrictEqual(await program.ended, { code: 0, signal: null }, `${signal} ${when}`);
			tool.kill('SIGKILL');
			assert.deepStrictEqual(files(dir), []);
		}
	});
}

test('many workers at once', (t) => {
	const found = watched(t, process.execPath, `if (isMainThread) for (let i = 0; i < 30; i++) new Worker(__filename).on('error', () => {});
		else setTimeout(function tick() { const local = threadId; if (threadId % 10 === 0) null.x; }, 100);`);
	assert.deepStrictEqual(found.map((name) => /worker-(\d+)-/.exec(name)[1]).sort(), ['10', '20', '30']);
});
