// SPDX-License-Identifier: MIT
// What people of other command lines expect: names for FILE, standard input and output, terminals, completion.
'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { before, after, test } = require('node:test');
const { build, crashSource, inspmort } = require('../support/serve.js');

let dir, older, newer, pid;
const run = (args, options) => spawnSync(inspmort, args, { encoding: 'utf8', timeout: 30_000, cwd: dir, env: { ...process.env, INSPMORT_DIR: '' }, ...options });
const ok = (args, options) => {
	const result = run(args, options);
	assert.strictEqual(result.status, 0, `${args.join(' ')}: ${result.stderr}`);
	return result.stdout;
};
const fails = (args, stderr, options) => {
	const result = run(args, options);
	assert.deepStrictEqual([result.status, result.stdout.length, result.stderr], [1, 0, stderr]);
};
// The same on a terminal of so many columns.
const onTerminal = (command, columns = 80) =>
	spawnSync('script', ['-qec', `stty cols ${columns}; ${command}`, '/dev/null'], { encoding: 'utf8', cwd: dir, timeout: 30_000, env: { ...process.env, TERM: 'xterm', INSPMORT_DIR: '' } });

before(() => {
	dir = fs.mkdtempSync(path.join(require('node:os').tmpdir(), 'inspmort-test-'));
	older = crashSource(dir, 'older.js', `const order = { sku: 'A-17' }; throw new Error('older')`);
	newer = crashSource(dir, 'newer.js', `const order = { sku: 'B-4' }; throw new Error('newer')`);
	fs.writeFileSync(path.join(dir, 'zz.inspmort'), 'no crash file');
	pid = JSON.parse(ok(['info', '--json', older])).pid;
});
after(() => fs.rmSync(dir, { recursive: true, force: true }));

test('FILE may be a directory, a process id, standard input', () => {
	const shown = ok(['show', newer]);
	assert.match(shown, /^Error: newer\n/);
	assert.strictEqual(ok(['show', dir]), shown);
	assert.strictEqual(ok(['show', '.']), shown);
	assert.strictEqual(ok(['show', String(pid)]), ok(['show', older]));
	assert.strictEqual(ok(['show', String(pid)], { cwd: '/', env: { ...process.env, INSPMORT_DIR: dir } }), ok(['show', older]));
	assert.strictEqual(ok(['show', '-'], { input: fs.readFileSync(newer) }), shown);
	assert.strictEqual(ok(['print', '.', 'order.sku']), '"B-4"\n');
	assert.strictEqual(ok(['print', String(pid), 'order.sku']), '"A-17"\n');
	assert.match(ok(['search', '.', 'B-4']), /sku = "B-4"/);
	assert.match(ok(['info', '.']), new RegExp(`^file +${path.basename(newer)}$`, 'm'));
	assert.match(ok(['diff', String(pid), '.']), /newer/);
	assert.strictEqual(ok(['convert', '--to', 'text', '.']), ok(['convert', '--to', 'text', newer]));
	// A file of that name comes first.
	fs.copyFileSync(newer, path.join(dir, String(pid)));
	assert.strictEqual(ok(['show', String(pid)]), shown);
	fs.rmSync(path.join(dir, String(pid)));
	const empty = path.join(dir, 'empty');
	fs.mkdirSync(empty);
	fails(['show', empty], `inspmort: ${empty}: no crash files in it\n`);
	fails(['show', '2147483000'], 'inspmort: 2147483000: no such file, and no crash of that process in .\n');
	fails(['show', '-'], 'inspmort: standard input: not a crash file\n', { input: 'hello' });
	fails(['show', '-'], 'inspmort: standard input: not a crash file: empty\n', { input: '' });
});

