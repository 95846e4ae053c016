// SPDX-License-Identifier: MIT
// Every command that takes a crash file, with what is none: one clear line, the right exit code.
'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { inspmort, temporaryDirectory } = require('../support/serve.js');

function run(...args) {
	return spawnSync(inspmort, args, { encoding: 'utf8', timeout: 20_000, stdio: ['ignore', 'pipe', 'pipe'] });
}

function expect(result, status, message) {
	assert.deepStrictEqual([result.signal, result.status, result.stdout], [null, status, ''], result.stderr);
	assert.match(result.stderr, message);
	assert.match(result.stderr, /^inspmort: [^\n]+\n$/);
}

const readers = [['show'], ['info'], ['info', '--json'], ['convert'], ['convert', '--to', 'text'], ['convert', '--to', 'jsonl']];

test('what is no crash file', async (t) => {
	const dir = temporaryDirectory(t);
	const cases = {
		missing: [path.join(dir, 'missing'), /No such file or directory/],
		directory: [dir, /./],
		empty: [path.join(dir, 'empty'), /./],
		text: [path.join(dir, 'text'), /./],
		zeros: [path.join(dir, 'zeros'), /./],
		device: ['/dev/null', /./],
		magic: [path.join(dir, 'magic'), /./],
	};
	fs.writeFileSync(cases.empty[0], '');
	fs.writeFileSync(cases.text[0], 'this is a letter, not a crash\n'.repeat(100));
	fs.writeFileSync(cases.zeros[0], Buffer.alloc(100_000));
	fs.writeFileSync(cases.magic[0], Buffer.concat([Buffer.from([0x5e, 0x2a, 0x4d, 0x18, 64, 0, 0, 0]), Buffer.from('INSPMORT')]));
	for (const [name, [file, message]] of Object.entries(cases))
		for (const command of readers)
			await t.test(`${command.join(' ')}: ${name}`, () => expect(run(...command, file), 1, message));

	await t.test('convert -o leaves nothing behind', () => {
		const out = path.join(dir, 'out.json');
		expect(run('convert', '-o', out, cases.text[0]), 1, /text/);
		assert.ok(!fs.existsSync(out));
		assert.deepStrictEqual(fs.readdirSync(dir).filter((name) => name.startsWith('.')), []);
	});
});

test('wrong use', async (t) => {
	const wrong = [
		[[], 2, null],
		[['no-such-command'], 2, /no such command: no-such-command/],
		...['show', 'info', 'convert'].flatMap((verb) => [
			[[verb], 2, /FILE is missing/],
			[[verb, 'a', 'b'], 2, /one argument too many: b/],
			[[verb, '--no-such-option', 'a'], 2, /no such option: --no-such-option \(/],
			[[verb, '-Q', 'a'], 2, /no such option: -Q/],
		]),
		[['show', '--frame'], 2, /--frame needs a value/],
		[['show', '--frame', 'x', 'a'], 2, /--frame is not a number: x/],
		[['show', '--frame=-1', 'a'], 2, /--frame is not a number: -1/],
		[['show', '--full=yes', 'a'], 2, /--full takes no value/],
		[['convert', '--to', 'pdf', 'a'], 2, /no such format: pdf \(/],
		[['convert', '--to', 'jsno', 'a'], 2, /no such format: jsno; did you mean 'json'\?/],
		[['shwo', 'a'], 2, /no such command: shwo; did you mean 'show'\?/],
		[['help', 'shwo'], 2, /no such command: shwo; did you mean 'show'\?/],
		[['show', '--farme', '2', 'a'], 2, /no such option: --farme; did you mean '--frame'\?/],
		[['run', '--quite', '--', 'a'], 2, /no such option: --quite; did you mean '--quiet'\?/],
		[['run', '--dir'], 2, /--dir needs a value/],
		[['attach', '--noww', 'a'], 2, /no such option: --noww; did you mean '--now'\?/],
		[['serve', '--tokne', 'a'], 2, /no such option: --tokne; did you mean '--token'\?/],
		[['serve', '--port'], 2, /--port needs a value/],
		[['list', '/no/such/directory'], 1, /\/no\/such\/directory: .*No such file/],
	];
	for (const [args, status, message] of wrong)
		await t.test(args.join(' ') || '(nothing)', () => {
			const result = run(...args);
			if (message)
				expect(result, status, message);
			else
				assert.strictEqual(result.status, status);
		});
});

test('--help: examples first, on stdout, exit 0', async (t) => {
	for (const verb of ['run', 'attach', 'register-path', 'list', 'info', 'show', 'print', 'convert', 'serve', 'import', 'search', 'diff', 'redact', 'prune', 'verify', 'recover'])
		await t.test(verb, () => {
			for (const option of ['--help', '-h']) {
				const result = run(verb, option);
				assert.deepStrictEqual([result.status, result.stderr], [0, '']);
				assert.match(result.stdout, new RegExp(`^inspmort ${verb} - .+\n\n  .*inspmort ${verb}[^]*\n\nUsage: inspmort ${verb}( .*)?\n`));
			}
		});
});

test('names that look like options', (t) => {
	const dir = temporaryDirectory(t);
	const result = spawnSync(inspmort, ['show', '--', '--help'], { encoding: 'utf8', cwd: dir });
	expect(result, 1, /--help: .*No such file/);
});
