// SPDX-License-Identifier: MIT
'use strict';
// Whatever way people run Node: with NODE_OPTIONS pointing to the agent the program does the same as
// without, byte for byte, and a file is there when a process died.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const nodes = require('../support/nodes');
const { folder, run, register, inspmort } = require('../support/agent');

const modules = path.join(__dirname, '../node_modules');
const dies = `function dies(a) { const local = [a]; null.x; } setTimeout(dies, 1, 7);\n`;
const esbuild = (...args) => {
	const { status, stderr } = spawnSync(path.join(modules, 'esbuild/bin/esbuild'), args, { encoding: 'utf8' });
	assert.strictEqual(status, 0, stderr);
};

// args: what Node is given; command(node): what is run instead; leaves: how many files.
const cases = [
	{ name: 'a script from stdin', args: ['-'], input: dies, leaves: 1, everywhere: true },
	{ name: 'a script from stdin without a dash', args: [], input: dies, leaves: 1 },
	{ name: 'node -e', args: ['-e', dies], leaves: 1, everywhere: true },
	{ name: 'node -e as an ES module', args: ['--input-type=module', '-e', dies], leaves: 1 },
	{ name: 'node -p', args: ['-p', '[1, 2]'], leaves: 0, everywhere: true },
	{ name: 'node --check', files: { 'p.js': dies }, args: ['--check', 'p.js'], leaves: 0 },
	{ name: 'no such program', args: ['none.js'], leaves: 1 },
	{ name: 'a syntax error', files: { 'p.js': 'let x = ;' }, args: ['p.js'], leaves: 1 },
	{ name: 'a REPL that goes on after errors', args: ['-i'], everywhere: true, leaves: 0,
		input: `function f(a) { throw new Error('x' + a) }\nf(2)\n_error.message\nPromise.reject(new Error('r'))\n1 + 1\n.exit\n` },
	{ name: 'a package of ES modules only', args: ['main.js'], leaves: 1, everywhere: true,
		files: { 'package.json': '{ "type": "module" }', 'main.js': `import { go } from './go.js'; await null; go();`,
			'go.js': `export const go = () => setTimeout(function late() { const local = 1; null.x; }, 1);` } },
	{ name: '--enable-source-maps', args: ['--enable-source-maps', 'out.js'], leaves: 1, everywhere: true, prepare(dir) {
		fs.writeFileSync(path.join(dir, 'p.ts'), `interface A { x: number }\nfunction f(a: A) { const local = [a];\n\treturn (null as any).x; }\nf({ x: 1 });\n`);
		esbuild(path.join(dir, 'p.ts'), '--sourcemap=inline', '--minify', `--outfile=${path.join(dir, 'out.js')}`, '--log-level=error');
	} },
	{ name: 'an express application bundled into one minified file', args: ['bundle.js'], leaves: 1, everywhere: true, prepare(dir) {
		fs.symlinkSync(modules, path.join(dir, 'node_modules'));
		fs.writeFileSync(path.join(dir, 'app.js'), `const express = require('express');
			class Order { constructor(id) { this.id = id; } total(rate) { const both = [this.id, rate]; if (rate > 1) throw new Error('bad rate ' + rate); return both; } }
			const app = express();
			app.get('/x', (req, res) => { const order = new Order(7); setImmediate(() => order.total(2)); res.end(); });
			const server = app.listen(0, '127.0.0.1', () => require('http').get({ port: server.address().port, path: '/x' }).on('error', () => {}));`);
		esbuild(path.join(dir, 'app.js'), '--bundle', '--minify', '--sourcemap', '--platform=node', `--outfile=${path.join(dir, 'bundle.js')}`, '--log-level=error');
	}, check(file) {
		const { stdout } = spawnSync(inspmort, ['show', file], { encoding: 'utf8' });
		assert.match(stdout, /#0 total \(.*app\.js:2:/);
		assert.match(stdout, / = \[7, 2\]\n/);
	} },
	{ name: 'a single executable', leaves: 1, everywhere: true, since: 26, // builds it without further tools
		files: { 'p.js': dies, 'sea.json': '{ "main": "p.js", "output": "app", "disableExperimentalSEAWarning": true }' },
		prepare(dir, node) { assert.strictEqual(run(node, ['--build-sea', 'sea.json'], { cwd: dir }).code, 0); },
		command: () => ['./app', []] },
	{ name: 'TypeScript through tsx', files: { 'p.ts': `interface A { x: number }\nfunction f(a: A) {\n\tconst local = [a];\n\treturn (null as any).x;\n}\nsetTimeout(f, 1, { x: 1 });\n` },
		args: ['--import', path.join(modules, 'tsx/dist/loader.mjs'), 'p.ts'], leaves: 1 },
	{ name: 'building a snapshot, and starting from it', leaves: 1, everywhere: true,
		files: { 'p.js': `globalThis.kept = { a: 1 }; require('v8').startupSnapshot.setDeserializeMainFunction(() => { ${dies} });` },
		command: (node) => ['sh', ['-c', `"${node}" --snapshot-blob s.blob --build-snapshot p.js && exec "${node}" --snapshot-blob s.blob main.js`]] },
	{ name: 'a child, forked and spawned, that dies', args: ['p.js'], leaves: 2, everywhere: true, files: { 'p.js': `const cp = require('child_process');
		if (process.argv[2]) (function f(a) { throw new Error('child ' + a); })(process.argv[2]);
		cp.fork(__filename, ['1'], { silent: true }).on('exit', (code) => { console.log(code,
			cp.execFileSync(process.execPath, ['-p', '1 + 1'], { encoding: 'utf8' }),
			cp.spawnSync(process.execPath, [__filename, '2'], { encoding: 'utf8' }).status); });` } },
	{ name: 'a domain without a handler', args: ['p.js'], leaves: 1,
		files: { 'p.js': `require('domain').create().run(() => { ${dies} });` } },
	{ name: 'a domain whose handler throws', args: ['p.js'], leaves: 2, files: { 'p.js': `const d = require('domain').create();
		d.on('error', (e) => { throw new Error('from the handler: ' + e.message); }); d.run(() => { ${dies} });` } },
	{ name: 'SIGUSR1 is the program\'s', args: ['p.js'], leaves: 1, files: { 'p.js': `process.on('SIGUSR1', function usr1() { console.log('usr1'); null.x; });
		process.kill(process.pid, 'SIGUSR1'); setTimeout(() => {}, 1000);` } },
	{ name: '--trace-uncaught', files: { 'p.js': dies }, args: ['--trace-uncaught', 'p.js'], leaves: 1 },
	{ name: 'a program that is not there for --import', args: ['--import', './none.mjs', '-p', '1'], leaves: 1 },
	{ name: 'an exit code of the program\'s own', args: ['-e', `process.on('exit', () => { process.exitCode = 42; }); ${dies}`], leaves: 1 },
	{ name: 'a handler that ends the process with code 7', args: ['p.js'], leaves: 1, files: { 'p.js': `
		process.on('uncaughtException', (e) => { if (e.message === 'second') process.exit(7); });
		setTimeout(() => { throw new Error('first'); }, 1); setTimeout(() => { throw new Error('second'); }, 1);` } },
	{ name: 'npm run', leaves: 1, npm: true, command: () => ['npm', ['run', 'start', '--loglevel=error']],
		files: { 'package.json': '{ "scripts": { "start": "node p.js" } }', 'p.js': dies } },
	{ name: 'npx', leaves: 1, npm: true, command: () => ['npx', ['--no', 'tool']], prepare(dir) {
		const tool = path.join(dir, 'node_modules/tool'), bin = path.join(dir, 'node_modules/.bin');
		fs.mkdirSync(tool, { recursive: true });
		fs.mkdirSync(bin);
		fs.writeFileSync(path.join(tool, 'package.json'), '{ "name": "tool", "version": "1.0.0", "bin": { "tool": "tool.js" } }');
		fs.writeFileSync(path.join(tool, 'tool.js'), `#!/usr/bin/env node\n${dies}`, { mode: 0o755 });
		fs.symlinkSync('../tool/tool.js', path.join(bin, 'tool'));
	} },
	{ name: 'node --watch', leaves: 1, command: (node) => ['sh', ['-c', // it waits for a change when the program has died
		`mkfifo out; "${node}" --watch p.js > out 2>&1 & while read -r line; do case $line in *'restart'*|*'Failed running'*) kill $!; break;; esac; done < out; echo "$line"`]],
		files: { 'p.js': dies } },
];

const anyOf = (text) => text.replace(/\(node:\d+\)/g, '(node:N)').replace(/^.*A complete log of this run.*\n.*\n/mg, '');

for (const [index, { major, path: node }] of nodes.entries())
	for (const { name, args, command, input, files = {}, prepare, leaves, check, everywhere, since = 0 } of cases) {
		if ((index && !everywhere) || major < since) continue;
		test(`Node ${major}: ${name}`, (t) => {
			const dir = folder(t), out = folder(t);
			for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(dir, file), text);
			prepare?.(dir, node);
			const [program, argv] = command ? command(node) : [node, args];
			const once = (env) => {
				const { said, ...result } = run(program, argv, { cwd: dir, input, env: { PATH: `${path.dirname(node)}:${process.env.PATH}`, ...env } });
				fs.rmSync(path.join(dir, 'out'), { force: true });
				return { ...result, stderr: anyOf(result.stderr) };
			};
			const plain = once({});
			const agent = once({ NODE_OPTIONS: `--require ${register}`, INSPMORT_DIR: out });
			assert.deepStrictEqual(agent, plain);
			const left = fs.readdirSync(out).map((file) => path.join(out, file));
			assert.strictEqual(left.length, leaves, left.join());
			check?.(left[0]);
		});
	}