test('-o: standard output, pipes, directories', () => {
	const copy = path.join(dir, 'copy');
	const binary = run(['redact', '-o', '-', newer], { encoding: 'buffer' });
	assert.strictEqual(binary.status, 0);
	fs.writeFileSync(copy, binary.stdout);
	assert.match(ok(['verify', copy]), /: whole: /);
	const json = path.join(dir, 'crash.json');
	fs.writeFileSync(json, ok(['convert', '-o', '-', newer]));
	const imported = run(['import', '-o', '-', json], { encoding: 'buffer' });
	assert.match(imported.stderr.toString(), /^inspmort: wrote standard output: /);
	fs.writeFileSync(copy, imported.stdout);
	assert.match(ok(['show', copy]), /^Error: newer\n/);
	const recovered = run(['recover', '-o', '-', newer], { encoding: 'buffer' });
	assert.match(recovered.stderr.toString(), /: whole: /);
	assert.strictEqual(spawnSync(inspmort, ['info', '-'], { input: recovered.stdout }).status, 0);
	fs.rmSync(copy);

	for (const args of [['convert', '-o', dir, newer], ['redact', '-o', dir, newer], ['import', '-o', dir, json], ['recover', '-o', dir, newer]]) {
		const result = run(args);
		assert.strictEqual(result.status, 1);
		assert.match(result.stderr, /^inspmort: .*: cannot write: Is a directory\n$/);
	}
	// A pipe stays a pipe.
	const pipe = path.join(dir, 'pipe');
	assert.strictEqual(spawnSync('mkfifo', [pipe]).status, 0);
	const through = spawnSync('sh', ['-c', '"$0" convert --to text -o pipe "$1" & cat pipe; wait', inspmort, newer], { encoding: 'utf8', cwd: dir, timeout: 30_000 });
	assert.match(through.stdout, /^Error: newer\n/);
	assert.ok(fs.statSync(pipe).isFIFO());
	assert.deepStrictEqual(fs.readdirSync(dir).filter((name) => name.includes('.partial')), []);
});

