// SPDX-License-Identifier: MIT
'use strict';
// Random expressions, asked of Node and of inspmort: regular expressions, the spelling of numbers,
// string and array methods with odd arguments, BigInts, operators on everything.
// SEED=n is another run, COUNT=n a longer one. The default is always the same: now and then chance makes
// a pattern that backtracks beyond the limit of steps, as it would for minutes in Node.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const vm = require('node:vm');
const batch = require('../integration/eval/batch');

const inspmort = path.join(process.env.INSPMORT_BUILD ?? path.join(__dirname, '../../build/dev'), 'bin/inspmort');
const seed = Number(process.env.SEED ?? 20261123);
const count = Number(process.env.COUNT ?? 250);
console.log(`# SEED=${seed}`);

process.env.TZ = 'UTC';
let state = seed;
function random(n) {
	state = (state + 0x6d2b79f5) | 0;
	let t = Math.imul(state ^ (state >>> 15), 1 | state);
	t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
	return ((t ^ (t >>> 14)) >>> 0) % n;
}
const pick = (list) => list[random(list.length)];
const times = (max, make) => Array.from({ length: random(max + 1) }, make);

const SUBJECTS = ['', 'a', 'abab', 'aabbcc', 'foo bar', 'x1y22z333', 'Äöü ß', '😀a😀', 'line1\nline2', 'ab\\cd', '2026-01-15', 'aaaa', '__a$b'];
const subject = () => JSON.stringify(pick(SUBJECTS) + (random(3) ? '' : pick(SUBJECTS)));

function atom(depth) {
	if (depth <= 0) return pick(['a', 'b', '.', '\\d', '\\w', '\\s', '[ab]', '[^a]', 'x', '\\b', '^', '$', 'ö', '\\W']);
	switch (random(9)) {
	case 0: return `(${pattern(depth - 1)})`;
	case 1: return `(?:${pattern(depth - 1)})`;
	case 2: return `(?=${pattern(depth - 1)})`;
	case 3: return `(?!${pattern(depth - 1)})`;
	case 4: return `(?<=${pattern(depth - 1)})`;
	case 5: return `(?<!${pattern(depth - 1)})`;
	case 6: return `[${pick(['', '^'])}${pick(['a-c', '\\d', 'xyz', '\\w-', '\\]', 'ö-ü'])}${pick(['', '_', '0-3'])}]`;
	default: return atom(0);
	}
}
function pattern(depth) {
	const sequence = () => times(3, () => atom(depth) + pick(['', '', '', '*', '+', '?', '*?', '+?', '{2}', '{1,3}', '{0,2}?'])).join('');
	return [sequence(), ...times(1, sequence)].join('|');
}
function regex() {
	for (;;) {
		const source = pattern(2) || 'a', flags = pick(['', 'i', 'g', 'm', 's', 'u', 'gi', 'y']);
		try { return `${new RegExp(source, flags)}`; } catch { /* not one, then */ }
	}
}
const REGEX_USES = [(r, s) => `${r}.exec(${s})`, (r, s) => `${s}.match(${r})`, (r, s) => `${s}.replace(${r}, "<$&$1>")`, (r, s) => `${s}.split(${r})`, (r, s) => `${s}.search(${r})`];

const number = () => pick(['0', '-0', '1', '-1', '0.5', '-2.5', '1e21', '1e-7', '123456.789', 'NaN', 'Infinity', '-Infinity', '2**31', '2**53', '-(2**31)-1', '0.1', '5e-324', '255', '1.005', '1e300',
	String(random(1e6) / 1000), String(random(1e9)), `${random(1e9)}e${random(40) - 20}`]);
const NUMBER_USES = [(n) => `String(${n})`, (n) => `(${n}).toFixed(${random(6)})`, (n) => `(${n}).toPrecision(${1 + random(20)})`, (n) => `(${n}).toExponential(${random(10)})`,
	() => `(${random(1e9)}${pick(['', '.5', '.125', `.${random(1e6)}`])}).toString(${pick([2, 8, 16, 36])})`, (n) => `parseFloat(String(${n}))`, (n) => `parseInt(String(${n}))`, (n) => `${n} | 0`, (n) => `(${n}) >>> ${random(33)}`,
	(n) => `${n} % ${number()}`, (n) => `Math.round(${n})`, (n) => `(${n}) ** ${pick(['2', '0.5', '-1', '3'])}`, (n) => `JSON.stringify(${n})`, (n) => `BigInt(Math.trunc(${n}))`, (n) => `${n} < ${number()}`];

