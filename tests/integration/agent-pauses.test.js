// SPDX-License-Identifier: MIT
'use strict';
// Whatever was pending when the process died is in its file: the exception first, then the
// rejections that nobody had handled.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const nodes = require('../support/nodes');
const { folder, withAgent, inspmort, convert, variables } = require('../support/agent');

function crashOf(t, node, source) {
	const dir = folder(t), out = path.join(dir, 'out'), program = path.join(dir, 'program.js');
	fs.mkdirSync(out);
	fs.writeFileSync(program, source);
	const { files, said, stderr } = withAgent(node.path, [program], out);
	assert.strictEqual(files.length, 1, stderr + said.join(''));
	return { file: files[0], ...convert(files[0]) };
}

const reasons = (crash) => crash.Paused.map((p) => `${p.reason} ${p.callFrames[0]?.functionName}`);

for (const node of nodes) {
	test(`Node ${node.major}: several rejections of one turn`, (t) => {
		const crash = crashOf(t, node, `
			const shared = { name: 'shared' };
			async function first(a) { const own = [shared]; await null; throw new Error('first'); }
			async function second(b) { const own = { shared }; await null; throw new TypeError('second'); }
			async function third(c) { const own = 'third'; await null; throw 'no error'; }
			async function handled() { await null; throw new Error('handled'); }
			process.nextTick(() => { first(1); second(2); third(3); handled().catch(() => {}); });`);
		assert.deepStrictEqual(reasons(crash), ['promiseRejection first', 'promiseRejection second', 'promiseRejection third']);
		assert.deepStrictEqual(crash.Paused.map((p) => p.data.description?.split('\n')[0] ?? p.data.value),
			['Error: first', 'TypeError: second', 'no error']);
		const [one, two, three] = crash.Paused.map((p) => variables(crash, p.callFrames[0]));
		assert.deepStrictEqual([one.a.value, two.b.value, three.c.value, three.own.value], [1, 2, 3, 'third']);
		const member = (object, name) => crash.RemoteObjects[object.objectId].result.find((p) => p.name === name).value;
		// One object, whichever pause shows it.
		assert.strictEqual(member(one.own, '0').objectId, member(two.own, 'shared').objectId);

		const print = (pause, expression) => spawnSync(inspmort, ['print', '--pause', String(pause), crash.file, expression], { encoding: 'utf8' }).stdout.trim();
		assert.strictEqual(print(0, 'own[0].name'), '"shared"');
		assert.strictEqual(print(2, 'own'), '"third"');
		const { stdout } = spawnSync(inspmort, ['show', crash.file], { encoding: 'utf8' });
		assert.match(stdout, /^Error: first\n[^]*^TypeError: second\n[^]*^Thrown: 'no error'\n/m);
	});

	test(`Node ${node.major}: an exception, and a rejection before it`, (t) => {
		const crash = crashOf(t, node, `
			async function early(a) { throw new Error('early'); }
			function boom(b) { throw new RangeError('boom'); }
			setTimeout(() => { early(1); boom(2); }, 1);`);
		assert.deepStrictEqual(reasons(crash), ['exception boom', 'promiseRejection early']);
		assert.strictEqual(variables(crash, crash.Paused[1].callFrames[0]).a.value, 1);
		// The agent leaves no trace of how it handed them over.
		assert.ok(!JSON.stringify(crash.RemoteObjects).includes('"pending"'));
	});

	test(`Node ${node.major}: what was handled in the meantime is not there`, (t) => {
		const crash = crashOf(t, node, `
			async function early(a) { throw new Error('early'); }
			setTimeout(() => { early(1).catch(() => {}); throw new RangeError('alone'); }, 1);`);
		assert.strictEqual(crash.Paused.length, 1);
	});
}
