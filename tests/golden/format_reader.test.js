// SPDX-License-Identifier: MIT
'use strict';
// The independent reader of spec/ gives what the vectors say, so the text of the specification is
// enough to read a crash file.

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const {test} = require('node:test');
const {spawnSync} = require('node:child_process');

const spec = path.join(__dirname, '../../spec');
const vectors = path.join(spec, 'vectors');
const bin = path.join(process.env.INSPMORT_BUILD ?? '', 'bin/inspmort');
const skip = !process.env.INSPMORT_BUILD && 'INSPMORT_BUILD is not set';
const SCOPES = ['global', 'local', 'with', 'closure', 'catch', 'block', 'script', 'eval', 'module', 'wasm-expression-stack'];
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

// --- Fresh captures: the independent reader and `convert --to jsonl` say the same ---------------

function number(hex) {
	return Buffer.from(hex, 'hex').readDoubleBE(0);
}

// What a text of section 10 is, as far as it was kept: [text, length].
function whole(file, t) {
	if (typeof t === 'string') return [t, t.length];
	if (t.script !== undefined) {
		const script = Object.values(file.scripts).find((s) => s.id === t.script);
		return [whole(file, script.source)[0].slice(t.start, t.start + t.length), t.length];
	}
	if (!t.slices) return [t.beginning, t.length];
	const [first, count, per] = t.slices;
	return [Array.from({length: Math.ceil(count / per)}, (_, i) => file.slices[first + i].text).join(''), t.length];
}

function line(file, t) {
	const [string, length] = whole(file, t);
	return string.length < length ? {string, length} : string;
}

function shown(file, v) {
	if (typeof v === 'string') return line(file, v);
	if (v === null || typeof v !== 'object' || v.undefined) return v;
	if (v.object) return {ref: v.object};
	if (v.double) {
		const n = number(v.double);
		return Number.isFinite(n) && n !== 0 ? n : {number: Object.is(n, -0) ? '-0' : String(n)};
	}
	if (v.bigint !== undefined) return {bigint: whole(file, v.bigint)[0]};
	if (v.omitted) return {omitted: v.omitted, ...v.size && {size: v.size}, ...v.type && {typeof: v.type}};
	if (v.get !== undefined || v.holes) return v;
	return line(file, v);
}

const members = (file, list) => Object.fromEntries(list.map(([name, , , v]) => [name, shown(file, v)]));

// Values before and in slices; holes stand for themselves, and at the end they say nothing.
function elementsOf(file, o) {
	const list = [...o.elements ?? []];
	if (o.moreElements) {
		const [first, count, per] = o.moreElements;
		for (let i = 0; i < Math.ceil(count / per); i++) list.push(...file.slices[first + i].values ?? []);
	}
	while (list.at(-1)?.holes) list.pop();
	return list.map((v) => shown(file, v));
}

function propertiesOf(file, o) {
	const list = [...o.properties ?? []];
	if (o.moreProperties) {
		const [first, count, per] = o.moreProperties;
		for (let i = 0; i < Math.ceil(count / per); i++) list.push(...file.slices[first + i].properties ?? []);
	}
	return list;
}

// The line of jsonl that an object of section 10 should have; `kind` is a matter of names.
function expectedLine(file, id, o) {
	const properties = propertiesOf(file, o), elements = elementsOf(file, o), [script, row, column] = o.location ?? [];
	const strings = properties.filter(([, , symbol]) => !symbol), symbols = properties.filter(([, , symbol]) => symbol);
	const text = o.text === undefined ? '' : line(file, o.text);
	return {type: 'object', id, ...o.class && {class: o.class}, ...o.description && {description: o.description},
		...o.length && {length: o.length}, ...o.state && {state: o.state}, ...text !== '' && {text},
		...script && {script, line: row, column},
		...o.proto !== undefined && {proto: shown(file, o.proto)}, ...o.first !== undefined && {first: shown(file, o.first)},
		...o.second !== undefined && {second: shown(file, o.second)}, ...o.scopes && {scopes: o.scopes},
		...strings.length && {properties: members(file, strings)},
		...symbols.length && {symbols: symbols.map(([name, , symbol, v]) => ({symbol, ...name && {name}, ...!v?.undefined && {value: shown(file, v)}}))},
		...o.privates && {privates: members(file, o.privates)}, ...o.internals && {internals: members(file, o.internals)},
		...(o.elements || o.moreElements) && {elements},
		...o.omitted && {omitted: o.omitted[0], omittedProperties: o.omitted[1], omittedElements: o.omitted[2]}};
}

