// SPDX-License-Identifier: MIT
// The documents: links lead somewhere, commands and options in them exist, the recording is of this program.
'use strict';

const assert = require('node:assert');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { inspmort, root } = require('../support/serve.js');

const documents = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: root, encoding: 'utf8' }).split('\n').filter((file) => file && fs.existsSync(path.join(root, file)));
const read = (file) => fs.readFileSync(path.join(root, file), 'utf8');
const withoutCode = (text) => text.replace(/^(```|~~~)[^]*?^\1/gm, '').replace(/^(?: {4}|\t).*$/gm, '').replace(/`[^`\n]*`/g, '');

// As GitHub makes them.
const anchors = (file) => new Set(read(file).split('\n').filter((line) => /^#+ /.test(line))
	.map((line) => line.replace(/^#+ /, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').trim().toLowerCase().replace(/[^\p{L}\p{N}\- _]/gu, '').replaceAll(' ', '-')));

test('links', () => {
	let count = 0;
	for (const file of documents)
		for (const [, target] of withoutCode(read(file)).matchAll(/\]\(([^)\s]+)\)/g)) {
			if (/^https?:/.test(target))
				continue;
			const [to, anchor] = target.split('#');
			const name = to ? path.normalize(path.join(path.dirname(file), to)) : file;
			assert.ok(fs.existsSync(path.join(root, name)), `${file}: ${target}`);
			if (anchor)
				assert.ok(anchors(name).has(anchor), `${file}: ${target}`);
			count++;
		}
	assert.ok(count > 10);
});

test('commands and options', () => {
	const help = new Map();
	const helpOf = (verb) => {
		if (!help.has(verb)) {
			const result = spawnSync(inspmort, [verb, '--help'], { encoding: 'utf8' });
			help.set(verb, result.status === 0 ? result.stdout : '');
		}
		return help.get(verb);
	};
	let count = 0;
	for (const file of documents)
		for (const [line, verb, rest] of read(file).matchAll(/(?:^ {4}(?:\$ )?|`)inspmort ([a-z][a-z-]*)([^`\n]*)/gm)) {
			assert.notStrictEqual(helpOf(verb), '', `${file}: ${line}`);
			// What follows "--" is another program's, what follows two spaces or a pipe is not ours.
			const ours = rest.split(/ -- | {2,}| \| |#/)[0];
			for (const [option] of ours.matchAll(/(?<= )--[a-z][a-z-]*/g))
				assert.ok(helpOf(verb).includes(option) || (verb === 'attach' && helpOf('run').includes(option)), `${file}: ${line}`);
			count++;
		}
	assert.ok(count > 20, `${count}`);
});

test('the recording', (t) => {
	if (spawnSync('script', ['--version']).error)
		return t.skip('no script(1) here');
	const text = (svg) => svg.replace(/<style>[^]*<\/style>|<[^>]*>/g, '\n').replace(/\n+/g, '\n');
	const now = text(execFileSync(process.execPath, [path.join(root, 'docs/recording.mjs'), inspmort], { encoding: 'utf8' }));
	// Node's own lines and the numbers of objects are another version's.
	const own = (recorded) => recorded.split('\n').filter((line) => !/node:|^Node\.js|^ *$/.test(line)).map((line) => line.replace(/#\d+$/, '#'));
	assert.deepStrictEqual(own(now), own(text(read('docs/recording.svg'))), 'run: node docs/recording.mjs build/release/bin/inspmort > docs/recording.svg');
	return undefined;
});
