// SPDX-License-Identifier: MIT
'use strict';
// Where there is no place for a file, the program still dies its own death, and one line says why.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const nodes = require('../support/nodes');
const { undo, folder, run, withAgent, convert } = require('../support/agent');

const [{ path: node }] = nodes;
const root = process.getuid() === 0;

function mount(t, dir, options) {
	if (!root) return t.skip('SKIPPED: mounting a small disk needs root') || false;
	const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir], { encoding: 'utf8' });
	if (status !== 0) return t.skip(`SKIPPED: cannot mount a small disk: ${stderr.trim()}`) || false;
	undo(t, () => spawnSync('umount', [dir]));
	return true;
}

function setup(t) {
	const dir = folder(t), out = path.join(dir, 'out'), program = path.join(dir, 'program.js');
	fs.mkdirSync(out);
	fs.writeFileSync(program, `function f(a) { const local = [a, 'x'.repeat(500)]; null.x; } setTimeout(f, 1, 5);`);
	return { dir, out, program, plain: run(node, [program]) };
}

function same(agent, plain) {
	assert.deepStrictEqual({ code: agent.code, signal: agent.signal, stderr: agent.stderr },
		{ code: plain.code, signal: plain.signal, stderr: plain.stderr });
}

test('a full disk', (t) => {
	const { out, program, plain } = setup(t);
	if (!mount(t, out, 'size=32k')) return;
	const agent = withAgent(node, [program], out);
	same(agent, plain);
	assert.deepStrictEqual(agent.files, []);
	assert.strictEqual(agent.said.length, 1);
	assert.match(agent.said[0], /^inspmort: no crash file: .*No space left on device\n$/);
});

test('a read-only directory', (t) => {
	const { out, program, plain } = setup(t);
	if (!mount(t, out, 'size=32k,ro')) return;
	const agent = withAgent(node, [program], out);
	same(agent, plain);
	assert.strictEqual(agent.said.length, 1);
	assert.match(agent.said[0], /^inspmort: no crash file: .*Read-only file system\n$/);
});

test('a directory that is not there', (t) => {
	const { out, program, plain } = setup(t);
	const agent = withAgent(node, [program], out, { env: { INSPMORT_DIR: path.join(out, 'none') } });
	same(agent, plain);
	assert.deepStrictEqual(agent.files, []);
	assert.match(agent.said.join(''), /^inspmort: no crash file: .*none: No such file or directory\n$/);
});

test('a working directory that the program leaves', (t) => {
	const { dir, out, program } = setup(t);
	fs.writeFileSync(program, `process.chdir('/'); null.x;`);
	const agent = withAgent(node, [program], out, { cwd: out, env: { INSPMORT_DIR: undefined } });
	assert.strictEqual(agent.files.length, 1);
	assert.ok(!fs.readdirSync(dir).some((name) => name.endsWith('.partial')));
});

test('settings that make no sense are said once, and the defaults apply', (t) => {
	const { out, program, plain } = setup(t);
	const agent = withAgent(node, [program], out, { env: { INSPMORT_MAX_OBJECTS: 'many', INSPMORT_ON: 'fire' } });
	same(agent, plain);
	assert.strictEqual(agent.files.length, 1);
	assert.match(agent.said[0], /INSPMORT_ON: no such death: fire/);
	assert.match(agent.said[1], /INSPMORT_MAX_OBJECTS: not a number: many/);
});

test('INSPMORT_QUIET, INSPMORT_DISABLE, INSPMORT_ON', (t) => {
	const { out, program, plain } = setup(t);
	const quiet = withAgent(node, [program], out, { env: { INSPMORT_QUIET: '1' } });
	same(quiet, plain);
	assert.deepStrictEqual([quiet.said, quiet.files.length], [[], 1]);
	fs.rmSync(quiet.files[0]);
	const off = withAgent(node, [program], out, { env: { INSPMORT_DISABLE: '1' } });
	same(off, plain);
	assert.deepStrictEqual([off.said, off.files], [[], []]);
	const other = withAgent(node, [program], out, { env: { INSPMORT_ON: 'oom,rejection' } });
	same(other, plain);
	assert.deepStrictEqual([other.said, other.files], [[], []]);
});

test('redaction is on unless switched off', (t) => {
	const { out, program } = setup(t);
	fs.writeFileSync(program, `(function login(password, user) { null.x; })('hunter2-abcdef', 'ada');`);
	const text = (file) => JSON.stringify(convert(file).RemoteObjects);
	const on = withAgent(node, [program], out);
	assert.ok(!text(on.files[0]).includes('"hunter2-abcdef"'));
	fs.rmSync(on.files[0]);
	const off = withAgent(node, [program], out, { env: { INSPMORT_REDACT: '0' } });
	assert.ok(text(off.files[0]).includes('"hunter2-abcdef"'));
});
