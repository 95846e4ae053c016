// SPDX-License-Identifier: MIT
'use strict';
// `inspmort run` and `register-path`, from the build tree and once installed, also where the path has a space.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { execFileSync, spawnSync } = require('node:child_process');
const { build, inspmort, folder, convert, variables } = require('../support/agent');

function setup(t) {
	const dir = folder(t), program = path.join(dir, 'program.js'), out = path.join(dir, 'out');
	fs.mkdirSync(out);
	fs.writeFileSync(program, `if (process.argv[2] === 'kill') process.kill(process.pid, 'SIGTERM');
		else if (process.argv[2]) process.exit(Number(process.argv[2]));
		else (function f() { const local = process.execArgv.concat('x'); null.x; })();`);
	return { dir, program, out };
}

function runs(command, { program, out }) {
	const env = { ...process.env, NODE_OPTIONS: '--stack-trace-limit=3', INSPMORT_DIR: '' };
	const run = (...args) => spawnSync(command, ['run', '--dir', out, '--', process.execPath, program, ...args], { env, encoding: 'utf8' });
	assert.strictEqual(run('5').status, 5);
	assert.strictEqual(run('kill').signal, 'SIGTERM');
	assert.deepStrictEqual(fs.readdirSync(out), []);
	const crashed = run();
	const files = fs.readdirSync(out);
	assert.deepStrictEqual([crashed.status, files.length], [1, 1], crashed.stderr);
	assert.strictEqual(crashed.stderr.match(/^ {4}at /gm).length, 3);
	assert.ok(crashed.stderr.endsWith(`inspmort: wrote ${path.join(out, files[0])}\n`), crashed.stderr);
	const crash = convert(path.join(out, files[0]));
	assert.ok(variables(crash, crash.Paused[0].callFrames[0]).local);
}

test('from the build tree', (t) => {
	runs(inspmort, setup(t));
	assert.strictEqual(execFileSync(inspmort, ['register-path'], { encoding: 'utf8' }), path.join(fs.realpathSync(build), 'agent', 'register.js') + '\n');
});

test('installed, in a folder with a space in its name', (t) => {
	const place = setup(t), prefix = path.join(place.dir, 'pre fix');
	execFileSync('cmake', ['--install', build, '--prefix', prefix], { stdio: 'ignore' });
	const installed = path.join(prefix, 'bin', 'inspmort');
	const found = execFileSync(installed, ['register-path'], { encoding: 'utf8' }).trim();
	assert.ok(found.startsWith(prefix) && fs.existsSync(found), found);
	runs(installed, place);
});

test('register-path without the agent', (t) => {
	const dir = folder(t), alone = path.join(dir, 'inspmort');
	fs.copyFileSync(inspmort, alone);
	const result = spawnSync(alone, ['register-path'], { encoding: 'utf8' });
	assert.deepStrictEqual([result.status, result.stdout], [1, '']);
	assert.match(result.stderr, /^inspmort: the agent \(register\.js\) is not installed beside .*\n$/);
});
