// SPDX-License-Identifier: MIT
// `inspmort import`: nothing is lost on the way from JSON and back; the predecessor's files; bad input.
'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const programs = require('../support/programs.js');
const { crashSource, inspmort, temporaryDirectory } = require('../support/serve.js');

const run = (...args) => spawnSync(inspmort, args, { encoding: 'utf8', maxBuffer: 1 << 30 });
const ok = (...args) => {
	const result = run(...args);
	assert.strictEqual(result.status, 0, `${args.join(' ')}: ${result.stderr}`);
	return result.stdout;
};
// The file's own size is another one.
const comparable = (json) => json.replace(/"bytes":\d+/, '"bytes":0');

const chosen = ['primitives', 'symbols', 'arrays', 'typed-arrays', 'maps', 'weak', 'accessors', 'closures', 'errors', 'dates-regexps', 'promises', 'proxies', 'generators'];

for (const program of programs.filter(({ name }) => chosen.includes(name)))
	test(`JSON to crash file to JSON loses nothing: ${program.name}`, (t) => {
		const dir = temporaryDirectory(t);
		const first = path.join(dir, 'first.json'), copy = path.join(dir, 'copy.inspmort');
		fs.writeFileSync(first, ok('convert', crashSource(dir, `${program.name}.js`, program.source)));
		ok('import', '-o', copy, first);
		const second = ok('convert', copy);
		assert.ok(comparable(fs.readFileSync(first, 'utf8')) === comparable(second), 'the JSON differs');
		assert.strictEqual(fs.statSync(copy).mode & 0o777, 0o600);
		assert.match(ok('verify', copy), /whole/);
	});

test('a crash of inspector-postmortem', (t) => {
	const dir = temporaryDirectory(t);
	const program = path.join(dir, 'shop.js'), json = path.join(dir, 'crash.1700000000.4711.json'), out = path.join(dir, 'out.inspmort');
	fs.writeFileSync(program, `'use strict';
class Order { constructor() { this.sku = 'A-17'; this.list = [1, , 'three']; this.when = new Date(Date.UTC(2026, 0, 15)); } }
function place(order) {
	const map = new Map([['k', order]]), big = 10n, bytes = new Uint8Array([1, 2, 250]);
	throw new TypeError('no stock');
}
place(new Order());
`);
	const died = spawnSync(process.execPath, ['--require', path.join(__dirname, '../support/predecessor.js'), program], { encoding: 'utf8', env: { ...process.env, CRASH_JSON: json } });
	assert.strictEqual(died.status, 1, died.stderr);
	const source = JSON.parse(fs.readFileSync(json, 'utf8'));
	const result = run('import', '-o', out, json);
	assert.strictEqual(result.status, 0, result.stderr);

	const info = JSON.parse(ok('info', '--json', out));
	assert.strictEqual(info.status, 'whole');
	assert.strictEqual(info.error, 'TypeError: no stock');
	assert.strictEqual(info.frames, source.Paused[0].callFrames.length);
	assert.strictEqual(info.node, process.version);
	assert.strictEqual(info.pid, died.pid);
	assert.strictEqual(info.program, program);
	const ids = Number(result.stderr.match(/(\d+) objects from (\d+) ids/)[2]);
	assert.ok(info.objects < ids, `${info.objects} of ${ids}: the global object at least is one`);

	const find = (...args) => ok('search', ...args).split('\n').slice(0, -1);
	assert.ok(find('--values', out, 'A-17').includes('frame 0 › order › sku = "A-17"'));
	assert.ok(find('--names', '-E', out, '^big$').includes('frame 0 › big = 10n'));
	assert.match(find('--names', '-E', out, '^when$')[0], /^frame 0 › order › when = Thu Jan 15 2026/);
	assert.strictEqual(find('--class', out, 'global').length, 1);
	const shown = ok('show', out);
	assert.match(shown, /throw new TypeError\('no stock'\);/);
	assert.match(shown, /order = Order/);
	assert.match(shown, /bytes = Uint8Array\(3\)/);
	// Once more round: now it is JSON of our own.
	const again = path.join(dir, 'again.json'), copy = path.join(dir, 'copy.inspmort');
	fs.writeFileSync(again, ok('convert', out));
	ok('import', '-o', copy, again);
	assert.ok(comparable(ok('convert', copy)) === comparable(fs.readFileSync(again, 'utf8')), 'the JSON differs');
});

