// SPDX-License-Identifier: MIT
'use strict';
// Holds one of everything, has Node evaluate the expressions where it is about to die, writes what
// they gave into the file named first, and dies.
const fs = require('node:fs');
const batch = require('./batch');
const expressions = require('./expressions');

class Animal {
	#chip = 7;
	static count = 2;
	constructor(name) { this.name = name; }
	get loud() { return this.name.toUpperCase(); }
	speak() { return `${this.name} speaks`; }
	has(o) { return #chip in o; }
}
class Dog extends Animal {
	constructor(name) { super(name); this.tricks = ['sit', 'roll']; }
}
class Stack extends Array {}

function inner(arg, ...rest) {
	const nums = [1, 2, 3, 4.5, -0, NaN, Infinity], ints = [5, 3, 9, 1, 10, 2], holes = [1, , 3, , ,], empty = [];
	const big = 123456789012345678901234567890n, small = -5n;
	const str = 'héllo wörld 😀 "quotes"', ascii = 'The quick brown fox', blank = '', padded = '  padded\t\n';
	const csv = 'id,name,price\n1,tea,3.50\n2,scone,2.25\n', lone = 'a\ud800b', digits = '42', hex = '0xff';
	const map = new Map([['a', 1], ['b', { deep: [1, 2] }], [NaN, 'nan'], [-0, 'zero']]), key = { k: 1 };
	map.set(key, 'objkey');
	const set = new Set([1, 'two', 3, NaN, key]), other = new Set([3, 4]);
	const date = new Date(Date.UTC(2026, 0, 15, 9, 30, 0, 123)), invalid = new Date(NaN), old = new Date(-1e13);
	const re = /a(b+)c/i, global = /o/g, symbol = Symbol('tag'), unnamed = Symbol();
	const obj = { a: 1, 'b-c': 2, 10: 'ten', 2: 'two', [symbol]: 'symval', nested: { x: { y: { z: 1 } } }, nul: null, und: undefined };
	const dog = new Dog('rex'), stack = Stack.from([1, 2]);
	const error = new TypeError('bad thing', { cause: 'why' });
	const u8 = new Uint8Array([1, 2, 255]), i16 = new Int16Array([-1, 300]), f64 = new Float64Array([1.5, -2]), b64 = new BigInt64Array([-1n, 5n]);
	const buf = Buffer.from('hello wörld'), body = Buffer.from('{"id":7,"name":"tea"}'), bytes = Buffer.from([1, 2, 0xfe, 0xff, 0, 0, 0x80, 0]);
	const sub = new Uint8Array(u8.buffer, 1, 2), clamped = new Uint8ClampedArray([300, -5]);
	const cyclic = { name: 'cyclic' }; cyclic.self = cyclic;
	const bare = Object.create(null); bare.q = 1;
	const boxed = Object('boxed'), boxedNumber = Object(4);
	const users = [{ name: 'ada', age: 36, tags: ['x'] }, { name: 'bob', age: 25, tags: [] }, { name: 'cy', age: 41, tags: ['y', 'z'] }];
	const many = Array.from({ length: 20000 }, (_, i) => ({ i, square: i * i })), numbers = many.map((m) => m.square % 1000);
	const wide = Object.fromEntries(many.slice(0, 6000).map((m) => ['key' + m.i, m.i])), dictionary = new Map(many.slice(0, 9000).map((m) => ['k' + m.i, m.i]));
	const long = 'abcdefghij'.repeat(2000) + 'END', longWide = 'äöü😀'.repeat(3000) + 'ENDE';
	const arrow = (a, b) => a + b, T = true, F = false, N = null, U = undefined, zero = 0, five = 5, tenth = 0.1, minus = -7.5;
	const pending = new Promise(() => {}), fulfilled = Promise.resolve({ done: 1 });
	const matrix = [[1, 2], [3, 4]], mixed = [1, 'a', null, undefined, true, { z: 1 }], words = ['pear', 'Apple', 'fig', 'apple'];
	const json = '{"a":[1,2,{"b":null}],"c":"\\u00e9"}';
	const iterator = map.entries();
	const shadowed = 'outer';
	if (arg) {
		const shadowed = 'inner', block = 'block';
		if (process.argv[2]) fs.writeFileSync(process.argv[2], JSON.stringify(eval(batch(expressions))));
		throw error;
	}
	return [rest, nums, ints, holes, empty, big, small, str, ascii, blank, padded, csv, lone, digits, hex, map, set, other, date, invalid, old, re, global,
		unnamed, obj, dog, stack, u8, i16, f64, b64, buf, body, bytes, sub, clamped, bare, boxed, boxedNumber, users, numbers, wide, dictionary, long, longWide, arrow, T, F, N, U,
		zero, five, tenth, minus, matrix, mixed, words, json, iterator, shadowed];
}

const holder = { label: 'holder', inner };
(function outer(n) {
	const outerLocal = { n };
	return holder.inner(n, 'r1', 'r2') || outerLocal;
})(1);
