// SPDX-License-Identifier: MIT
'use strict';
// Hundreds of expressions, evaluated by Node in a function that is about to die, and by inspmort on
// what it left behind.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const batch = require('./eval/batch');
const expressions = require('./eval/expressions');

const inspmort = path.join(process.env.INSPMORT_BUILD ?? path.join(__dirname, '../../build/dev'), 'bin/inspmort');
const program = path.join(__dirname, 'eval/program.js');
const env = { ...process.env, TZ: 'UTC', INSPMORT_MAX_STRING: '1000000' };
let dir, crash, expected;

function print(...args) {
	return spawnSync(inspmort, ['print', ...args], { encoding: 'utf8', env, maxBuffer: 1 << 26 });
}

test.before(() => {
	dir = fs.mkdtempSync(path.join(os.tmpdir(), 'inspmort-eval-'));
	const results = path.join(dir, 'results.json');
	const { stderr } = spawnSync(inspmort, ['run', '--dir', dir, '--', 'node', program, results], { encoding: 'utf8', env });
	const files = fs.readdirSync(dir).filter((name) => name.endsWith('.inspmort'));
	assert.strictEqual(files.length, 1, stderr);
	crash = path.join(dir, files[0]);
	expected = JSON.parse(fs.readFileSync(results, 'utf8'));
});

test.after(() => fs.rmSync(dir, { recursive: true, force: true }));

test('the same answers as Node', () => {
	assert.ok(expressions.length > 700);
	const { status, stdout, stderr } = print('--json', crash, batch(expressions));
	assert.strictEqual(stderr, '');
	assert.strictEqual(status, 0);
	const found = JSON.parse(stdout);
	assert.strictEqual(found.length, expected.length);
	const wrong = [];
	for (let i = 0; i < found.length; i++) {
		if (found[i] !== expected[i]) wrong.push({ expression: expressions[i], node: expected[i], inspmort: found[i] });
	}
	assert.deepStrictEqual(wrong, []);
});

// [expression, what is said]
const refused = [
	['dog.loud', /^EvalError: the getter 'loud' cannot be run: the process is dead$/],
	['dog.speak()', /^EvalError: speak cannot be run: the process is dead$/],
	['new Dog("x")', /^EvalError: new Dog cannot be run: the process is dead$/],
	['[1].map(arrow)', /^EvalError: arrow cannot be run/],
	['five = 6', /^EvalError: 'five' cannot be assigned: the process is dead$/],
	['obj.a = 6', /^EvalError: 'a' cannot be changed: the process is dead$/],
	['obj.a++', /^EvalError: 'a' cannot be changed/],
	['delete obj.a', /^EvalError: 'a' cannot be changed/],
	['users.push(1)', /^EvalError: push would change an array of the dead process/],
	['users.reverse()', /^EvalError: reverse would change an array of the dead process: use toReversed\(\)$/],
	['map.set(1, 2)', /^EvalError: set would change a collection of the dead process$/],
	['Object.assign(obj, {})', /^EvalError: Object\.assign would change/],
	['await pending', /^EvalError: this promise was pending: the process is dead$/],
	['await (async () => 1)()', /^EvalError: async functions cannot be run: the process is dead$/],
	['await { then() {} }', /^EvalError: this cannot be awaited: the process is dead$/],
	['(1).toLocaleString("de")', /^EvalError: only en-US without options is known here$/],
	['(() => { const g = (function* () { yield yield 1; })(); g.next(); return g.next(2); })()', /^EvalError: generators run to their end at once: nothing can be given to next\(\)$/],
	['new Promise(() => {})', /^EvalError: new Promise cannot be run: the process is dead$/],
	['(() => { break nope; })()', /^SyntaxError: Undefined label 'nope'$/],
	['Math.random()', /^EvalError: random cannot be run/],
	['Promise.resolve(1)', /^EvalError: resolve cannot be run/],
	['require("fs")', /^EvalError: require cannot be run: the process is dead$/],
	['while (true);', /^EvalError: the expression took longer than 300 ms$/],
	['"x".repeat(2 ** 27).repeat(100)', /^RangeError: (Invalid string length|the expression needed too much memory)$/],
	['(() => { const a = []; for (;;) a.push("x".repeat(1e6)); })()', /^RangeError: the expression needed too much memory$|took longer/],
	['((f) => f(f))((f) => f(f))', /^RangeError: Maximum call stack size exceeded$/],
	['/(a*)*$/.test("a".repeat(40) + "b")', /^EvalError: the expression took longer than 300 ms$/],
	['nosuch', /^ReferenceError: nosuch is not defined$/],
	['obj.', /^SyntaxError: Unexpected end of input$/],
	['1 +* 2', /^SyntaxError: Unexpected token '\*'$/],
	['"abc', /^SyntaxError: Invalid or unexpected token$/],
	['`abc', /^SyntaxError: Unterminated template literal$/],
	['a b', /^SyntaxError: Unexpected identifier 'b'$/],
	['f(1', /^SyntaxError: missing \) after argument list$|^SyntaxError: Unexpected end of input$/],
	['5 = 6', /^SyntaxError: Invalid left-hand side in assignment$/],
	['({a = 1})', /^SyntaxError: Invalid shorthand property initializer$/],
	['/(/.test("")', /^SyntaxError: Invalid regular expression: \/\(\/: Unterminated group$/],
	['('.repeat(100000), /^SyntaxError: the expression is nested too deeply$/],
	['1' + '+1'.repeat(50000), /^SyntaxError: the expression is nested too deeply$/],
	['throw new Error("by hand")', /^Error: by hand$/],
	['throw 42', /^42$/],
];