const captures = {
	'nested.js': [], 'nested.js, everything': ['--full'], 'rejection.js': [], 'module.mjs': [], 'nested.js, from outside': ['--via', 'websocket'],
	'kinds of values': [],
};

// Everything that has a form of its own in the file.
const kinds = `'use strict';
function f() {
	class A { #secret = 7; get x() { return 1; } static s = Symbol('s'); }
	const many = [undefined, null, true, -0, NaN, Infinity, 0.1, 12.5, 2 ** 60, 12345678901234567890n, '\\ud800 lone', 'x'.repeat(50000), '\\u{1F600}'.repeat(9000)];
	const holes = [1, , , 4]; holes.length = 1000;
	const big = Array.from({length: 9000}, (_, i) => i % 7 ? i : {i});
	const wide = Object.fromEntries(Array.from({length: 6000}, (_, i) => ['key' + i, i]));
	const all = [new A, A, new Map([[1, {a: 1}], ['k', new Set([1, 'two', {}])]]), new Date(1e12), new Date(NaN), /re/gi, new Error('e', {cause: 1}), Promise.resolve(5),
		Promise.reject(new Error('left')).catch(() => {}) && 1, new Proxy({}, {}), new Uint8Array(100000), new Float64Array(8), new DataView(new ArrayBuffer(9), 1), (function* () { yield 1; })(),
		[1, 2][Symbol.iterator](), new Map([[1, 2]]).entries(), new WeakRef(wide), new WeakMap([[wide, 1]]), Symbol('d'), Object(1n), Object('s'), (function () { return arguments; })(1, 2),
		Object.create(null, {hidden: {value: 1}, both: {get() {}, set(v) {}}}), {[Symbol.iterator]: 1, ['__proto__']: 2, '': 3}];
	throw new Error('kinds');
}
f();
`;

for (const [name, options] of Object.entries(captures)) {
	test(`a fresh capture: ${name}`, {skip}, async () => {
		const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'inspmort-reader-')), program = path.join(dir, 'kinds.js'), out = path.join(dir, 'out');
		try {
			fs.mkdirSync(out);
			fs.writeFileSync(program, kinds);
			const script = name.startsWith('kinds') ? program : path.join(__dirname, '../../examples', name.split(',')[0]);
			spawnSync(bin, ['run', '--dir', out, ...options, '--', process.execPath, script]);
			const [only] = fs.readdirSync(out), crash = path.join(out, only);
			const info = JSON.parse(spawnSync(bin, ['info', '--json', crash]).stdout);
			const {read} = await import(path.join(spec, 'reader.mjs'));
			const file = read(fs.readFileSync(crash));
			assert.strictEqual(file.integrity, 'whole');
			assert.strictEqual(Object.keys(file.scripts).length, info.scripts);
			assert.strictEqual(file.pauses[0].frames.length, info.frames);
			assert.strictEqual(file.meta.nodeVersion, process.version);
			assert.strictEqual(spawnSync(bin, ['verify', crash]).status, 0);

			const lines = spawnSync(bin, ['convert', '--to', 'jsonl', crash], {encoding: 'utf8', maxBuffer: 1 << 28}).stdout.trim().split('\n').map((text) => JSON.parse(text));
			const objects = lines.filter((l) => l.type === 'object'), scripts = lines.filter((l) => l.type === 'script');
			assert.strictEqual(objects.length, Object.keys(file.objects).length);
			assert.ok(objects.length > 20);
			for (const {kind, scope, ...got} of objects) {
				assert.ok(kind);
				assert.deepStrictEqual(got, expectedLine(file, got.id, file.objects[got.id]));
			}
			assert.deepStrictEqual(scripts.map((s) => [s.id, s.url ?? '', s.source ?? '']),
				Object.values(file.scripts).map((s) => [s.id, s.url ?? '', whole(file, s.source ?? '')[0]]));
			const frames = lines.filter((l) => l.type === 'frame');
			assert.deepStrictEqual(frames.map((l) => [l.function ?? '', l.line, l.this, l.scopes.map((s) => [s.type, s.object])]),
				file.pauses[0].frames.map((f) => [f.functionName ?? '', f.location[1], f.this?.undefined ? undefined : f.this && shown(file, f.this),
					(f.scopes ?? []).map((s) => [SCOPES[s.type ?? 0], shown(file, s.object)])]));
		} finally {
			fs.rmSync(dir, {recursive: true});
		}
	});
}
