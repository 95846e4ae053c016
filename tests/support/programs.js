// SPDX-License-Identifier: MIT
// Programs that die of an uncaught exception, the same way every time, each holding another kind of values.
'use strict';

const program = (name, body) => ({ name, source: `'use strict';\n${body}\n` });
const fail = 'throw new Error("the end");';

module.exports = [
	program('primitives', `function die(a, b) {
	const nothing = undefined, nil = null, yes = true, no = false, zero = 0, minusZero = -0, nan = NaN, inf = Infinity, minusInf = -Infinity;
	const small = 1e-7, big = 1e21, float = 0.1 + 0.2, int = 42, min = -2147483648, safe = Number.MAX_SAFE_INTEGER;
	const bigint = 12345678901234567890n, minusBig = -7n, empty = '', text = 'he said "hi"\\n\\ttab', unicode = 'grüße 🚀 \\u2028', lone = '\\ud800x';
	const long = 'x'.repeat(300);
	${fail}
}
die(1, 'two');`),
	program('symbols', `const key = Symbol('key'), bare = Symbol(), known = Symbol.iterator, shared = Symbol.for('shared');
function die() {
	const holder = { [key]: 1, [bare]: { deep: true }, [shared]: 's', plain: key, [Symbol.toStringTag]: 'Tagged' };
	${fail}
}
die();`),
	program('objects', `function die() {
	const empty = {}, simple = { a: 1, b: 'two', c: null }, nested = { x: { y: { z: { w: 1 } } } };
	const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => ['key' + i, i]));
	const bare = Object.create(null, { x: { value: 1, enumerable: true } });
	const odd = { 'with space': 1, '': 2, 10: 'ten', 2: 'two', '-1': 3, '4294967295': 4, constructor: 5, __proto__x: 6 };
	const frozen = Object.freeze({ f: 1 }), sealed = Object.seal({ s: 1 });
	const hidden = Object.defineProperty({ seen: 1 }, 'unseen', { value: 2, enumerable: false, writable: false, configurable: false });
	const cycle = { name: 'ring' }; cycle.self = cycle; cycle.list = [cycle];
	${fail}
}
die();`),
	program('arrays', `function die() {
	const empty = [], numbers = [1, 2, 3], mixed = [1, 'a', null, undefined, true, { x: 1 }, [2, [3]]], holes = [1, , 3, , , 6];
	const named = Object.assign([1, 2], { extra: 'property', '-1': 'minus' });
	const nested = [[1, 2], [3, [4, [5]]]];
	const sparse = []; sparse[5] = 'five'; sparse[50] = 'fifty';
	class Stack extends Array { top() { return this[this.length - 1]; } }
	const stack = Stack.from(['a', 'b']);
	const floats = [1.5, -0, NaN, Infinity];
	${fail}
}
die();`),
	program('long-arrays', `function die() {
	const hundred = Array.from({ length: 100 }, (_, i) => i), more = Array.from({ length: 101 }, (_, i) => 'v' + i);
	const objects = Array.from({ length: 120 }, (_, i) => ({ i }));
	${fail}
}
die();`),
	program('typed-arrays', `function die() {
	const buffer = new ArrayBuffer(16), bytes = new Uint8Array(buffer), view = new DataView(buffer, 4, 8);
	bytes.set([1, 2, 3, 250, 251, 252, 0, 128, 9]);
	const i8 = new Int8Array(buffer, 2, 4), u16 = new Uint16Array([1, 65535]), i16 = new Int16Array([-1]), u32 = new Uint32Array([4294967295]);
	const i32 = new Int32Array([-5, 5]), f32 = new Float32Array([1.5, 0.1]), f64 = new Float64Array([Math.PI, -0, NaN]);
	const b64 = new BigInt64Array([-1n, 2n]), bu64 = new BigUint64Array([18446744073709551615n]), clamped = new Uint8ClampedArray([300, -5]);
	const none = new Uint8Array(0);
	${fail}
}
die();`),
	program('buffers', `function die() {
	const text = Buffer.from('hello wörld'), alloc = Buffer.alloc(4, 1);
	${fail}
}
die();`),
	program('maps', `function die() {
	const empty = new Map(), simple = new Map([['a', 1], ['b', 2]]), keyed = new Map([[{ id: 1 }, 'object'], [null, 'nil'], [1, new Map([['in', 'ner']])]]);
	const many = new Map(Array.from({ length: 12 }, (_, i) => ['key' + i, { i }]));
	const withProps = Object.assign(new Map([[1, 2]]), { extra: true });
	class Registry extends Map { constructor(name) { super(); this.name = name; } }
	const registry = new Registry('r'); registry.set('x', 1);
	${fail}
}
die();`),
	program('sets', `function die() {
	const empty = new Set(), simple = new Set([1, 'two', null]), objects = new Set([{ a: 1 }, [1, 2]]);
	const many = new Set(Array.from({ length: 12 }, (_, i) => i * i));
	${fail}
}
die();`),
	program('weak', `const key = { k: 1 }, other = { o: 1 };
function die() {
	const map = new WeakMap([[key, 'value']]), set = new WeakSet([other]), ref = new WeakRef(key);
	${fail}
}
die();`),
	program('classes', `class Animal {
	static count = 0;
	#chip = 'hidden';
	name = 'unnamed';
	constructor(name) { this.name = name; Animal.count++; }
	get loud() { return this.name.toUpperCase(); }
	set loud(value) { this.name = value; }
	speak() { return this.#chip; }
	#whisper() { return 1; }
}
class Dog extends Animal {
	#tricks = ['sit'];
	constructor(name) { super(name); this.age = 3; }
	die() { const self = this; ${fail} }
}
new Dog('Rex').die();`),
	program('accessors', `function die() {
	const both = { get x() { return 1; }, set x(v) {} }, getter = { get only() { throw new Error('never run'); } }, setter = { set only(v) {} };
	const defined = Object.defineProperty({}, 'hidden', { get() { return 2; }, enumerable: false, configurable: true });
	${fail}
}
die();`),
	program('functions', `function named(a, b) { return a + b; }
const arrow = (x) => x * 2, anonymous = function () {}, asyncFn = async () => {}, generator = function* () { yield 1; };
class Klass { method() {} static helper() {} }
function die() {
	const bound = named.bind({ self: 1 }, 1), native = Math.max, ctor = Klass, method = new Klass().method, assigned = Object.assign(() => {}, { prop: 1 });
	const all = { named, arrow, anonymous, asyncFn, generator };
	${fail}
}
die();`),
	program('closures', `function make(seed) {
	let count = seed; const label = 'L' + seed;
	return { next() { count++; return label + count; }, fail(step) { const doubled = count * 2; { let block = doubled + step; ${fail} } } };
}
const counter = make(5);
counter.next();
counter.fail(3);`),
	program('scopes', `const top = { level: 'module' };
let later = 1;
function outer(a) {
	const b = a + 1;
	function inner(c) {
		for (let i = 0; i < 3; i++) {
			const square = i * i;
			if (i === 2) {
				try { null.x; } catch (error) { const caught = error.message; var hoisted = caught.length; (() => { let deep = [a, b, c, square, later, top]; ${fail} })(); }
			}
		}
	}
	inner(b + 1);
}
outer(1);`),
	program('errors', `class CustomError extends Error { constructor(message, options) { super(message, options); this.name = 'CustomError'; this.code = 'E_CUSTOM'; this.details = { id: 7 }; } }
function die() {
	const plain = new Error('plain'), type = new TypeError('type'), aggregate = new AggregateError([new Error('one'), new RangeError('two')], 'many');
	const caused = new Error('outer', { cause: plain });
	throw new CustomError('custom end', { cause: type });
}
die();`),
	program('thrown-object', `function die(reason) { throw { not: 'an error', reason, list: [1, 2] }; }
die('because');`),
	program('thrown-string', `function die() { const local = 1; throw 'just text'; }
die();`),
	program('type-error', `function price(item) { const rate = 2; return item.price.amount * rate; }
function checkout(items) { let total = 0; for (const item of items) total += price(item); return total; }
checkout([{ price: { amount: 1 } }, { name: 'free' }]);`),
	program('dates-regexps', `function die() {
	const date = new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 6)), invalid = new Date(NaN), regexp = /a(b+)c\\/d/gi, sticky = /x/y;
	regexp.lastIndex = 3;
	const url = new URL('https://user@example.org:8080/path?q=1#frag'), params = new URLSearchParams('a=1&b=2');
	${fail}
}
die();`),
	program('boxed', `function die() {
	const number = new Number(5), string = new String('abc'), boolean = new Boolean(false), symbol = Object(Symbol('s')), bigint = Object(9n);
	${fail}
}
die();`),
	program('promises', `function die() {
	const resolved = Promise.resolve({ value: 1 }), pending = new Promise(() => {}), chained = resolved.then(() => 2);
	${fail}
}
die();`),
	program('proxies', `function die() {
	const target = { a: 1 }, handler = { get() { throw new Error('never run'); }, ownKeys() { throw new Error('never run'); } };
	const proxy = new Proxy(target, handler), callable = new Proxy(function f() {}, {}), { proxy: revoked, revoke } = Proxy.revocable({}, {});
	revoke();
	const holder = { proxy };
	${fail}
}
die();`),
	program('generators', `function* numbers(limit) { let i = 0; while (i < limit) yield i++; }
async function* stream() { yield 1; }
function die() {
	const suspended = numbers(3); suspended.next();
	const fresh = numbers(1), closed = numbers(0); closed.next();
	const mapIterator = new Map([['a', 1], ['b', 2]]).entries(), setIterator = new Set([1, 2, 3]).values(), arrayIterator = [1, 2][Symbol.iterator](); mapIterator.next();
	const asyncGenerator = stream();
	${fail}
}
die();`),
	program('iterators', `function die() {
	const mapEntries = new Map([[1, 2], [3, 4]]).entries(), mapKeys = new Map([['a', { deep: 1 }]]).keys(); mapEntries.next();
	const setEntries = new Set([1, 2]).entries(), finished = new Set([1]).values(); finished.next(); finished.next();
	const array = [1, 2].values(), string = 'ab'[Symbol.iterator](), matches = 'ab'.matchAll(/a/g);
	${fail}
}
die();`),
	program('arguments', `function die() { const rest = arguments; ${fail} }
die(1, { two: 2 }, [3]);`),
	program('receivers', `function sloppy() { return Function('return this')(); }
const object = { label: 'receiver', die() { const alias = this; ${fail} } };
object.die();`),
	program('node-objects', `const { EventEmitter } = require('node:events');
const emitter = new EventEmitter();
emitter.on('x', function listener(value) { const doubled = value * 2; ${fail} });
emitter.emit('x', 21);`),
	program('async', `async function load(id) { const started = id; await null; return parse({ id }); }
function parse(record) { return record.body.length; }
setTimeout(() => { JSON.parse('{bad'); }, 1);`),
];