test('terminals', () => {
	for (const command of ['redact', 'recover'])
		assert.match(onTerminal(`${inspmort} ${command} -o - ${newer}`).stdout, /a crash file is binary, and this is a terminal\r\n$/);
	assert.match(onTerminal(`${inspmort} show ${newer}`).stdout, /\x1b\[/);
	for (const no of ['NO_COLOR=1', 'TERM=dumb'])
		assert.doesNotMatch(onTerminal(`export ${no}; ${inspmort} show ${newer}`).stdout, /\x1b/);
	assert.doesNotMatch(ok(['show', newer]), /\x1b/);
	// The whole of it in one line where there is room.
	assert.match(onTerminal(`${inspmort} list .`, 300).stdout, /^2.* newer\.js +Error: newer .*\.inspmort\r$/m);
});

test('progress is for terminals, and out of the way of the results', () => {
	const json = path.join(dir, 'many.json'), many = path.join(dir, 'many.crash');
	const value = (i) => ({ result: [{ name: 'n', value: { type: 'number', value: i, description: String(i) }, writable: true, configurable: true, enumerable: true, isOwn: true }] });
	fs.writeFileSync(json, JSON.stringify({ Paused: [], RemoteObjects: Object.fromEntries(Array.from({ length: 80_000 }, (_, i) => [i + 1, value(i)])) }));
	assert.doesNotMatch(run(['import', '-o', many, json]).stderr, /%/);
	const seen = onTerminal(`${inspmort} search --values -E ${many} '^7777.$'`, 100).stdout;
	assert.match(seen, /inspmort: \d+ %/);
	const lines = seen.split('\n').filter((line) => line.includes('n = '));
	assert.strictEqual(lines.length, 10);
	for (const line of lines) // nothing is left of the progress where a match begins
		assert.doesNotMatch(line.trimEnd().split('\r').at(-1), /%/);
	assert.strictEqual(run(['search', '--values', '-E', many, '^7777.$']).stderr, '');
	fs.rmSync(json);
	fs.rmSync(many);
});

test('a reader that goes away is no failure of ours', () => {
	for (const args of ['convert .', 'show --full .', 'convert --to jsonl .', 'list', 'search . ""', 'show --help']) {
		const result = spawnSync('bash', ['-c', `"$0" ${args} | head -c 1 >/dev/null; echo "\${PIPESTATUS[0]}"`, inspmort], { encoding: 'utf8', cwd: dir });
		assert.strictEqual(result.stderr.replace(/.*pattern is empty.*\n/, ''), '', args);
	}
});

test('a full disk is one line', () => {
	for (const args of [['show', newer], ['convert', newer], ['list', '.'], ['info', newer], ['print', newer, '1'], ['search', newer, 'sku'], ['diff', older, newer], ['verify', newer], ['register-path'], ['--help'], ['--version'], ['show', '--help'], ['convert', '--help']]) {
		const full = fs.openSync('/dev/full', 'w');
		const result = spawnSync(inspmort, args, { encoding: 'utf8', cwd: dir, stdio: ['ignore', full, 'pipe'] });
		fs.closeSync(full);
		assert.match(result.stderr, /^inspmort: [^\n]*\n$/, args.join(' '));
		assert.strictEqual(result.status, 1, args.join(' '));
	}
});

test('help', () => {
	const all = ok(['--help']);
	assert.strictEqual(ok(['help']), all);
	const rows = all.split('\nCommands:\n')[1].split('\n\n')[0].split('\n');
	assert.strictEqual(rows.length, 16);
	// One column where the summaries begin.
	for (const row of rows)
		assert.match(row, /^ {2}[a-z].{13} [a-z].{9,60}$/);
	for (const row of rows) {
		const [verb] = row.trim().split(' ');
		assert.strictEqual(ok(['help', verb]), ok([verb, '--help']), verb);
		for (const line of ok([verb, '--help']).split('\n'))
			assert.ok(line.length <= 95, `${verb}: ${line}`);
	}
});

test('completion in bash', () => {
	const script = path.join(build, 'docs/manual/inspmort.bash');
	const complete = (...words) => {
		const result = spawnSync('bash', ['-c', `. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _inspmort; printf '%s\\n' "\${COMPREPLY[@]}"`, script, ...words], { encoding: 'utf8', cwd: dir });
		assert.strictEqual(result.status, 0, result.stderr);
		assert.strictEqual(result.stderr, '');
		return result.stdout.split('\n').filter(Boolean).sort();
	};
	assert.deepStrictEqual(complete('inspmort', 're'), ['recover', 'redact', 'register-path']);
	assert.deepStrictEqual(complete('inspmort', 'show', '--f'), ['--frame', '--full']);
	assert.deepStrictEqual(complete('inspmort', 'show', 'zz'), ['zz.inspmort']);
	assert.deepStrictEqual(complete('inspmort', 'convert', '--to', 'j'), ['json', 'jsonl']);
	assert.deepStrictEqual(complete('inspmort', 'run', '--via', ''), ['agent', 'websocket']);
	assert.deepStrictEqual(complete('inspmort', 'help', 'sh'), ['show']);
	for (const [shell, file] of [['zsh', '_inspmort'], ['fish', 'inspmort.fish']])
		if (!spawnSync(shell, ['--version']).error)
			assert.strictEqual(spawnSync(shell, ['-n', path.join(build, 'docs/manual', file)]).status, 0, shell);
});

test('manual pages', (t) => {
	if (spawnSync('man', ['--version']).error)
		return t.skip('no man here');
	for (const name of fs.readdirSync(path.join(build, 'docs/manual')).filter((file) => file.endsWith('.1'))) {
		const page = spawnSync('man', ['--warnings', '-l', path.join(build, 'docs/manual', name)], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '100', MANROFFSEQ: '' } });
		assert.deepStrictEqual([page.status, page.stderr], [0, ''], name);
		assert.match(page.stdout, /NAME[^]*SYNOPSIS[^]*EXIT STATUS/);
	}
	return undefined;
});