for (const [expression, said] of refused)
	test(`refused: ${expression.slice(0, 60)}`, () => {
		const { status, stdout, stderr } = print('--timeout', '300', crash, expression);
		assert.strictEqual(stdout, '');
		assert.match(stderr, /^inspmort: [^\n]*\n$/);
		assert.match(stderr.slice('inspmort: '.length, -1), said);
		assert.strictEqual(status, 1);
	});

// [expression, printed]
const printed = [
	['dog', 'Dog { name: "rex", tricks: [ "sit", "roll" ], #chip: 7 }'],
	['dog.#chip', '7'],
	['#chip in dog', 'true'],
	['#chip in obj', 'false'],
	['nums', '[ 1, 2, 3, 4.5, -0, NaN, Infinity ]'],
	['holes', '[ 1, <1 empty item>, 3, <2 empty items> ]'],
	['({ a: { b: { c: { d: 1 } } } })', '{ a: { b: { c: [Object] } } }'],
	['cyclic', '{ name: "cyclic", self: [Circular] }'],
	['{ a: 1 }', '{ a: 1 }'],
	['map.get("b")', '{ deep: [ 1, 2 ] }'],
	['x => x + 1', '[Function (anonymous)]'],
	['Math.max', '[Function: max]'],
	['Dog', '[class Dog]'],
	['lone', '"a\\ud800b"'],
	['"\x1b[31m\u202e"', '"\\x1b[31m\\u202e"'],
	['process.pid > 0 && process.version === process.version', 'true'],
	['let n = 0; for (const u of users) n += u.age; n', '102'],
	['users.length // how many\n//# sourceURL=x.js', '3'],
	['bare', '[Object: null prototype] { q: 1 }'],
	['undefined', 'undefined'],
	['sub', 'Uint8Array(2) [ 2, 255 ]'],
	['arguments.length', '3'],
	['await fulfilled', '{ done: 1 }'],
	['(await fulfilled).done + await 1', '2'],
];

for (const [expression, text] of printed)
	test(`printed: ${expression.slice(0, 60)}`, () => {
		const { status, stdout, stderr } = print(crash, expression);
		assert.strictEqual(stderr, '');
		assert.strictEqual(stdout, text + '\n');
		assert.strictEqual(status, 0);
	});

test('other frames, by number', () => {
	assert.strictEqual(print('--frame', '1', crash, 'outerLocal').stdout, '{ n: 1 }\n');
	assert.strictEqual(print('--frame=1', crash, 'typeof five').stdout, '"undefined"\n');
	const none = print('--frame', '99', crash, '1');
	assert.strictEqual(none.status, 1);
	assert.match(none.stderr, /^inspmort: .*: no frame 99: there are \d+\n$/);
});

test('JSON, for other programs', () => {
	assert.deepStrictEqual(JSON.parse(print('--json', crash, 'users').stdout), [{ name: 'ada', age: 36, tags: ['x'] },
		{ name: 'bob', age: 25, tags: [] }, { name: 'cy', age: 41, tags: ['y', 'z'] }]);
	assert.strictEqual(print('--json', crash, 'undefined').stdout, 'null\n');
	assert.strictEqual(print('--json', crash, 'lone').stdout, '"a\\ud800b"\n');
	const big = print('--json', crash, 'big');
	assert.strictEqual(big.stdout, 'null\n');
	const cyclic = print('--json', crash, 'cyclic');
	assert.strictEqual(cyclic.status, 1);
	assert.match(cyclic.stderr, /^inspmort: .*Object reference chain is too long\n$/);
});

test('wrong use', () => {
	for (const args of [[], [crash], [crash, '1', '2'], ['--frame', 'x', crash, '1'], ['--depth', '99', crash, '1'], ['--nope', crash, '1']]) {
		const { status, stdout, stderr } = print(...args);
		assert.strictEqual(status, 2, args.join(' '));
		assert.strictEqual(stdout, '');
		assert.match(stderr, /^inspmort: [^\n]*\n$/);
	}
	for (const file of ['/nowhere', path.join(__dirname, 'eval'), __filename]) {
		const { status, stdout, stderr } = print(file, '1');
		assert.strictEqual(status, 1);
		assert.strictEqual(stdout, '');
		assert.match(stderr, /^inspmort: [^\n]*\n$/);
	}
	assert.match(print('--help').stdout, /^inspmort print /);
});

test('what was cut says so, and what is there is used', (t) => {
	const short = fs.mkdtempSync(path.join(dir, 'short-'));
	spawnSync(inspmort, ['run', '--dir', short, '--', 'node', program, path.join(short, 'results.json')],
		{ env: { ...env, INSPMORT_MAX_STRING: '100' } });
	const file = path.join(short, fs.readdirSync(short).find((name) => name.endsWith('.inspmort')));
	assert.strictEqual(print(file, 'long.length').stdout, '20003\n');
	assert.strictEqual(print(file, 'long.slice(0, 4)').stdout, '"abcd"\n');
	assert.strictEqual(print(file, 'long.startsWith("abc")').stdout, 'true\n');
	assert.strictEqual(print(file, 'long.includes("cde")').stdout, 'true\n');
	assert.strictEqual(print(file, 'long === "abc"').stdout, 'false\n');
	assert.match(print(file, 'long').stdout, /^"abcdefghij.*… \(20003 characters, cut\)\n$/);
	for (const expression of ['long.endsWith("END")', 'long.includes("zzz")', 'long.slice(-3)', 'long + "!"', '`${long}`', 'long.split("a")', 'JSON.stringify(long)', 'new Set([long])'])
		assert.match(print(file, expression).stderr,
			/^inspmort: EvalError: only the first \d+ of this string's 20003 characters were captured\n$/, expression);
});
