// SPDX-License-Identifier: MIT
// `inspmort search`: what it prints for a real crash, to the letter.
'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { crashSource, inspmort, temporaryDirectory } = require('../support/serve.js');

const source = `'use strict';
class Item {
	#secretName = 'tulip-private';
	constructor(sku, price) { this.sku = sku; this.price = price; }
}
function place(order, callback) {
	const sums = new Map([['A-17', { lineTotal: 12.5 }], [order, 'tulip-by-object']]);
	const odd = { 'two words': 'tulip-odd', '': 'tulip-empty', 7: 'tulip-index', esc: 'tulip-\\u001b[31m\\u202e\\n\\ud800"\\\\' };
	const tags = new Set(['tulip-tag']), done = Promise.resolve('tulip-promise'), when = new Date(Date.UTC(2026, 0, 15)), re = /tulip-re/g;
	const flags = { yes: true, nil: null, big: 123456789012345678901n, nan: NaN, minus: -0, exact: 4242, prefix: 42421, text: 'has 4242 inside' };
	const far = '-'.repeat(16000) + 'tulip-far';
	callback();
}
function outer() {
	const order = { items: [new Item('B-1', 2), , new Item('C-3', 3), new Item('tulip-sku', 4)] };
	order.self = order;
	order.items[3].parent = order;
	function hidden() { return order; }
	place(order, () => { throw Object.assign(new RangeError('tulip-message'), { order, hidden }); });
}
outer();
`;

