// SPDX-License-Identifier: MIT
// `inspmort show`, `info` and `list`: what they print for real crashes, to the letter.
'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { crashSource, inspmort, temporaryDirectory } = require('../support/serve.js');

function run(args, options = {}) {
	const result = spawnSync(inspmort, args, { encoding: 'utf8', ...options });
	assert.strictEqual(result.signal, null);
	return result;
}

function ok(args, options) {
	const result = run(args, options);
	assert.strictEqual(result.stderr, '');
	assert.strictEqual(result.status, 0);
	return result.stdout;
}

const shop = `'use strict';
class Cart {
	#coupon = 'SPRING';
	constructor() { this.items = [{ sku: 'tea', n: 2 }, { sku: 'jam', n: 1 }]; this.prices = new Map([['tea', 3.5]]); }
	priceOf(item) {
		const price = this.prices.get(item.sku);
		return price.amount.value * item.n;
	}
	total() {
		let sum = 0;
		for (const item of this.items) {
			sum += this.priceOf(item);
		}
		return sum;
	}
}

function checkout(cart, when, options) {
	const huge = 12345678901234567890n, text = 'it\\'s', tag = Symbol('tag');
	return [cart.total(), huge, text, tag, when, options];
}
checkout(new Cart(), new Date(Date.UTC(2026, 0, 15)), { retry: /^a+$/g, list: new Set([1, 2]), nothing: null, [Symbol('s')]: undefined });
`;