test('the last words, the command line and the place come back', (t) => {
	const dir = temporaryDirectory(t);
	const first = path.join(dir, 'first.json'), copy = path.join(dir, 'copy.inspmort');
	fs.writeFileSync(first, ok('convert', crashSource(dir, 'words.js', `console.log('last words', { a: 1 });\nthrow new Error('end');`, { via: 'websocket' })));
	const json = JSON.parse(fs.readFileSync(first, 'utf8'));
	assert.match(JSON.parse(json.Console.split('\n')[0]).args[0].value, /last words/);
	assert.deepStrictEqual([json.Summary.argv.at(-1), json.Summary.channel], [path.join(dir, 'words.js'), 'websocket']);
	// Without the report, which tells some of it, too.
	json.Report = null;
	fs.writeFileSync(first, JSON.stringify(json));
	ok('import', '-o', copy, first);
	const again = JSON.parse(ok('convert', copy));
	assert.strictEqual(again.Console, json.Console);
	assert.deepStrictEqual({ ...again.Summary, bytes: 0 }, { ...json.Summary, bytes: 0 });
	assert.match(ok('show', copy), /Last on the console:\n {3}last words/);
});

test('bad input: one line, no file', (t) => {
	const dir = temporaryDirectory(t);
	const out = path.join(dir, 'out.inspmort');
	const write = (name, text) => {
		fs.writeFileSync(path.join(dir, name), text);
		return path.join(dir, name);
	};
	const id = '{"type":"object","className":"Object","description":"Object","objectId":"1"}';
	for (const [file, message] of [
		[path.join(dir, 'none.json'), /cannot open: No such file or directory$/],
		[dir, /not a regular file$/],
		['/dev/zero', /not a regular file$/],
		[write('empty', ''), /the file is empty$/],
		[write('text', 'hello'), /byte 0: not a JSON object$/],
		[write('array', '[]'), /byte 0: not a JSON object$/],
		[write('other', '{"a":1}'), /no crash in it: neither Paused nor RemoteObjects$/],
		[write('cut', '{"Paused":[{"callFrames":['), /byte 10: Paused cannot be read$/],
		[write('cut2', '{"Paused":[],"RemoteObjects":{"1":{"result":['), /an object that cannot be read$/],
		[write('shape', '{"Paused":{}}'), /byte 10: Paused is no array$/],
		[write('shape2', '{"RemoteObjects":[]}'), /RemoteObjects is no object$/],
		[write('deep', `{"Paused":${'['.repeat(100000)}`), /Paused cannot be read$/],
		[write('wrong', '{"Paused":[{"callFrames":[{"this":{]}]}]}'), /byte \d+: /],
		[write('bad', '{"Paused":[{"reason":tru}]}'), /byte \d+/],
		[write('nameless', `{"Paused":[{"data":${id}}],"RemoteObjects":{"1":{"result":[{}]}}}`), /a property without a name$/],
	]) {
		const result = run('import', '-o', out, file);
		assert.strictEqual(result.status, 1, file);
		assert.match(result.stderr, /^inspmort: [^\n]*\n$/, file);
		assert.match(result.stderr.trimEnd(), message, file);
		assert.strictEqual(result.stdout, '');
		assert.ok(!fs.existsSync(out), file);
	}
	assert.deepStrictEqual(fs.readdirSync(dir).filter((name) => name.includes('.partial')), []);
	for (const args of [['import'], ['import', write('x', '{}')], ['import', '-o', out], ['import', '--what', 'x']])
		assert.strictEqual(run(...args).status, 2);
});

test('odd but valid input', (t) => {
	const dir = temporaryDirectory(t);
	const file = path.join(dir, 'odd.json'), out = path.join(dir, 'out.inspmort');
	const object = (id, extra) => ({ type: 'object', className: 'Object', description: 'Object', objectId: id, ...extra });
	const d = (name, value) => ({ name, value, writable: true, configurable: true, enumerable: true, isOwn: true });
	const old = (n) => JSON.stringify({ injectedScriptId: 1, id: n }); // as Node 12 spells ids
	fs.writeFileSync(file, JSON.stringify({
		extra: { objectId: old(1), deep: [[[{}]]] },
		RemoteObjects: {
			[old(1)]: { result: [
				d('objectId', { type: 'string', value: '"objectId":"x"' }), d('self', object(old(1))), d('listed twice', { type: 'number', value: 1 }),
				d('lone', { type: 'string', value: 'a\ud800b\u0000c\u2028' }), d('nothing', undefined), d('child', object(old(2))), d('leaf', object(old(3))),
				{ name: 'inherited', value: { type: 'number', value: 5 }, isOwn: false },
			] },
			[old(2)]: { result: [d('sparse', object(old(4), { subtype: 'array', className: 'Array', description: 'Array(4000000000)' }))] },
			[old(4)]: { result: [d('3999999999', { type: 'string', value: 'far away' }), d('length', { type: 'number', value: 4000000000, description: '4000000000' })] },
			[old(9)]: { result: [d('unreachable', { type: 'boolean', value: true })] },
		},
		Paused: [{ reason: 'exception', callFrames: [{ functionName: 'f', location: { scriptId: '1', lineNumber: 0, columnNumber: 0 }, url: '', scopeChain: [], this: object(old(1)) }] }],
	}));
	ok('import', '-o', out, file);
	const find = (...args) => ok('search', ...args).split('\n').slice(0, -1);
	assert.deepStrictEqual(find('--values', out, 'far'), ['frame 0 › this › child › sparse[3999999999] = "far away"']);
	assert.deepStrictEqual(find('--names', out, 'lone'), ['frame 0 › this › lone = "a\\ud800b\\x00c\\u2028"']);
	assert.deepStrictEqual(find('--names', out, 'unreachable').length, 1);
	assert.strictEqual(run('search', '--names', out, 'inherited').status, 1);
	const json = JSON.parse(ok('convert', out));
	assert.strictEqual(Object.keys(json.RemoteObjects).length, 5);
	const first = json.RemoteObjects[json.Paused[0].callFrames[0].this.objectId];
	assert.strictEqual(first.result.find(({ name }) => name === 'lone').value.value, 'a\ud800b\u0000c\u2028');
	assert.strictEqual('value' in first.result.find(({ name }) => name === 'nothing'), false);
	const leaf = json.RemoteObjects[first.result.find(({ name }) => name === 'leaf').value.objectId];
	assert.match(JSON.stringify(leaf), /\[\[NotCaptured\]\].*depth limit reached/);
});

