// SPDX-License-Identifier: MIT
'use strict';
// What the agent's files say is what the program held.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const nodes = require('../support/nodes');
const { folder, run, withAgent, register, convert, variables } = require('../support/agent');

const [{ path: node, major }] = nodes;

// Runs `source` under the agent and gives the one crash it left.
function crashOf(t, node, source, { args = [], name = 'program.js', env, bare } = {}) {
	const dir = folder(t), out = path.join(dir, 'out'), program = path.join(dir, name);
	fs.mkdirSync(out);
	fs.writeFileSync(program, source);
	const result = bare ? run(node, [program, register], { env: { INSPMORT_DIR: out } })
		: withAgent(node, [...args, program], out, { env });
	result.files = fs.readdirSync(out).map((file) => path.join(out, file));
	assert.strictEqual(result.files.length, 1, result.stderr + result.said.join(''));
	return { ...result, crash: convert(result.files[0]), program };
}

function property(crash, object, name) {
	const { result, internalProperties = [] } = crash.RemoteObjects[object.objectId];
	const found = [...result, ...internalProperties].find((p) => p.name === name);
	assert.ok(found, `no property ${name}`);
	return found.value;
}

for (const { path: node, major } of nodes) {
	test(`Node ${major}: an uncaught exception: frames, locals, receiver, graph`, (t) => {
		const { crash, program } = crashOf(t, node, `
			class Account {
				constructor(owner) { this.owner = owner; this.self = this; this.rates = new Map([['a', 1.5], ['b', -0]]); }
				charge(amount, big) {
					const text = 'caf\\u00e9 \\ud83d\\ude00 \\ud800 \\u0000', nothing = null, list = [1, , 3];
					throw new RangeError('too much: ' + amount);
				}
			}
			function outer(account) { const label = 'outer'; return account.charge(42, 10n ** 20n); }
			setTimeout(function start() { outer(new Account('ada')); }, 1);`);
		const [paused] = crash.Paused;
		assert.strictEqual(paused.reason, 'exception');
		assert.strictEqual(paused.data.uncaught, true);
		assert.strictEqual(paused.data.className, 'RangeError');
		assert.strictEqual(property(crash, paused.data, 'message').value, 'too much: 42');
		assert.deepStrictEqual(paused.callFrames.slice(0, 3).map((f) => f.functionName),
			['charge', 'outer', 'start']);
		const [top, outer] = paused.callFrames;
		assert.ok(crash.Scripts[top.location.scriptId].params.url.endsWith(program));
		assert.match(crash.Scripts[top.location.scriptId].source, /class Account/);
		const locals = variables(crash, top);
		assert.strictEqual(locals.amount.value, 42);
		assert.strictEqual(locals.big.unserializableValue, '100000000000000000000n');
		assert.strictEqual(locals.text.value, 'caf\u00e9 \u{1f600} \ud800 \0');
		assert.strictEqual(locals.nothing.subtype, 'null');
		assert.strictEqual(property(crash, locals.list, 'length').value, 3);
		assert.strictEqual(property(crash, locals.list, '2').value, 3);
		assert.strictEqual(variables(crash, outer).label.value, 'outer');
		assert.strictEqual(top.this.className, 'Account');
		assert.strictEqual(property(crash, top.this, 'owner').value, 'ada');
		assert.strictEqual(property(crash, top.this, 'self').objectId, top.this.objectId);
		assert.strictEqual(variables(crash, outer).account.objectId, top.this.objectId);
		const entries = property(crash, property(crash, top.this, 'rates'), '[[Entries]]');
		assert.strictEqual(property(crash, property(crash, entries, '1'), 'value').unserializableValue, '-0');
	});

	test(`Node ${major}: an unhandled rejection: the async function's frame and locals`, (t) => {
		const { crash } = crashOf(t, node, `
			async function load(id) { const url = 'db://' + id; throw new Error('refused ' + id); }
			async function page(user) { const started = 17; await load(user.id); }
			page({ id: 7 });`);
		const [paused] = crash.Paused;
		assert.strictEqual(paused.reason, 'promiseRejection');
		assert.strictEqual(property(crash, paused.data, 'message').value, 'refused 7');
		assert.deepStrictEqual(paused.callFrames.slice(0, 2).map((f) => f.functionName), ['load', 'page']);
		assert.strictEqual(variables(crash, paused.callFrames[0]).id.value, 7);
		assert.strictEqual(variables(crash, paused.callFrames[0]).url.value, 'db://7');
		assert.strictEqual(variables(crash, paused.callFrames[1]).started.value, 17);
	});

	test(`Node ${major}: a rejection after an await: the function that gave up`, (t) => {
		const { crash } = crashOf(t, node, `
			async function page(user) { const started = 17; await null; throw new Error('gave up'); }
			page({ id: 7 });`);
		const [paused] = crash.Paused;
		assert.strictEqual(paused.callFrames[0].functionName, 'page');
		assert.strictEqual(variables(crash, paused.callFrames[0]).started.value, 17);
	});

	test(`Node ${major}: out of memory`, (t) => {
		const { crash, signal } = crashOf(t, node, `
			const kept = [];
			function add(i, name) { kept.push({ i, text: name + i, more: [i] }); }
			function leak() { const name = 'round'; for (let i = 0; ; i++) add(i, name); }
			leak();`, { args: ['--max-old-space-size=48'] });
		assert.strictEqual(signal, 'SIGABRT');
		const [paused] = crash.Paused;
		assert.strictEqual(paused.reason, 'OOM');
		const leak = paused.callFrames.find((f) => f.functionName === 'leak');
		assert.strictEqual(variables(crash, leak).name.value, 'round');
	});

	test(`Node ${major}: an ES module: top level, a dependency, after an await`, (t) => {
		const options = { name: 'program.mjs', env: { INSPMORT_ON: 'all,startup' } };
		const top = crashOf(t, node, `const x = 41; throw new Error('top');`, options).crash;
		assert.strictEqual(variables(top, top.Paused[0].callFrames[0], 'module').x.value, 41);
		const below = crashOf(t, node, `const x = 5; function boom(k) { const inner = k * 2; throw new Error('boom'); } boom(x);`,
			options).crash;
		assert.strictEqual(below.Paused[0].callFrames[0].functionName, 'boom');
		assert.strictEqual(variables(below, below.Paused[0].callFrames[0]).inner.value, 10);
		assert.strictEqual(variables(below, below.Paused[0].callFrames[1], 'module').x.value, 5);
		const late = crashOf(t, node, `
			async function connect(host) { const tries = 3; await new Promise((r) => setTimeout(r, 20)); throw new Error('refused'); }
			export const db = await connect('db');`, options).crash;
		assert.strictEqual(late.Paused[0].callFrames[0].functionName, 'connect');
		assert.strictEqual(variables(late, late.Paused[0].callFrames[0]).tries.value, 3);
	});

	test(`Node ${major}: frames that are unwound appear by place, without variables`, (t) => {
		const module = crashOf(t, node, `const x = 41;\nfunction boom(k) { throw new Error('top'); }\nboom(x);`, { name: 'program.mjs' });
		const frames = module.crash.Paused[0].callFrames;
		assert.deepStrictEqual(frames.slice(0, 2).map((f) => [f.functionName, f.location.lineNumber]), [['boom', 1], ['', 2]]);
		assert.match(module.crash.Scripts[frames[0].location.scriptId].params.url, /program\.mjs$/);
		assert.deepStrictEqual(frames[0].scopeChain, []);
		const { crash } = crashOf(t, node, `
			function check(row) { throw new Error('bad row ' + row); }
			async function load(id) { await null; check(id); }
			load(7);`);
		assert.deepStrictEqual(crash.Paused[0].callFrames.slice(0, 2).map((f) => f.functionName), ['check', 'load']);
		assert.strictEqual(variables(crash, crash.Paused[0].callFrames[1]).id.value, 7);
	});

	test(`Node ${major}: with the debugger always on, a rejection has its whole stack`, (t) => {
		const source = `const kept = [];
			function helper(depth) { const here = depth; if (depth) return helper(depth - 1); throw new Error('deep'); }
			async function load(id) { await null; return helper(id); }
			setTimeout(() => load(2), 1);`;
		const names = ({ crash }) => crash.Paused[0].callFrames.slice(0, 4).map((f) => f.functionName);
		const on = crashOf(t, node, source, { env: { INSPMORT_ON: 'all-debugger' } });
		assert.deepStrictEqual(names(on), ['helper', 'helper', 'helper', 'load']);
		assert.strictEqual(variables(on.crash, on.crash.Paused[0].callFrames[1]).here.value, 1);
		assert.deepStrictEqual(names(crashOf(t, node, source)), ['helper', 'helper', 'helper', 'load']);
	});

	test(`Node ${major}: loaded too late, the debugger takes the hook's place`, (t) => {
		const { crash, said } = crashOf(t, node, `
			try { throw new Error('first'); } catch {}
			const late = require(process.argv[2]);
			setTimeout(function tick() { const local = 9; null.x; }, 1);`, { bare: true });
		assert.strictEqual(variables(crash, crash.Paused[0].callFrames[0]).local.value, 9);
		assert.match(said[0], /debugger stays on/);
		assert.strictEqual(said.length, 2);
	});

	test(`Node ${major}: a stack overflow`, (t) => {
		const { crash } = crashOf(t, node,
			`function deeper(n) { const here = n; return deeper(n + 1) + here; } deeper(0);`);
		const [paused] = crash.Paused;
		assert.strictEqual(paused.data.className, 'RangeError');
		assert.strictEqual(paused.callFrames[1].functionName, 'deeper');
		const below = variables(crash, paused.callFrames[2]);
		assert.ok(below.n.value > 1000);
	});
}