test('show', async (t) => {
	const dir = temporaryDirectory(t);
	const file = crashSource(dir, 'shop.js', shop);
	const program = path.join(dir, 'shop.js');

	await t.test('prints the error, then every frame of the program', () => {
		const text = ok(['show', file]);
		const [head, ...frames] = text.split(/\n(?=#\d)/);
		assert.match(head, new RegExp(`^TypeError: Cannot read properties of undefined \\(reading 'value'\\)
    at Cart.priceOf \\(${program}:7:23\\)
    at Cart.total \\(${program}:12:16\\)
    at checkout \\(${program}:20:15\\)
    at Object.<anonymous> \\(${program}:22:1\\)
(    at .*\\n)+
\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z  ${program}  pid \\d+  node ${process.version}  reason: exception
$`));
		assert.strictEqual(frames.length, 4);
		assert.strictEqual(frames[0], `#0 priceOf (${program}:7:23)
       5 | 	priceOf(item) {
       6 | 		const price = this.prices.get(item.sku);
 >     7 | 		return price.amount.value * item.n;
         | 		                    ^
       8 | 	}
       9 | 	total() {
   this = Cart {#coupon: 'SPRING', items: [{sku: 'tea', n: 2}, {sku: 'jam', n: 1}], prices: Map(1)}
   local
     item = {sku: 'tea', n: 2}
     price = 3.5
`);
		assert.strictEqual(frames[2], `#2 checkout (${program}:20:15)
      18 | function checkout(cart, when, options) {
      19 | 	const huge = 12345678901234567890n, text = 'it\\'s', tag = Symbol('tag');
 >    20 | 	return [cart.total(), huge, text, tag, when, options];
         | 	             ^
      21 | }
      22 | checkout(new Cart(), new Date(Date.UTC(2026, 0, 15)), { retry: /^a+$/g, list: new Set([1, 2]), nothing: null, [Symbol('s')]: undefined });
   local
     cart = Cart {#coupon: 'SPRING', items: [{sku: 'tea', n: 2}, {sku: 'jam', n: 1}], prices: Map(1)}
     when = 2026-01-15T00:00:00.000Z
     options = {retry: /^a+$/g, list: Set(2), nothing: null, [Symbol(s)]: undefined}
     huge = 12345678901234567890n
     text = "it's"
     tag = Symbol(tag)
`.replace(/(?<=22 \| ).*/, (line) => line.slice(0, 90)));
		assert.match(frames[3], /… \d+ frames of Node itself \(--full shows them\)\n/);
		assert.doesNotMatch(text, /node:internal[^\n]*\n +\d+ \|/);
	});

	await t.test('one frame, all frames', () => {
		const frame = ok(['show', '--frame', '1', file]);
		assert.match(frame, /^\n#1 total /);
		assert.match(frame, / {5}sum = 0\n/);
		assert.doesNotMatch(frame, /#0|#2|TypeError/);
		assert.match(ok(['show', '--full', file]), /#\d+ Module\._compile \(node:internal\/modules\/cjs\/loader:\d+:\d+\)/);
		const none = run(['show', '--frame', '99', file]);
		assert.strictEqual(none.status, 1);
		assert.match(none.stderr, /^inspmort: .*: no frame 99: the stack has \d+\n$/);
		assert.strictEqual(none.stdout, '');
	});

	await t.test('no colours but on a terminal', () => {
		assert.doesNotMatch(ok(['show', file]), /\x1b/);
		const typescript = (env) => spawnSync('script', ['-qec', `${inspmort} show '${file}'`, '/dev/null'],
			{ encoding: 'utf8', env: { ...process.env, TERM: 'xterm', ...env } });
		const probe = typescript({});
		if (probe.error)
			return t.diagnostic('no script(1) here: colours on a terminal not tried');
		assert.match(probe.stdout, /\x1b\[1;31mTypeError/);
		assert.doesNotMatch(typescript({ NO_COLOR: '1' }).stdout, /\x1b\[/);
	});

	await t.test('the same twice', () => {
		assert.strictEqual(ok(['show', file]), ok(['show', file]));
	});
});

test('what the dead process said cannot harm a terminal', (t) => {
	const dir = temporaryDirectory(t);
	const file = crashSource(dir, 'evil.js', `
		const title = '\\u001b]0;owned\\u0007', back = '\\u202e\\u2066', bell = '\\u0007\\r\\n\\ud800\\u009b31m';
		const named = { ['\\u001b[2J']: 1 };
		throw Object.assign(new Error('first\\u001b[31m\\nsecond\\u0007 line'), { title });
	`);
	for (const args of [['show', file], ['show', '--full', file], ['info', file], ['list', dir], ['convert', '--to', 'markdown', file]]) {
		const text = ok(args);
		assert.doesNotMatch(text, /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/, args.join(' '));
	}
	const text = ok(['show', file]);
	assert.match(text, /^Error: first\\x1b\[31m\nsecond\\x07 line\n/);
	assert.ok(text.includes(`title = '\\x1b]0;owned\\x07'`), text);
	assert.ok(text.includes(`bell = '\\x07\\r\\n\\ud800\\x9b31m'`), text);
	assert.ok(text.includes(`named = {'\\x1b[2J': 1}`), text);
});

test('causes, things thrown that are no errors', (t) => {
	const dir = temporaryDirectory(t);
	const causes = ok(['show', crashSource(dir, 'cause.js', `
		const inner = new RangeError('inner');
		inner.cause = inner;
		throw new Error('outer', { cause: new TypeError('middle', { cause: inner }) });
	`)]);
	assert.match(causes, /^Error: outer\n[^]*^Caused by: TypeError: middle\n[^]*^Caused by: RangeError: inner\n/m);
	assert.ok(causes.split('Caused by').length < 15);
	const many = ok(['show', crashSource(dir, 'many.js', `throw new AggregateError([new Error('one'), 'two'], 'many');`)]);
	assert.match(many, /^AggregateError: many\n[^]*^errors\[0\]: Error: one\n[^]*^errors\[1\]: Thrown: 'two'\n/m);
	const alike = ok(['show', crashSource(dir, 'alike.js', `throw { stack: 'MyError: alike\\n    at nowhere', code: 7 };`)]);
	assert.match(alike, /^MyError: alike\n    at nowhere\n/);
	assert.match(ok(['show', crashSource(dir, 'string.js', `throw 'just a string';`)]), /^Thrown: 'just a string'\n/);
	assert.match(ok(['show', crashSource(dir, 'null.js', `throw null;`)]), /^Thrown: null\n/);
	assert.match(ok(['show', crashSource(dir, 'object.js', `throw { code: 7 };`)]), /^Thrown: \{code: 7\}\n/);
});

test('a recursion is told once', (t) => {
	const dir = temporaryDirectory(t);
	const file = crashSource(dir, 'deep.js', `function down(n) { if (!n) throw new Error('deep'); return down(n - 1) + 1; }\ndown(30);`);
	const text = ok(['show', file]);
	assert.deepStrictEqual(text.match(/^#\d+ \S+/gm), ['#0 down', '#1 down', '#2 down', '#31 <anonymous>']);
	assert.match(text, /\n\n   … 28 more calls of the same \(--full shows them\)\n\n#31 /);
	assert.ok(ok(['show', '--full', file]).match(/^#\d+ down/gm).length === 31);
});

test('minified code: the line is cut around the place', (t) => {
	const dir = temporaryDirectory(t);
	const source = `'use strict';${'var padding="xxxxxxxxxxxxxxxxxxxx";'.repeat(200)}function f(o){return o.a.b.c}f({a:{}});`;
	const text = ok(['show', '--frame', '0', crashSource(dir, 'min.js', source)]);
	const line = text.split('\n').find((l) => l.startsWith(' >'));
	const caret = text.split('\n').find((l) => /^ +\| .*\^$/.test(l));
	assert.ok(line.length < 120, line);
	assert.strictEqual(line[caret.indexOf('^')], 'c', text);
});

// A bundler in small: every line of the originals on one long line, and a map that says so.
function bundle(files, { content = true, map: where = 'inline', dir } = {}) {
	const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
	const vlq = (n) => {
		let v = n < 0 ? -n * 2 + 1 : n * 2, text = '';
		do {
			text += digits[(v & 31) | (v > 31 ? 32 : 0)];
			v >>>= 5;
		} while (v);
		return text;
	};
	let code = '', last = { column: 0, source: 0, line: 0, original: 0 };
	const segments = [];
	files.forEach(([, text], source) => text.split('\n').forEach((line, number) => {
		// One segment a word, as compilers make them.
		for (const word of line.matchAll(/\S+/g)) {
			const at = { column: code.length, source, line: number, original: word.index };
			segments.push(['column', 'source', 'line', 'original'].map((key) => vlq(at[key] - last[key])).join(''));
			last = at;
			code += word[0] + ' ';
		}
	}));
	const map = { version: 3, sources: files.map(([name]) => name), names: [], mappings: `;${segments.join(',')}` };
	if (content)
		map.sourcesContent = files.map(([, text]) => text);
	const url = where === 'inline' ? `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`
		: where === 'percent' ? `data:application/json,${encodeURIComponent(JSON.stringify(map))}` : 'data:application/json;base64,AAAA';
	return `"use strict";\n${code}\n//# sourceMappingURL=${url}\n`;
}

test('source maps', async (t) => {
	const dir = temporaryDirectory(t);
	const files = [
		['../src/price.ts', `export interface Item { price?: number }\nfunction price(item) {\n\treturn item.price.toFixed(2);\n}`.replace(/^export.*\n/, '/* types */\n')],
		['../src/main.ts', `function main() {\n\tconst items = [{}];\n\treturn items.map(price);\n}\nmain();`],
	];
	const root = path.dirname(dir);
	for (const where of ['inline', 'percent'])
		await t.test(where, () => {
			const file = crashSource(dir, 'bundle.js', bundle(files, { map: where }));
			const frames = ok(['show', file]).split(/\n(?=#\d)/);
			assert.strictEqual(frames[1], `#0 price (${root}/src/price.ts:3:9)
   compiled: ${dir}/bundle.js:2:58
       1 | /* types */
       2 | function price(item) {
 >     3 | 	return item.price.toFixed(2);
         | 	       ^
       4 | }
   local
     item = {}
   closure
     price = [Function price]
`.replace(':58', frames[1].match(/bundle\.js:2(:\d+)/)[1]));
			assert.match(frames.find((f) => /^#\d main /.test(f)), new RegExp(`^#\\d main \\(${root}/src/main\\.ts:3:\\d+\\)`));
			const sentry = JSON.parse(ok(['convert', '--to', 'sentry', file])).exception.values[0].stacktrace.frames.at(-1);
			assert.deepStrictEqual([sentry.filename, sentry.lineno, sentry.context_line], [`${root}/src/price.ts`, 3, '\treturn item.price.toFixed(2);']);
			assert.match(ok(['convert', '--to', 'markdown', file]), /^### \\#0 price \(.*price\\\.ts:3:9\)\n\n~~~~~~\n   compiled: /m);
		});
	await t.test('without the sources: the place is right, the lines are those that ran', () => {
		const text = ok(['show', '--frame', '0', crashSource(dir, 'bare.js', bundle(files, { content: false }))]);
		assert.match(text, /^\n#0 price \(.*price\.ts:3:9\)\n   compiled: .*bare\.js:2:\d+\n[^]* >     2 \| /);
	});
	await t.test('a broken map is none', () => {
		const text = ok(['show', '--frame', '0', crashSource(dir, 'broken.js', bundle(files, { map: 'broken' }))]);
		assert.match(text, /^\n#0 price \(.*broken\.js:2:\d+\)\n/);
	});
});

test('the last words on the console', (t) => {
	const dir = temporaryDirectory(t);
	const source = `for (let i = 0; i < 20; i++) console.log('line', i, { i });\nconsole.error('going down\\x1b[31m', null, 7n, undefined);\nthrow new Error('end');`;
	const text = ok(['show', crashSource(dir, 'words.js', source, { via: 'websocket' })]);
	const lines = text.split('Last on the console:\n')[1].split('\n').slice(0, 10);
	assert.deepStrictEqual(lines, [...Array.from({ length: 9 }, (_, i) => `   line ${i + 11} Object`), '   error going down\\x1b[31m null 7n undefined']);
});

test('info', (t) => {
	const dir = temporaryDirectory(t);
	const file = crashSource(dir, 'shop.js', shop);
	const info = JSON.parse(ok(['info', '--json', file]));
	const { status, bytes, reason, error, pid, time, node, program, omitted, redacted, signature, frames, objects, scripts, topFrame } = info;
	assert.deepStrictEqual({ status, reason, error, node, program, topFrame }, {
		status: 'whole', reason: 'exception', error: "TypeError: Cannot read properties of undefined (reading 'value')",
		node: process.version, program: path.join(dir, 'shop.js'), topFrame: `priceOf (${path.join(dir, 'shop.js')}:7:23)`,
	});
	assert.strictEqual(bytes, fs.statSync(file).size);
	assert.ok(objects > 100 && frames > 4 && scripts > 10 && pid > 1 && redacted >= 0);
	assert.match(signature, /^[0-9a-f]{16}$/);
	assert.strictEqual(new Date(time).toISOString(), time);
	assert.strictEqual(typeof omitted, 'object');
	assert.match(ok(['info', file]), /^error +TypeError: .*\nat +priceOf \(.*\nreason +exception\n[^]*^status +whole$/m);
});

test('signatures: the same for the same crash elsewhere, others for others', (t) => {
	const dir = temporaryDirectory(t);
	const signature = (file) => JSON.parse(ok(['info', '--json', file])).signature;
	const elsewhere = path.join(dir, 'release-2');
	fs.mkdirSync(elsewhere);
	const first = signature(crashSource(dir, 'shop.js', shop));
	assert.strictEqual(signature(crashSource(elsewhere, 'shop.js', `\n\n// moved down\n${shop}`)), first);
	assert.strictEqual(signature(crashSource(dir, 'shop.js', shop, { via: 'websocket' })), first);
	assert.notStrictEqual(signature(crashSource(dir, 'shop.js', shop.replaceAll('priceOf', 'costOf'))), first);
	assert.notStrictEqual(signature(crashSource(dir, 'shop.js', shop.replace('return price.amount', 'throw new RangeError("x"); return price.amount'))), first);
});

test('list', async (t) => {
	const dir = temporaryDirectory(t);
	const older = crashSource(dir, 'a.js', `throw new Error('older')`);
	const newer = crashSource(dir, 'b.js', `throw new Error('newer')`);
	fs.writeFileSync(path.join(dir, 'broken.inspmort'), 'not a crash');
	fs.writeFileSync(path.join(dir, '.hidden.inspmort'), 'not looked at');
	fs.writeFileSync(path.join(dir, 'notes.txt'), 'not looked at');

	const lines = ok(['list', dir]).trimEnd().split('\n');
	assert.strictEqual(lines.length, 4);
	assert.match(lines[0], /^TIME +PID +SIGNATURE +STATUS +SIZE +PROGRAM +ERROR/);
	assert.match(lines[1], /^\d{4}-\S+Z +\d+ [0-9a-f]{16} whole +[\d.]+ [KM]B +b\.js +Error: newer  in <anonymous> \(.*b\.js:1:\d\)  .*\.inspmort$/);
	assert.match(lines[2], /Error: older/);
	assert.match(lines[3], /unreadable .*broken\.inspmort: /);

	const json = JSON.parse(ok(['list', '--json', dir]));
	assert.deepStrictEqual(json.map((c) => [path.basename(c.file), c.status]),
		[[path.basename(newer), 'whole'], [path.basename(older), 'whole'], ['broken.inspmort', 'unreadable']]);
	assert.strictEqual(json[0].error, 'Error: newer');
	assert.strictEqual(ok(['list'], { cwd: dir }).split('\n').length, 5);
	assert.strictEqual(ok(['list'], { env: { ...process.env, INSPMORT_DIR: dir } }).split('\n').length, 5);

	const odd = path.join(dir, 'odd\x1b[31m\n.inspmort');
	fs.renameSync(older, odd);
	assert.match(ok(['list', dir]), /odd\\x1b\[31m\\n\.inspmort\n/);
	const narrow = spawnSync('script', ['-qec', `stty cols 80; ${inspmort} list '${dir}'`, '/dev/null'], { encoding: 'utf8', env: { ...process.env, TERM: 'xterm' } });
	if (!narrow.error)
		assert.match(narrow.stdout, /^2\d{3}-\S+Z .* b\.js {3}\r\n {4}Error: newer  in <anonymous> .*\r\n {4}\S+\.inspmort\r$/m);

	const empty = path.join(dir, 'empty');
	fs.mkdirSync(empty);
	const none = run(['list', empty]);
	assert.deepStrictEqual([none.status, none.stdout, none.stderr], [1, '', `inspmort: no crash files in ${empty}\n`]);
	assert.strictEqual(run(['list', '--json', empty]).stdout, '[]\n');
});