test('large arrays, Maps and objects, and sparse ones', (t) => {
	const dir = temporaryDirectory(t);
	const file = path.join(dir, 'large.json'), out = path.join(dir, 'out.inspmort');
	const d = (name, value) => ({ name: String(name), value, writable: true, configurable: true, enumerable: true, isOwn: true });
	const string = (value) => ({ type: 'string', value }), range = (n, each) => Array.from({ length: n }, (_, i) => each(i));
	const object = (objectId, className, extra) => ({ type: 'object', className, description: className, ...extra, objectId });
	const array = (objectId, length) => object(objectId, 'Array', { subtype: 'array', description: `Array(${length})` });
	// Some long texts in between: they lie in slices of their own.
	const text = (i) => string(i % 500 === 499 ? `long-${i}-`.repeat(10000) : `short-${i}`);
	const listings = {
		dense: { result: range(6000, (i) => d(i, text(i))) },
		holes: { result: range(6000, (i) => d(3 * i, text(i))) },
		sparse: { result: range(6000, (i) => d(700000 * i, text(i))) },
		named: { result: range(9000, (i) => d(`name ${i}`, text(i))) },
		map: { result: [], internalProperties: [{ name: '[[Entries]]', value: array('entries', 5000) }] },
		entries: { result: range(5000, (i) => d(i, object(`entry${i}`, 'Object', { subtype: 'internal#entry' }))) },
		bytes: { result: range(100_000, (i) => d(i, { type: 'number', value: i % 251 })) },
	};
	for (let i = 0; i < 5000; i++)
		listings[`entry${i}`] = { result: [d('key', text(i)), d('value', { type: 'number', value: i })] };
	const roots = [array('dense', 6000), array('holes', 17998), array('sparse', 4199300001), object('named', 'Object'), object('map', 'Map', { subtype: 'map', description: 'Map(5000)' }),
		object('bytes', 'Uint8Array', { subtype: 'typedarray', description: 'Uint8Array(100000)' })];
	const callFrames = roots.map((root) => ({ functionName: '', location: { scriptId: '1', lineNumber: 0, columnNumber: 0 }, url: '', scopeChain: [], this: root }));
	fs.writeFileSync(file, JSON.stringify({ Paused: [{ reason: 'other', callFrames }], RemoteObjects: listings }));
	ok('import', '-o', out, file);
	assert.match(ok('verify', out), /whole/);
	const json = JSON.parse(ok('convert', out));
	const ids = json.Paused[0].callFrames.map((frame) => frame.this.objectId);
	const values = ({ result }) => Object.fromEntries(result.filter(({ name }) => name !== 'length').map(({ name, value }) => [name, value.value]));
	for (const [i, name] of ['dense', 'holes', 'sparse', 'named'].entries())
		assert.deepStrictEqual(values(json.RemoteObjects[ids[i]]), values(listings[name]), name);
	for (let i = 0; i < 5000; i++)
		assert.deepStrictEqual(values(json.RemoteObjects[`${ids[4]}:entry:${i}`]), values(listings[`entry${i}`]));
	assert.deepStrictEqual(values(json.RemoteObjects[ids[5]]), values(listings.bytes));
	assert.deepStrictEqual(ok('search', '--values', out, 'long-5999-').split('\n').slice(0, -1).map((line) => line.slice(0, 40)),
		['frame 0 › this[5999] = "long-5999-long-5', 'frame 1 › this[17997] = "long-5999-long-', 'frame 2 › this["4199300000"] = "long-599', 'frame 3 › this["name 5999"] = "long-5999']);
});