test(`Node ${major}: a worker's crash is its own file`, (t) => {
	const dir = folder(t), out = path.join(dir, 'out'), program = path.join(dir, 'program.js');
	fs.mkdirSync(out);
	fs.writeFileSync(program, `
		const { Worker, isMainThread } = require('worker_threads');
		if (isMainThread) new Worker(__filename).on('error', (e) => console.log('main goes on', e.message));
		else setTimeout(function work() { const inWorker = 7; throw new Error('worker dies'); }, 1);`);
	const result = withAgent(node, [program], out);
	assert.strictEqual(result.code, 0);
	assert.strictEqual(result.stdout, 'main goes on worker dies\n');
	assert.strictEqual(result.files.length, 1);
	assert.match(result.files[0], /\.worker-1-/);
	const { Paused: [paused], ...crash } = convert(result.files[0]);
	assert.strictEqual(paused.callFrames[0].functionName, 'work');
	assert.strictEqual(variables(crash, paused.callFrames[0]).inWorker.value, 7);
});

test(`Node ${major}: a worker that runs out of memory`, (t) => {
	const dir = folder(t), out = path.join(dir, 'out'), program = path.join(dir, 'program.js');
	fs.mkdirSync(out);
	fs.writeFileSync(program, `
		const { Worker, isMainThread } = require('worker_threads');
		if (isMainThread) new Worker(__filename, { resourceLimits: { maxOldGenerationSizeMb: 32 } })
			.on('error', (e) => console.log('main goes on', e.code));
		else { const kept = []; const add = (i, k) => kept.push({ i, k, s: 'x' + i });
			(function leak() { const inWorker = 7; for (let i = 0; ; i++) add(i, inWorker); })(); }`);
	const result = withAgent(node, [program], out);
	assert.deepStrictEqual([result.code, result.stdout], [0, 'main goes on ERR_WORKER_OUT_OF_MEMORY\n']);
	assert.strictEqual(result.files.length, 1);
	const { Paused: [paused], ...crash } = convert(result.files[0]);
	assert.strictEqual(paused.reason, 'OOM');
	const leak = paused.callFrames.find((f) => f.functionName === 'leak');
	assert.strictEqual(variables(crash, leak).inWorker.value, 7);
});
