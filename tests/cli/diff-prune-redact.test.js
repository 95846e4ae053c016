// SPDX-License-Identifier: MIT
// Two crashes compared, old ones removed, secrets taken out of one: on real crashes, to the letter.
'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { crash, crashSource, inspmort, root, temporaryDirectory } = require('../support/serve.js');

const run = (...args) => spawnSync(inspmort, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
const ok = (...args) => {
	const result = run(...args);
	assert.strictEqual(result.status, 0, `${args.join(' ')}: ${result.stderr}`);
	return result;
};

test('diff', async (t) => {
	const dir = temporaryDirectory(t), program = path.join(dir, 'shop.js');
	const source = (v) => `'use strict';
class Item { #margin = ${v ? 2 : 1}; constructor(sku) { this.sku = sku; } }
function place(order, coupon) {
	const local = { deep: { er: ${v ? "'new'" : "'old'"}, same: [1, 2] } }, map = new Map([['a', ${v ? 7 : 6}]]);
	local.self = local;
	throw new Error('no stock');
}
place({ items: ${v ? "[new Item('A'), new Item('B')]" : "[new Item('A')]"}, when: new Date(${v ? 1000 : 0}), same: 'x', nan: NaN${v ? ", added: 'yes'" : ''} }, ${v ? 'undefined' : "'X'"});
`;
	fs.writeFileSync(program, source(0));
	const a = crash(dir, program);
	fs.writeFileSync(program, source(1));
	const b = crash(dir, program);

	assert.deepStrictEqual(ok('diff', a, b).stdout.split('\n').filter((line) => !/ (source|content) = /.test(line)), [
		'  frame 0 place (' + program + ':6:2)',
		'-   order › items = Array(1)',
		'+   order › items = Array(2)',
		'-   order › items[0] › #margin = 1',
		'+   order › items[0] › #margin = 2',
		'+   order › items[1] = Item',
		`-   order › when = ${new Date(0)}`,
		`+   order › when = ${new Date(1000)}`,
		'+   order › added = "yes"',
		'-   coupon = "X"',
		'+   coupon = undefined',
		'-   local › deep › er = "old"',
		'+   local › deep › er = "new"',
		'-   map › value 0 = 6',
		'+   map › value 0 = 7',
		'',
	]);
	const shallow = ok('diff', '--depth', '1', a, b).stdout;
	assert.ok(shallow.includes('order › items') && !shallow.includes('#margin'));
	assert.match(ok('diff', '--limit', '2', a, b).stdout, /\n {4}and 6 more\n/);
	assert.deepStrictEqual([run('diff', '--exit-code', a, b).status, run('diff', '--exit-code', a, a).status], [1, 0]);
	assert.strictEqual(ok('diff', a, a).stdout, '');

	// A closure that frames share is told of once.
	const counting = path.join(dir, 'count.js');
	fs.writeFileSync(counting, `'use strict';\n(function () { let served = Number(process.env.SERVED); function inner() { served++; throw new Error('x'); }\nfunction outer() { served++; inner(); }\nouter(); })();`);
	const times = [3, 8].map((n) => {
		process.env.SERVED = n;
		return crash(dir, counting);
	});
	delete process.env.SERVED;
	assert.deepStrictEqual(ok('diff', ...times).stdout.split('\n').slice(0, -1).map((line) => line.trim().replace(/ \(.*/, '')),
		['frame 0 inner', '-   served = 5', '+   served = 10', 'frame 2 <anonymous>', '-   served = 5', '+   served = 10']);

	const other = ok('diff', a, crashSource(dir, 'shop2.js', "function other() { throw new TypeError('else'); }\nother();")).stdout;
	assert.match(other, /^- error +Error: no stock\n\+ error +TypeError: else\n- signature +[0-9a-f]{16}\n\+ signature +[0-9a-f]{16}\n/);
	assert.match(other, /\n- frame 0 place \(.*shop\.js:6:2\)\n/);
	assert.match(other, /\n\+ frame 0 other \(.*shop2\.js:1:20\)\n/);

	for (const [args, status, message] of [
		[[a], 2, /expected two crash files/],
		[[a, path.join(dir, 'none')], 1, /none: .*No such file/],
		[[program, a], 1, /shop\.js: /],
		[['--depth', '0', a, b], 2, /not a number from 1 to 16: 0/],
	]) {
		const result = run('diff', ...args);
		assert.strictEqual(result.status, status);
		assert.match(result.stderr, /^inspmort: [^\n]*\n$/);
		assert.match(result.stderr, message);
		assert.strictEqual(result.stdout, '');
	}
});

test('prune', (t) => {
	const dir = temporaryDirectory(t), box = path.join(dir, 'box');
	fs.mkdirSync(box);
	const file = crashSource(dir, 'die.js', 'throw new Error("x");');
	const time = ok('info', file).stdout.match(/^time +(\S+)$/m)[1], size = fs.statSync(file).size;
	const kb = size < 9950 ? `${(size / 1000).toFixed(1)} KB` : `${Math.round(size / 1000)} KB`;
	const fill = () => {
		for (const name of ['a', 'b', 'c', 'd'])
			fs.copyFileSync(file, path.join(box, `${name}.inspmort`));
		fs.writeFileSync(path.join(box, 'junk.inspmort'), 'no crash');
		fs.writeFileSync(path.join(box, 'note.txt'), 'x');
		fs.rmSync(path.join(box, 'link.inspmort'), { force: true });
		fs.symlinkSync(file, path.join(box, 'link.inspmort'));
		fs.mkdirSync(path.join(box, 'below.inspmort'), { recursive: true });
	};
	const left = () => fs.readdirSync(box).sort();
	const line = (name, verb, why) => `${verb} ${box}/${name}.inspmort  ${time}  ${kb}  ${why}\n`;
	fill();
	// The same time: then the name decides, and the last goes first.
	const dry = ok('prune', '--keep', '2', box);
	assert.strictEqual(dry.stdout, line('d', 'would remove', 'too many') + line('c', 'would remove', 'too many'));
	assert.match(dry.stderr, /^inspmort: 2 of 4 crashes, .*; --force removes them\n$/);
	assert.ok(left().includes('d.inspmort'));
	assert.strictEqual(ok('prune', '--keep', '2', '--force', box).stdout, dry.stdout.replaceAll('would remove', 'removed'));
	assert.deepStrictEqual(left(), ['a.inspmort', 'b.inspmort', 'below.inspmort', 'junk.inspmort', 'link.inspmort', 'note.txt']);
	fill();
	assert.strictEqual(ok('prune', '--max-use', String(3 * size), box).stdout, line('d', 'would remove', 'too much'));
	assert.strictEqual(ok('prune', '--max-use', '1K', box).stdout.split('\n').length - 1, 3); // the newest stays
	assert.strictEqual(ok('prune', '--max-use', '1T', '--keep', '100', '--older-than', '4w', '--force', box).stdout, '');
	assert.strictEqual(ok('prune', '--keep', '0', '--force', box).stdout.split('\n').length - 1, 4);
	assert.deepStrictEqual(left(), ['below.inspmort', 'junk.inspmort', 'link.inspmort', 'note.txt']);
	assert.ok(fs.existsSync(file));

	for (const [args, status, message] of [
		[[box], 2, /--max-use, --keep or --older-than is missing/],
		[['--older-than', '30', box], 2, /not an age like 30d: 30/],
		[['--max-use', '5X', box], 2, /not a size like 500M: 5X/],
		[['--max-use', '99999999999T', box], 2, /not a size/],
		[['--keep', '-1', box], 2, /not a number: -1/],
		[['--keep', '1', path.join(dir, 'none')], 1, /none: cannot open: No such file/],
	]) {
		const result = run('prune', ...args);
		assert.strictEqual(result.status, status, args.join(' '));
		assert.match(result.stderr, /^inspmort: [^\n]*\n$/);
		assert.match(result.stderr, message);
	}
});

test('redact', (t) => {
	const dir = temporaryDirectory(t), out = path.join(dir, 'out.inspmort');
	// Put together at run time, so that the source has none of them.
	const program = path.join(dir, 'login.js');
	fs.writeFileSync(program, `'use strict';
const canary = (n) => ['canary', n].join('-');
const jwt = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NTY3ODkwIn0', 'dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'].join('.');
class Session { constructor() { this.user = 'keep-class'; this.password = canary('session'); } }
function login(password) {
	const config = { apiKey: canary('key'), nested: { token: { value: canary('object'), deep: [canary('array')] } }, customerId: canary('customer'), plain: 'keep-plain', pin: 4711, big: { secret: 12n } };
	const map = new Map([['authorization', canary('map')], ['x', 'keep-map']]), raw = ['Cookie', canary('header'), 'Host', 'keep-host'];
	const url = 'https://user:' + canary('url') + '@host/', bearer = jwt, dict = { [jwt]: 'keep-under-token' };
	const copy = { elsewhere: password, list: [password] }, session = new Session();
	const secretBytes = { secret: Buffer.alloc(40000, canary('bytes')) }, bytes = { plain: Buffer.alloc(40000, 'keep-bytes') };
	const hugeToken = 'x'.repeat(12000) + canary('huge'), long = 'keep-long '.repeat(1500);
	const many = Array.from({ length: 6000 }, (_, i) => 'keep-' + i), tokens = { secret: Array.from({ length: 6000 }, (_, i) => canary('many-' + i)) };
	throw new Error('login failed for ' + url);
}
login(canary('password'));
`);
	const made = spawnSync(inspmort, ['run', '--dir', dir, '--', process.execPath, program, `--token=canary-argument`], { encoding: 'utf8', env: { ...process.env, INSPMORT_REDACT: '0' } });
	const file = path.join(dir, fs.readdirSync(dir).find((name) => name.startsWith('crash.')));
	assert.strictEqual(made.status, 1);
	const everything = (name) => {
		const plain = spawnSync('zstd', ['-dc', name], { maxBuffer: 1 << 28 });
		assert.strictEqual(plain.status, 0);
		return plain.stdout.toString('latin1') + ok('convert', name).stdout;
	};
	const canaries = (name) => [...new Set(everything(name).match(/canary-[a-z0-9-]+/g) ?? [])].sort();
	assert.ok(canaries(file).length > 6000); // the test would see them
	const result = ok('redact', '-o', out, file);
	assert.match(result.stderr, /^inspmort: wrote .*: 60\d\d values redacted, 0 were already\n$/);
	assert.deepStrictEqual(canaries(out), ['canary-customer']);
	const after = everything(out);
	for (const kept of ['keep-class', 'keep-plain', 'keep-map', 'keep-host', 'keep-under-token', 'keep-long', 'keep-5999', 'keep-byteskeep-bytes'])
		assert.ok(after.includes(kept), kept);
	assert.ok(!after.includes('eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'));
	const find = (...args) => ok('search', ...args).stdout.split('\n').slice(0, -1);
	assert.deepStrictEqual(find('--names', '-E', out, '^pin$'), ['frame 0 › config › pin = <redacted number>']);
	assert.match(ok('verify', out).stdout, /whole/);
	// All else is as it was: the same objects under the same numbers.
	const infos = [file, out].map((name) => JSON.parse(ok('info', '--json', name).stdout));
	for (const key of ['objects', 'frames', 'scripts', 'pid', 'time', 'signature'])
		assert.strictEqual(infos[0][key], infos[1][key], key);
	assert.ok(infos[1].redacted >= 6000);
	// Names of one's own; and a second time finds nothing.
	assert.match(ok('redact', '--names', 'CustomerID,other', '-o', out, file).stderr, /values redacted/);
	assert.deepStrictEqual(canaries(out), []);
	assert.match(ok('redact', '--names', 'customerId', '-o', path.join(dir, 'again.inspmort'), out).stderr, /: 0 values redacted, 60\d\d were already\n$/);

	for (const [args, status] of [[[file], 2], [['-o', out], 2], [['-o', out, path.join(dir, 'none')], 1], [['-o', path.join(dir, 'no/such/dir'), file], 1], [['-o', path.join(dir, 'x'), program], 1]]) {
		const bad = run('redact', ...args);
		assert.strictEqual(bad.status, status, args.join(' '));
		assert.match(bad.stderr, /^inspmort: [^\n]*\n$/);
	}
	assert.ok(!fs.existsSync(path.join(dir, 'x')));
	assert.deepStrictEqual(fs.readdirSync(dir).filter((name) => name.includes('partial')), []);
});

test('damaged files: what is left is searched, compared, converted and redacted', (t) => {
	const dir = temporaryDirectory(t), file = crash(dir, path.join(root, 'examples/nested.js')), damaged = path.join(dir, 'damaged.inspmort'), out = path.join(dir, 'out.inspmort');
	const bytes = fs.readFileSync(file);
	for (const at of [0.2, 0.4, 0.6])
		bytes[Math.floor(bytes.length * at)] ^= 0xff;
	fs.writeFileSync(damaged, bytes);
	const search = run('search', '--limit', '0', '--names', damaged, 'name');
	assert.strictEqual(search.status, 0, search.stderr);
	assert.match(search.stderr, /^inspmort: \d+ damaged blocks were passed over\n$/);
	const snapshot = JSON.parse(ok('convert', '--to', 'heapsnapshot', damaged).stdout);
	assert.strictEqual(snapshot.snapshot.node_count * 7, snapshot.nodes.length);
	assert.strictEqual(snapshot.snapshot.edge_count * 3, snapshot.edges.length);
	ok('diff', damaged, file);
	assert.match(ok('redact', '-o', out, damaged).stderr, /\ninspmort: \d+ parts of the damaged source are lost\n$/);
	assert.match(ok('verify', out).stdout, /whole/);
});