const index = () => pick(['0', '1', '-1', '2', '100', '-100', 'undefined', 'NaN', '1.7', '"1"', 'null', 'Infinity', '-Infinity']);
const STRING_METHODS = ['slice', 'substring', 'substr', 'at', 'charAt', 'charCodeAt', 'codePointAt', 'padStart', 'padEnd', 'repeat', 'indexOf', 'lastIndexOf', 'includes', 'startsWith', 'endsWith', 'split', 'concat', 'trim', 'toUpperCase', 'toLowerCase', 'normalize_'];
const string = () => {
	const method = pick(STRING_METHODS.slice(0, -1));
	const needle = /ndexOf|includes|With|split|concat/.test(method) ? subject().slice(0, 1) + pick(['a', 'b', '', ' ', '😀', 'ab']) + '"' : method === 'repeat' ? pick(['0', '1', '3', '-1', '"2"']) : index();
	return `${subject()}.${method}(${[needle, ...times(1, () => (method === 'padEnd' || method === 'padStart' ? pick(['"xy"', '""', 'undefined']) : index()))].join(', ')})`;
};

const value = (depth = 1) => pick([() => number(), subject, () => 'null', () => 'undefined', () => 'true', () => 'false', () => `${random(1e6)}n`, () => `-${random(1e6)}n`, () => '[]', () => '({})', () => 'NaN',
	() => (depth ? `[${times(4, () => value(depth - 1)).join(', ')}]` : '[1]'), () => (depth ? `({ a: ${value(depth - 1)}, b: ${value(depth - 1)} })` : '({ a: 1 })')])();
const array = () => `[${times(6, () => pick([String(random(10)), String(random(10)), `"${pick('abc')}"`, 'undefined', ''])).join(', ')}]`;
const ARRAY_USES = [(a) => `${a}.slice(${index()}, ${index()})`, (a) => `${a}.indexOf(${random(10)}, ${index()})`, (a) => `${a}.lastIndexOf(${random(10)})`, (a) => `${a}.includes(undefined)`, (a) => `${a}.sort()`,
	(a) => `${a}.sort((x, y) => y - x)`, (a) => `${a}.reverse()`, (a) => `${a}.at(${index()})`, (a) => `${a}.concat(${array()})`, (a) => `${a}.fill(0, ${index()}, ${index()})`, (a) => `((a) => [a.splice(${index()}, ${index()}, "n"), a])(${a})`,
	(a) => `${a}.join(${pick(['"-"', 'undefined', 'null'])})`, (a) => `${a}.flat()`, (a) => `${a}.findLastIndex((x) => x > 3)`, (a) => `${a}.map((x, i) => [i, x])`, (a) => `${a}.reduceRight((s, x) => s + x, "")`, (a) => `new Set(${a})`, (a) => `JSON.stringify(${a})`, (a) => `Object.entries(${a})`];
const OPERATORS = ['+', '-', '*', '/', '%', '<', '>', '<=', '>=', '==', '!=', '===', '!==', '&', '|', '^', '<<', '>>', '&&', '||'];

