// SPDX-License-Identifier: MIT
'use strict';
// Functions are stored as pieces of their scripts, and come out as the texts that they are.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const nodes = require('../support/nodes');
const { folder, run, withAgent, inspmort, convert, variables } = require('../support/agent');

const source = `'use strict'; const wide = '\u20ac \u{1f600}';\r
function plain(a, b) { return a + b; }
const several = { arrow: x => x, arrow2: async (x) => { return x; }, method() { return 1; }, async *generator() {},
	get accessor() { return 2; }, ['computed' + 1](a) { return '\u{1f600}'; }, anonymous: function (a) {}, named: function inner(a) {} };
class Shape { #secret = 1; static make = () => new Shape(); constructor(a) { this.a = a; } area() { return '\u00e9'; } }
class Empty {}
class Late {${' method() { return 1; }'.repeat(2000)} constructor() {} }
const long = function () { return '${'long '.repeat(6000)}'; };
const longer = function () { return '${'longer '.repeat(12000)}'; };
const evaluated = (0, eval)('(function evaluated(a) { return a; })'), made = new Function('a', 'return a');
const closures = Array.from({ length: 300 }, (_, i) => function closure() { return i; });
const bound = plain.bind(null, 1);
(function crash() {
	const list = [plain, ...Object.values(several), Object.getOwnPropertyDescriptor(several, 'accessor').get, Shape, Shape.make, Shape.prototype.area,
		Empty, Late, long, longer, evaluated, made, ...closures, bound, crash, Array.prototype.map];
	const texts = list.map(String);
	throw new Error('x');
})();`;

for (const node of nodes) {
	for (const channel of ['agent', 'websocket']) {
		test(`Node ${node.major}, ${channel}: functions are pieces of their scripts`, async (t) => {
			const dir = folder(t), out = path.join(dir, 'out'), program = path.join(dir, 'functions.js');
			fs.mkdirSync(out);
			fs.writeFileSync(program, source);
			if (channel === 'agent')
				withAgent(node.path, [program], out, { env: { INSPMORT_MAX_STRING: '100000', INSPMORT_MAX_TIME_MS: '60000' } });
			else
				run(inspmort, ['run', '--via', 'websocket', '--', node.path, program],
					{ env: { INSPMORT_DIR: out, INSPMORT_MAX_STRING: '100000', INSPMORT_MAX_TIME_MS: '60000' } });
			const [file] = fs.readdirSync(out).map((name) => path.join(out, name));

			const crash = convert(file), { list, texts } = variables(crash, crash.Paused[0].callFrames[0]);
			const all = ({ objectId }) => crash.RemoteObjects[objectId].result.filter((p) => /^\d+$/.test(p.name)).map((p) => p.value);
			const functions = all(list), expected = all(texts).map((v) => v.value);
			assert.strictEqual(functions.length, expected.length);
			functions.forEach((f, i) => assert.strictEqual(f.description, expected[i]));

			const { read } = await import(path.join(__dirname, '../../spec/reader.mjs'));
			const stored = read(fs.readFileSync(file));
			const script = Object.values(stored.scripts).find((s) => s.url.endsWith('/functions.js'));
			const pieces = Object.values(stored.objects).filter((o) => o.text?.script === script.id);
			for (const { text } of pieces)
				assert.ok(expected.includes(source.slice(text.start, text.start + text.length)));
			// All but what was evaluated, bound, or is V8's own.
			assert.strictEqual(pieces.length, functions.length - 4);
		});
	}
}

// A capture that came to nothing, since the error was handled, is no reason to leave anything out of the next.
test('a second capture has its scripts, too', (t) => {
	const dir = folder(t), out = path.join(dir, 'out'), program = path.join(dir, 'twice.js');
	fs.mkdirSync(out);
	fs.writeFileSync(program, `process.once('uncaughtException', () => setTimeout(function second() { throw new Error('second'); }, 500));
		setTimeout(function first() { throw new Error('first'); }, 1);`);
	run(inspmort, ['run', '--via', 'websocket', '--', process.execPath, program], { env: { INSPMORT_DIR: out } });
	const [file] = fs.readdirSync(out).map((name) => path.join(out, name)), crash = convert(file), [frame] = crash.Paused[0].callFrames;
	assert.strictEqual(frame.functionName, 'second');
	assert.match(crash.Scripts[frame.location.scriptId].source, /function second/);
});