test('search', async (t) => {
	const dir = temporaryDirectory(t);
	const file = crashSource(dir, 'shop.js', source);
	const search = (...args) => {
		const run = spawnSync(inspmort, ['search', ...args], { encoding: 'utf8' });
		assert.strictEqual(run.signal, null);
		return { ...run, lines: run.stdout.split('\n').slice(0, -1) };
	};
	// The module loader's own frames hold the program's source, and the error its stack.
	const find = (...args) => {
		const run = search(...args);
		assert.strictEqual(run.stderr, '');
		assert.strictEqual(run.status, 0);
		return run.lines.filter((line) => !/^frame [3-9] |^exception › (stack|message) /.test(line));
	};
	const without = (lines) => lines.map((line) => line.replace(/ #\d+$/, '')).sort();

	const [, order] = find('--names', '-E', file, '^order$').find((line) => line.startsWith('frame 1 › order = ')).match(/#(\d+)/);

	await t.test('values, with the way to each', () => {
		assert.deepStrictEqual(without(find('--values', file, 'tulip-')), [
			'frame 0 › order › items[0] › #secretName = "tulip-private"',
			'frame 0 › order › items[2] › #secretName = "tulip-private"',
			'frame 0 › order › items[3] › #secretName = "tulip-private"',
			'frame 0 › order › items[3] › sku = "tulip-sku"',
			'frame 1 › done › [[PromiseResult]] = "tulip-promise"',
			'frame 1 › far = …"' + '-'.repeat(30) + 'tulip-far"',
			'frame 1 › odd › esc = "tulip-\\x1b[31m\\u202e\\n\\ud800\\"\\\\"',
			'frame 1 › odd[""] = "tulip-empty"',
			'frame 1 › odd["7"] = "tulip-index"',
			'frame 1 › odd["two words"] = "tulip-odd"',
			'frame 1 › re = /tulip-re/g',
			`frame 1 › sums › get(Object #${order}) = "tulip-by-object"`,
			'frame 1 › tags › entry 0 = "tulip-tag"',
		]);
	});
	await t.test('names', () => {
		assert.deepStrictEqual(find('--names', file, 'lineTotal'), ['frame 1 › sums › get("A-17") › lineTotal = 12.5']);
		assert.deepStrictEqual(find('--names', '-i', file, 'LINETOTAL'), ['frame 1 › sums › get("A-17") › lineTotal = 12.5']);
		assert.deepStrictEqual(find('--names', '-E', file, '^line(Total|Sum)$'), ['frame 1 › sums › get("A-17") › lineTotal = 12.5']);
	});
	await t.test('numbers match as a whole, text in part', () => {
		assert.deepStrictEqual(find('--values', file, '4242').filter((line) => line.includes('flags')),
			['frame 1 › flags › exact = 4242', 'frame 1 › flags › text = "has 4242 inside"']);
		assert.deepStrictEqual(find('--values', file, '123456789012345678901'), ['frame 1 › flags › big = 123456789012345678901n']);
		assert.ok(find('--values', file, 'NaN').includes('frame 1 › flags › nan = NaN'));
	});
	await t.test('classes, and who points at an object', () => {
		const items = find('--class', file, 'Item');
		assert.deepStrictEqual(without(items), ['frame 0 › order › items[0] = Item', 'frame 0 › order › items[2] = Item', 'frame 0 › order › items[3] = Item']);
		assert.deepStrictEqual(without(find('--references', file, order)), [
			'exception › order = Object',
			'frame 0 › order = Object',
			'frame 0 › order › items[3] › parent = Object',
			'frame 0 › order › self = Object',
			'frame 1 › order = Object',
			'frame 1 › sums › key 1 = Object',
			'frame 2 › order = Object',
		]);
		assert.deepStrictEqual(find('--references', file, 'order'), find('--references', file, order));
		assert.deepStrictEqual(find('--references', '--frame', '1', file, 'order.items[3].parent'), find('--references', file, `#${order}`));
		assert.deepStrictEqual(without(find('--references', file, '1')), ['exception = RangeError: tulip-message']);
	});
	await t.test('--json, --limit', () => {
		const run = search('--json', '--limit', '1', '--names', file, 'sku');
		assert.strictEqual(run.status, 0);
		assert.strictEqual(run.stderr, 'inspmort: stopped at 1 matches; --limit 0 shows all\n');
		const hit = JSON.parse(run.stdout);
		assert.deepStrictEqual({ ...hit, holder: 0 }, { path: 'frame 0 › order › items[0] › sku', value: '"B-1"', holder: 0 });
		assert.ok(hit.holder > 0);
	});
	await t.test('nothing found, and what makes no sense', () => {
		const none = search(file, 'daffodil-nowhere');
		fs.mkdirSync(path.join(dir, 'empty'));
		assert.deepStrictEqual([none.status, none.stdout, none.stderr], [1, '', '']);
		for (const [args, status, message] of [
			[[file], 2, "inspmort: expected FILE and PATTERN (see 'inspmort search --help')\n"],
			[[file, ''], 2, "inspmort: the pattern is empty (see 'inspmort search --help')\n"],
			[['-E', file, '(['], 2, /^inspmort: not a regular expression: .*\n$/],
			[['--references', file, 'nowhere'], 1, 'inspmort: ReferenceError: nowhere is not defined\n'],
			[['--references', file, 'order.items.length'], 1, 'inspmort: order.items.length is no object of the process\n'],
			[['--references', file, '({})'], 1, 'inspmort: ({}) is no object of the process\n'],
			[['--references', '--frame', '99', file, 'order'], 1, /^inspmort: .*frame.*\n$/],
			[['--frame', '1', file, 'order'], 2, /^inspmort: --frame is for --references .*\n$/],
			[['--limit', 'x', file, 'x'], 2, "inspmort: not a number: x (see 'inspmort search --help')\n"],
			[['--names', '--values', file, 'x'], 2, /^inspmort: --names.*\n$/],
			[[path.join(dir, 'none'), 'x'], 1, /^inspmort: .*none: .*No such file or directory\n$/],
			[[path.join(dir, 'shop.js'), 'x'], 1, /^inspmort: .*shop\.js: .*\n$/],
			[[path.join(dir, 'empty'), 'x'], 1, /^inspmort: [^\n]*: no crash files in it\n$/],
		]) {
			const run = search(...args);
			assert.strictEqual(run.status, status, args.join(' '));
			assert.strictEqual(run.stdout, '');
			assert[typeof message === 'string' ? 'strictEqual' : 'match'](run.stderr, message);
		}
	});
	await t.test('a cut file is searched as far as it goes', () => {
		const cut = path.join(dir, 'cut.inspmort');
		fs.writeFileSync(cut, fs.readFileSync(file).subarray(0, fs.statSync(file).size - 100));
		assert.deepStrictEqual(find('--names', cut, 'lineTotal'), find('--names', file, 'lineTotal'));
	});
});