// V8 compares a BigInt with an object's text as if it were a number, against its own rule for texts.
function operation() {
	for (;;) {
		const [a, op, b] = [value(), pick(OPERATORS), value()];
		if (!/[<>]=?$/.test(op) || !/n$/.test(a) && !/n$/.test(b) || !/^[[(]/.test(a) && !/^[[(]/.test(b))
			return `(${a}) ${op} (${b})`;
	}
}

// Loops with labels that count what they do.
function loops(depth, labels) {
	const label = `l${labels.length}`, inner = [...labels, label], i = `i${labels.length}`;
	const jump = () => `if (${i} ${pick(['===', '>', '<'])} ${random(4)}) ${pick(['break', 'continue'])}${pick(['', ` ${pick(inner)}`])};`;
	const body = [jump(), `n += ${random(9) + 1};`, depth ? loops(depth - 1, inner) : jump(), ...times(1, () => `try { ${jump()} } finally { n++; }`)].join(' ');
	return pick([`${label}: for (let ${i} = 0; ${i} < ${random(5)}; ${i}++) { ${body} }`, `${label}: for (const ${i} of [0, 1, 2, 3]) { ${body} }`, `${label}: for (const ${i} in { 0: 1, 1: 1, 2: 1 }) { ${body} }`]);
}
const date = () => `new Date(${pick([String(random(2e9) * 1000 + random(1000)), `-${random(4e9)}000`, '0', 'NaN', '8.64e15', `Date.UTC(${1900 + random(300)}, ${random(14)}, ${random(33)}, ${random(26)}, ${random(70)})`])})`;
const DATE_USES = ['toISOString', 'toLocaleString', 'toLocaleDateString', 'toLocaleTimeString', 'toUTCString', 'toString', 'toDateString', 'toTimeString', 'getDay', 'getTime', 'getFullYear', 'getMonth', 'toJSON'];
const TYPED = ['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint32Array', 'Float32Array', 'Float64Array'];
const TYPED_USES = [(a) => `${a}.map((x) => x * ${number()})`, (a) => `${a}.slice(${index()}, ${index()})`, (a) => `${a}.filter((x) => x > 3)`, (a) => `${a}.join()`, (a) => `${a}.toSorted()`, (a) => `Array.from(${a})`, (a) => `${a}.at(${index()})`,
	(a) => `${a}.indexOf(${random(10)})`, (a) => `${a}.reduce((s, x) => s + x, 0)`, (a) => `${a}.byteLength`];
const pattern2 = () => `${pick(['{ a, b = 5, ...r }', '{ b: { length } = "xy", a: c = 1 }', '{ [`a`]: q, ...r }', '{ a: [x, , y = 2] = [1, 2] }'])}`;

const MAKERS = [
	() => `(() => { let n = 0; ${loops(2, [])} return n; })()`,
	() => `${date()}.${pick(DATE_USES)}()`,
	() => pick(TYPED_USES)(`${pick(TYPED)}.${pick(['from', 'of'])}(${pick(['[', '...['])}${times(5, number).join(', ')}])`),
	() => `BigInt.as${pick(['Int', 'Uint'])}N(${random(80)}, ${pick(['', '-'])}(${random(1e9)}n ** ${random(4)}n))`,
	() => `(() => { const ${pattern2()} = ${pick([value(2), `{ a: ${value()}, b: ${value()}, c: 1 }`])}; return [typeof a, typeof b, typeof r, typeof x, typeof length, typeof q].join(); })()`,
	() => `(([x, , y = ${value()}, ...z]) => [x, y, z])(${pick([array(), subject(), value(2)])})`,
	() => `((s, ...v) => [s, s.raw, v])\`${pick(['', 'a', '\\n', '\\u0041', '$', '}'])}\${${value()}}${pick(['', '\\t', 'b', '\\`'])}\``,
	() => `((o) => { o.x = ${value()}; return [o.x, o.y, Object.keys(o)]; })({ get x() { return this.y; }, ${pick(['set x(v) { this.y = v; },', ''])} y: ${value()} })`,
	() => pick(REGEX_USES)(regex(), subject()),
	() => pick(REGEX_USES)(regex(), subject()),
	() => pick(NUMBER_USES)(`(${number()})`),
	string,
	() => pick(ARRAY_USES)(array()),
	operation,
	() => `${pick(['typeof ', '!', '+', '-', '~', 'void '])}(${value()})`,
	() => `JSON.stringify(${value(2)}, null, ${random(3)})`,
	() => `(${random(1e9)}n ** ${random(6)}n) ${pick(['+', '-', '*', '/', '%', '&', '|', '^'])} ${pick(['', '-'])}${1 + random(1e9)}n`,
	() => `(${pick(['', '-'])}${random(1e9)}n) ${pick(['<<', '>>'])} ${pick(['', '-'])}${random(70)}n`,
];

// Words that differ between versions of V8, for the same mistakes.
const sameKind = (text) => text.replace(/^throws (\w+): .*/s, 'throws $1');

test(`${count * MAKERS.length} random expressions`, (t) => {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'inspmort-eval-'));
	t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
	const program = path.join(dir, 'program.js');
	fs.writeFileSync(program, 'throw new Error("x")');
	spawnSync(inspmort, ['run', '--dir', dir, '--', 'node', program]);
	const crash = path.join(dir, fs.readdirSync(dir).find((name) => name.endsWith('.inspmort')));
	for (let round = 0; round < count; round += 50) {
		const expressions = MAKERS.flatMap((make) => Array.from({ length: Math.min(50, count - round) }, () => make()));
		const source = batch(expressions);
		const expected = vm.runInThisContext(source);
		const { stdout, stderr, status } = spawnSync(inspmort, ['print', '--json', '--timeout', '60000', crash, source], { encoding: 'utf8', maxBuffer: 1 << 26 });
		assert.strictEqual(status, 0, stderr);
		const found = JSON.parse(stdout);
		const wrong = expressions.map((expression, i) => ({ expression, node: expected[i], inspmort: found[i] })).filter((each) => sameKind(each.node) !== sameKind(each.inspmort));
		assert.deepStrictEqual(wrong, [], `SEED=${seed}`);
	}
});
