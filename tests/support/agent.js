// SPDX-License-Identifier: MIT
'use strict';
// Runs a program twice, without and with the agent, and tells what differed.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const build = process.env.INSPMORT_BUILD;
if (!build) throw new Error('INSPMORT_BUILD must name the build folder');

const register = path.join(build, 'agent', 'register.js');
const inspmort = path.join(build, 'bin', 'inspmort');

// Cleaning up in reverse order, which t.after() does not.
const undos = new WeakMap();

function undo(t, step) {
	if (!undos.has(t)) {
		undos.set(t, []);
		t.after(() => undos.get(t).reverse().forEach((each) => each()));
	}
	undos.get(t).push(step);
}

// A folder of its own for each test, removed afterwards.
function folder(t) {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'inspmort-agent-'));
	undo(t, () => fs.rmSync(dir, { recursive: true, force: true }));
	return dir;
}

function environment(more) {
	const env = { ...process.env, ...more };
	for (const name of Object.keys(env))
		if (env[name] === undefined || (/^(INSPMORT_|NODE_)/.test(name) && !(name in (more || {}))))
			delete env[name];
	return env;
}

// node [options] program [args] → {code, signal, stdout, stderr, said}; `said` are the agent's lines.
function run(node, args, { env, cwd, input, timeout = 60000 } = {}) {
	const result = spawnSync(node, args,
		{ env: environment(env), cwd, input, encoding: 'latin1', timeout, maxBuffer: 1 << 28 });
	if (result.error) throw result.error;
	const lines = result.stderr.match(/[^\n]*\n|[^\n]+$/g) || [];
	return {
		code: result.status, signal: result.signal, stdout: result.stdout,
		stderr: lines.filter((line) => !line.startsWith('inspmort:')).join(''),
		said: lines.filter((line) => line.startsWith('inspmort:')),
	};
}

function withAgent(node, args, dir, { env, ...rest } = {}) {
	const result = run(node, ['--require', register, ...args],
		{ env: { INSPMORT_DIR: dir, ...env }, ...rest });
	result.files = fs.readdirSync(dir).sort().map((name) => path.join(dir, name));
	return result;
}

// What the crash file says, as the JSON contract has it.
function convert(file) {
	const result = spawnSync(inspmort, ['convert', file], { encoding: 'utf8', maxBuffer: 1 << 30 });
	if (result.status !== 0) throw new Error(`convert: ${result.status} ${result.stderr}`);
	return JSON.parse(result.stdout);
}

// The variables of a frame's scopes of one type: name → RemoteObject.
function variables(crash, frame, type = 'local') {
	const found = {};
	for (const scope of frame.scopeChain)
		if (scope.type === type)
			for (const { name, value } of crash.RemoteObjects[scope.object.objectId].result)
				found[name] = value;
	return found;
}

module.exports = { build, register, inspmort, undo, folder, run, withAgent, convert, variables };
