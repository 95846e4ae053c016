// SPDX-License-Identifier: MIT
'use strict';
// verify and recover on every conformance vector: the exit code, one line where something is wrong
// with the call, and never half a file.

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const {test} = require('node:test');
const {spawnSync} = require('node:child_process');

const bin = path.join(process.env.INSPMORT_BUILD ?? '', 'bin/inspmort');
const vectors = path.join(__dirname, '../../spec/vectors');
const inspmort = (...args) => spawnSync(bin, args, {encoding: 'utf8'});
const skip = !process.env.INSPMORT_BUILD && 'INSPMORT_BUILD is not set';

function inFolder(run) {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'inspmort-verify-'));
	try { run(dir); } finally { fs.rmSync(dir, {recursive: true}); }
}

for (const file of fs.readdirSync(vectors).filter((name) => name.endsWith('.inspmort'))) {
	test(`verify and recover ${file}`, {skip}, () => inFolder((dir) => {
		const vector = path.join(vectors, file);
		const expected = JSON.parse(fs.readFileSync(vector.replace('.inspmort', '.json'), 'utf8'));
		const {status, stdout, stderr, signal} = inspmort('verify', vector);
		assert.strictEqual(signal, null);
		if (expected.integrity === 'whole') {
			assert.strictEqual(status, 0, stdout);
			assert.match(stdout, /^\S+: whole: \d+ blocks with \d+ records, \d+ of them objects\n$/);
		} else if (expected.refused && file !== 'damaged-tag.inspmort') {
			assert.strictEqual(status, 4);
			assert.match(stderr, /^inspmort: [^\n]+\n$/);
		} else {
			assert.strictEqual(status, 3, stdout);
			assert.match(stdout, /^at byte \d+/);
		}

		const out = path.join(dir, 'out.inspmort'), run = inspmort('recover', '-o', out, vector);
		assert.strictEqual(run.signal, null);
		assert.strictEqual(run.status, status);
		if (status === 4) {
			assert.deepStrictEqual(fs.readdirSync(dir), []);
			return;
		}
		assert.deepStrictEqual(fs.readdirSync(dir), ['out.inspmort']);
		assert.strictEqual(fs.statSync(out).mode & 0o777, 0o600);
		// Whole, unless records in good blocks need something that is lost or makes no sense.
		const again = inspmort('verify', out);
		if (/need what is lost/.test(stdout)) assert.strictEqual(again.status, 3);
		else assert.strictEqual(again.status, 0, again.stdout);
	}));
}

test('what is no crash file', {skip}, () => inFolder((dir) => {
	const text = path.join(dir, 'text');
	fs.writeFileSync(text, '{"Paused": []}\n'.repeat(1000));
	for (const file of [text, dir, path.join(dir, 'missing'), '/dev/zero']) {
		for (const args of [['verify', file], ['recover', '-o', path.join(dir, 'out'), file]]) {
			const {status, stderr} = inspmort(...args);
			assert.strictEqual(status, 4, args.join(' '));
			assert.match(stderr, /^inspmort: [^\n]+\n$/);
		}
	}
	assert.deepStrictEqual(fs.readdirSync(dir), ['text']);
}));

test('wrong calls, full disks', {skip}, () => inFolder((dir) => {
	const vector = path.join(vectors, 'sample.inspmort');
	assert.strictEqual(inspmort('verify').status, 2);
	assert.strictEqual(inspmort('recover', vector).status, 2);
	assert.strictEqual(inspmort('verify', '--help').status, 0);
	assert.strictEqual(inspmort('recover', '-o', path.join(dir, 'no/such/folder/out'), vector).status, 1);
	const full = spawnSync('sh', ['-c', `"$0" verify "$1" >/dev/full`, bin, vector], {encoding: 'utf8'});
	assert.strictEqual(full.status, 1);
	assert.match(full.stderr, /^inspmort: cannot write/);
	// A limit on the size of files is a full disk without one.
	const limited = spawnSync('sh', ['-c', 'trap "" XFSZ; ulimit -f 2; exec "$0" recover -o "$2" "$1"', bin, vector, path.join(dir, 'out')], {encoding: 'utf8'});
	assert.notStrictEqual(limited.status, 0);
	assert.match(limited.stderr, /^inspmort: [^\n]+\n$/);
	assert.deepStrictEqual(fs.readdirSync(dir), []);
}));
