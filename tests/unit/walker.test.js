// SPDX-License-Identifier: MIT
'use strict';
// The walker by itself: with Node's own builtins, and with the stand-ins for other runtimes.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const capture = path.join(__dirname, '..', '..', 'capture');
const load = (name) => (0, eval)(`(${fs.readFileSync(path.join(capture, name), 'utf8')})`);

// Node's internals are to be had with --expose-internals only: run this file again that way.
if (!process.execArgv.includes('--expose-internals')) {
	test('the walker', () => {
		const result = spawnSync(process.execPath,
			['--no-warnings', '--expose-internals', '--expose-gc', '--test-reporter=tap', __filename],
			{ encoding: 'utf8', env: { ...process.env, NODE_TEST_CONTEXT: undefined } });
		assert.strictEqual(result.status, 0, result.stdout + result.stderr);
		assert.match(result.stdout, /# pass [1-9]/);
	});
} else {
	const { internalBinding, primordials } = require('internal/test/binding');
	const walker = load('walker.js'), plain = load('walker_plain.js'), process_ = load('walker_process.js'),
		builtin = load('walker_builtin.js');
	const make = (native, options) => walker(native ? primordials : null, native ? internalBinding : null,
		{ maxString: 1000, maxElements: 1e6, maxBytes: 1 << 20, room: 1 << 20, closedScripts: '', ...options },
		globalThis, process.env, undefined, plain, process_, builtin);

	// "3;…" definitions, then the payload. Names are put back into the text.
	function open(text, names) {
		let at = text.indexOf(';') + 1;
		const texts = () => {
			const colon = text.indexOf(':', at), n = +text.slice(at, colon);
			at = colon + 1 + n;
			return text.slice(colon + 1, at);
		};
		for (let i = 0, n = +text.slice(0, at - 1); i < n; i++) {
			if (text[at] === 'y') at = text.indexOf(';', at) + 1;
			names.push(texts());
		}
		return text.slice(at);
	}
	// All records of the graph below a value, as text with the names of properties in place.
	function walk(value, { native = true, batch = 1000, chars = 1e6, options } = {}) {
		const w = make(native, options), names = [];
		open(w.roots(['v', value]), names);
		const records = [];
		for (;;) {
			// The protocol's part: which of the next ones are proxies, promises, generators.
			if (!native) w.classify([...Array(w.unknown(String(batch)).length)].map(() => '-').join(''));
			const payload = open(w.step(batch, chars), names).replace(/^\d+;[\d,]*;/, '');
			if (!payload) break;
			records.push(payload);
		}
		return { text: records.join(''), names, batches: records.length };
	}

	test('one object each, cycles included', () => {
		const a = { name: 'a' }, b = { a, list: [a, a] };
		a.b = b;
		const { text } = walk(b);
		assert.strictEqual(text.split('\n').filter((r) => r.startsWith('1,')).length, 1 + 1); // the list, Array.prototype
		assert.ok(text.includes('s1:a'));
	});

	test('values', () => {
		const { text, names } = walk({ u: undefined, z: null, t: true, m: -0, n: NaN, i: -Infinity, f: 0.1, w: -12, e: 2 ** 40,
			b: -12345678901234567890n, s: 'a\ud800\0é😀', l: 'x'.repeat(2000) });
		for (const part of ['=u', '=z', '=t', '=n-0;', '=n-12;', '=b-12345678901234567890;',
			'=s6:a\ud800\0é😀', `=S2000,1000:${'x'.repeat(1000)}`])
			assert.ok(text.includes(part), part);
		const bits = (n) => { const view = new DataView(new ArrayBuffer(8)); view.setFloat64(0, n); return `=d${view.getUint32(0)},${view.getUint32(4)};`; };
		for (const n of [NaN, -Infinity, 0.1, 2 ** 40]) assert.ok(text.includes(bits(n)), String(n));
		assert.ok(names.includes('u'));
	});

	test('nothing of the program runs', () => {
		let ran = 0;
		const count = () => ran++;
		const trap = new Proxy({}, { get: (t, k) => (count(), Reflect.get(t, k)) });
		class Sub extends Map { get size() { count(); return 0; } get [Symbol.toStringTag]() { count(); return 'x'; } }
		Object.defineProperty(Sub.prototype, 'constructor', { get() { count(); return Map; } });
		const subject = { get x() { return count(); }, set y(v) { count(); }, p: new Proxy(function () {}, trap),
			q: new Proxy([], trap), toString: count, valueOf: count, [Symbol.toPrimitive]: count, m: new Sub([[1, 2]]),
			r: Object.defineProperty(/a/g, 'flags', { get: count }), d: new Date(0) };
		Object.defineProperty(Array.prototype, '7', { configurable: true, get: count, set: count });
		let length = 0;
		try {
			const w = make(true);
			w.roots({ __proto__: null, 0: 'v', 1: subject, length: 2 });
			for (let i = 0; i < 200; i++) length += w.step(100, 100000).length;
		} finally {
			delete Array.prototype[7];
		}
		assert.ok(length > 1000);
		assert.strictEqual(ran, 0);
	});

	test('long things come in pieces, and batches are limited by their text', () => {
		const list = Array.from({ length: 10000 }, (_, i) => i);
		const { text, batches } = walk({ list, map: new Map(list.map((i) => [i, i])) }, { chars: 1000 });
		assert.ok(batches > 5);
		const pieces = text.split('\n').filter((line) => line.startsWith('+e'));
		assert.strictEqual(pieces.length, 2 + 4); // 4,096 values in the record, and in each piece
		let n = 0;
		for (const [number] of pieces.slice(0, 2).join('').matchAll(/n\d+;/g)) n += +number.slice(1, -1) > 0;
		assert.strictEqual(n, 10000 - 4096);
		assert.ok(walk({ list }, { options: { maxElements: 10 } }).text.includes('10000;10;n0;'));
	});

	test('a huge array does not keep the others waiting', () => {
		const huge = Array.from({ length: 1000000 }, (_, i) => i), { text } = walk([huge, { a: { b: { c: { d: 'deep' } } } }], { chars: 1000 });
		const before = text.slice(0, text.indexOf('s4:deep')).split('\n').filter((line) => line.startsWith('+e')).length;
		assert.ok(before < 100, `${before} pieces came first`);
		const pieces = text.split('\n').filter((line) => line.startsWith('+e'));
		assert.strictEqual(pieces.length, Math.ceil((1000000 - 4096) / 4096));
		assert.strictEqual(new Set(pieces.map((line) => line.slice(2, line.indexOf(';')))).size, 1);
	});

	test('sparse arrays are their elements and the holes between', () => {
		const list = [];
		list[5] = 'five';
		list[4e9] = 'last';
		assert.ok(walk(list).text.includes('4000000001;4000000001;h5;s4:fiveh3999999994;s4:last]'));
		assert.ok(walk({ list: new Array(70000) }).text.includes('70000;70000;h70000;]'));
		const half = Array.from({ length: 70000 }, (_, i) => i);
		assert.ok(walk({ half }).text.includes('70000;70000;n0;n1;'));
	});

	test('a failing object does not end the walk', () => {
		const { proxy, revoke } = Proxy.revocable({}, {});
		revoke();
		const { text } = walk([proxy, Object.create(proxy), new WeakRef({ after: 'it' })]);
		assert.ok(text.includes('s2:it'));
	});

	test('of the globals only those of the program are read', () => {
		let ran = 0;
		globalThis.mine = { kept: 'by the program' };
		Object.defineProperty(globalThis, 'lazy', { enumerable: true, configurable: true, get() { ran++; } });
		const { text, names } = walk(globalThis);
		const at = (name) => text.includes(`${names.indexOf(name)}=`) && text.split(`${names.indexOf(name)}=`)[1][0];
		assert.ok(text.includes('s14:by the program'));
		assert.strictEqual(ran, 0);
		assert.strictEqual(at('lazy'), '!');
		assert.strictEqual(at('setTimeout'), '!');
		delete globalThis.mine;
		delete globalThis.lazy;
	});

	test('scopes that look the same are one', () => {
		const w = make(true), names = [];
		const scope = () => ({ __proto__: null, a: 1, b: 'two' });
		const first = open(w.roots(['3 f', scope(), '3 f', scope(), '3 g', scope(), '5 f', scope()]), names);
		assert.strictEqual(first, 'o1;o1;o2;o3;');
		const lists = open(w.scopeLists([[{ description: 'Closure (f)', object: scope() },
			{ description: 'Global', object: globalThis }]]), names);
		assert.match(lists, /^1,\d+,;$/);
	});

	test('without Node inside it sees all that ordinary builtins show', () => {
		const subject = { a: [1, , 3], m: new Map([['k', { v: 1 }]]), s: new Set([1]), d: new Date(5), r: /x/gi,
			n: Object(5), buffer: new Uint8Array([1, 2, 255]).buffer, w: new WeakRef({}), f(x) { return x; },
			e: new TypeError('bad'), y: Symbol('why') };
		const names = (native) => {
			const { text, names: list } = walk(subject, { native });
			return text.split('\n').filter((r) => /^\d+,\d+,/.test(r)).map((r) => `${/^\d+/.exec(r)[0]} ${
				list[/^\d+,(\d+)/.exec(r)[1]]}`).sort();
		};
		const seen = new Set(names(false));
		for (const record of ['1 Array', '4 Map', '5 Set', '8 Date', '9 RegExp', '19 Number', '13 ArrayBuffer', '17 WeakRef',
			'2 Function', '3 TypeError', '18 Symbol'])
			assert.ok(seen.has(record), record);
		assert.ok(walk(subject, { native: false }).text.includes('7:x0102ff'));
	});
}
