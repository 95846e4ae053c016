// SPDX-License-Identifier: MIT
'use strict';
// The independent reader of spec/ gives what the vectors say, so the text of the specification is
// enough to read a crash file.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const {test} = require('node:test');
const {spawnSync} = require('node:child_process');

const spec = path.join(__dirname, '../../spec');
const vectors = path.join(spec, 'vectors');
const names = fs.readdirSync(vectors).filter((name) => name.endsWith('.inspmort')).map((name) => name.slice(0, -9));

for (const name of names) {
	test(`vector ${name}`, async () => {
		const {read} = await import(path.join(spec, 'reader.mjs'));
		const file = fs.readFileSync(path.join(vectors, `${name}.inspmort`));
		const expected = JSON.parse(fs.readFileSync(path.join(vectors, `${name}.json`), 'utf8'));
		const got = JSON.parse(JSON.stringify(read(file)));
		assert.deepStrictEqual(sorted(got), sorted(expected));
	});
}

function sorted(v) {
	if (Array.isArray(v)) return v.map(sorted);
	if (v === null || typeof v !== 'object') return v;
	return Object.fromEntries(Object.keys(v).sort().map((k) => [k, sorted(v[k])]));
}

test('file(1) knows a crash file by the rule beside the specification', (t) => {
	const run = spawnSync('file', ['-b', '--mime-type', '-m', path.join(spec, 'inspmort.magic'), path.join(vectors, 'sample.inspmort')]);
	if (run.error) return t.skip('file(1) is not installed');
	assert.strictEqual(String(run.stdout).trim(), 'application/vnd.inspmort');
});

test('zstd checks and unpacks a crash file', (t) => {
	const run = spawnSync('zstd', ['-dc', path.join(vectors, 'sample.inspmort')]);
	if (run.error) return t.skip('zstd is not installed');
	assert.strictEqual(run.status, 0);
	const {decodeMulti} = require('@msgpack/msgpack');
	const items = [...decodeMulti(run.stdout, {useBigInt64: true, mapKeyConverter: String})];
	const blocks = items.filter((item) => item?.block).map((item) => item.block);
	for (const kind of ['meta', 'strings', 'shapes', 'objects', 'slices', 'scripts', 'pauses', 'notes', 'summary']) assert.ok(blocks.includes(kind), kind);
	assert.ok(blocks.indexOf('strings') < blocks.indexOf('objects'));
	assert.strictEqual(items.filter((item) => item?.status === 1 && item.redacted === 2).length, 1);
});

test('a fresh capture', {skip: !process.env.INSPMORT_BUILD && 'INSPMORT_BUILD is not set'}, async () => {
	const dir = fs.mkdtempSync(path.join(require('node:os').tmpdir(), 'inspmort-reader-'));
	try {
		const bin = path.join(process.env.INSPMORT_BUILD, 'bin/inspmort');
		spawnSync(bin, ['run', '--dir', dir, '--', process.execPath, path.join(__dirname, '../../examples/nested.js')]);
		const [name] = fs.readdirSync(dir);
		const info = JSON.parse(spawnSync(bin, ['info', '--json', path.join(dir, name)]).stdout);
		const {read} = await import(path.join(spec, 'reader.mjs'));
		const file = read(fs.readFileSync(path.join(dir, name)));
		assert.strictEqual(file.integrity, 'whole');
		assert.strictEqual(Object.keys(file.objects).length, info.objects);
		assert.deepStrictEqual(Object.values(file.objects).filter((o) => o.missing), []);
		assert.strictEqual(Object.keys(file.scripts).length, info.scripts);
		assert.strictEqual(file.pauses[0].frames.length, info.frames);
		assert.strictEqual(file.meta.nodeVersion, process.version);
		assert.strictEqual(spawnSync(bin, ['verify', path.join(dir, name)]).status, 0);
	} finally {
		fs.rmSync(dir, {recursive: true});
	}
});
