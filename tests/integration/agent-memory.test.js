// SPDX-License-Identifier: MIT
'use strict';
// On its last legs: hardly any memory left to the process, by the kernel's account or by V8's. Whatever
// the file has room for, the process dies its own death and is not killed.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const nodes = require('../support/nodes');
const { undo, folder, run, register, convert, variables } = require('../support/agent');

const express = path.join(__dirname, '../node_modules/express');
const v1 = '/sys/fs/cgroup/memory', v2 = '/sys/fs/cgroup';

// A control group whose memory can be limited; null where that is not possible.
function group(t) {
	const old = fs.existsSync(path.join(v1, 'memory.limit_in_bytes'));
	const dir = path.join(old ? v1 : v2, `inspmort-test-${process.pid}`);
	try {
		fs.mkdirSync(dir);
		undo(t, () => fs.rmdirSync(dir));
		const limit = path.join(dir, old ? 'memory.limit_in_bytes' : 'memory.max');
		fs.writeFileSync(limit, fs.readFileSync(limit));
		return { dir, limit, used: path.join(dir, old ? 'memory.usage_in_bytes' : 'memory.current') };
	} catch (error) {
		t.skip(`SKIPPED: cannot make a memory control group: ${error.message}`);
		return null;
	}
}

// Leaves itself `spare` megabytes, then dies with 20,000 objects of its own and express's around it.
const program = ({ limit, used }, spare) => `const fs = require('fs'), app = require(${JSON.stringify(express)})();
	const orders = new Map(Array.from({ length: 20000 }, (_, i) => [i, { id: i, items: [{ name: 'item ' + i }] }]));
	app.get('/', (request, response) => response.end(orders.get(1).id));
	app.listen(0, '127.0.0.1');
	setTimeout(function dies(a) {
		const local = [a];
		fs.writeFileSync(${JSON.stringify(limit)}, String(Number(fs.readFileSync(${JSON.stringify(used)}, 'latin1')) + ${spare} * 1048576));
		throw new Error('fatal');
	}, 50, 5);`;

for (const [index, { major, path: node }] of nodes.entries())
	for (const spare of index ? [32] : [32, 16, 8, 1])
		test(`Node ${major}: a control group with ${spare} MB to spare`, (t) => {
			const cgroup = group(t);
			if (!cgroup) return;
			const out = folder(t), file = path.join(folder(t), 'program.js');
			fs.writeFileSync(file, program(cgroup, spare));
			const { code, signal, stderr, said } = run('sh', ['-c', 'echo $$ > "$0/cgroup.procs" && exec "$@"', cgroup.dir,
				node, '--require', register, file], { env: { INSPMORT_DIR: out } });
			assert.deepStrictEqual([code, signal], [1, null]); // not killed
			assert.match(stderr, /Error: fatal\n/);
			const files = fs.readdirSync(out);
			if (spare === 1) {
				assert.deepStrictEqual(files, []);
				assert.match(said.join(''), /^inspmort: no crash file: only \d MB of memory are left\n$/);
				return;
			}
			assert.strictEqual(files.length, 1, said.join(''));
			const crash = convert(path.join(out, files[0])), [frame] = crash.Paused[0].callFrames;
			assert.strictEqual(frame.functionName, 'dies');
			if (spare >= 16) assert.strictEqual(variables(crash, frame).a.value, 5);
		});

// The old generation is 93 % full with objects that all live.
for (const { major, path: node } of nodes)
	test(`Node ${major}: at 93 % of the heap limit`, (t) => {
		const out = folder(t), file = path.join(folder(t), 'program.js');
		fs.writeFileSync(file, `const v8 = require('v8'), kept = {};
			const old = () => v8.getHeapSpaceStatistics().reduce((sum, space) => /^(new|read_only|shared)/.test(space.space_name) ? sum : sum + space.space_used_size, 0);
			for (let i = 0; old() < 60 * 1048576 * 0.93; i++) kept['k' + i] = Array.from({ length: 500 }, (_, k) => ({ i, k, text: 'item ' + k }));
			setTimeout(function dies(a) { const local = [a, kept]; throw new Error('fatal'); }, 1, 5);`);
		const result = run(node, ['--max-old-space-size=60', '--require', register, file], { env: { INSPMORT_DIR: out } });
		assert.deepStrictEqual([result.code, result.signal], [1, null]);
		assert.match(result.stderr, /Error: fatal\n/);
		const [name] = fs.readdirSync(out), crash = convert(path.join(out, name)), [frame] = crash.Paused[0].callFrames;
		assert.strictEqual(variables(crash, frame).a.value, 5);
	});

// 180,000 errors that V8 tells the agent of, and that somebody handles, leave nothing behind.
for (const kind of ['throws', 'rejections'])
	test(`handled ${kind} take no memory`, (t) => {
		const out = folder(t), program = path.join(__dirname, '../bench/agent/errors.js');
		const { stdout, code } = run(nodes[0].path, ['--expose-gc', '--require', register, program, kind, '200000'], { env: { INSPMORT_DIR: out } });
		assert.strictEqual(code, 0);
		const { rssEarly, rssEnd } = JSON.parse(stdout);
		assert.ok(rssEnd - rssEarly < 10240, `${rssEnd - rssEarly} kB more`); // 60 bytes an error
		assert.deepStrictEqual(fs.readdirSync(out), []);
	});
