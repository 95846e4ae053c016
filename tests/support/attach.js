// SPDX-License-Identifier: MIT
'use strict';
// A program to attach to, and `inspmort attach`.
const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { inspmort } = require('./agent');

function watch(t, child) {
	child.err = '';
	child.stderr.on('data', (d) => { child.err += d; });
	child.stdin.on('error', () => {}); // it may be dead already
	child.ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
	t.after(() => child.kill('SIGKILL'));
	return child;
}

// Runs a program until it has printed its first line, which is `line` then.
async function start(t, node, args, options) {
	const child = watch(t, spawn(node, args, options));
	child.line = await new Promise((resolve) => child.stdout.once('data', (d) => resolve(`${d}`.trim())));
	return child;
}

function attach(t, args, dir, env = {}) {
	return watch(t, spawn(inspmort, ['attach', ...args], { env: { ...process.env, INSPMORT_DIR: dir, ...env } }));
}

async function until(condition) {
	const end = Date.now() + 60000;
	while (!condition()) {
		if (Date.now() > end) throw new Error(`waited in vain for ${condition}`);
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

// The crash files of a folder; not those that are being written.
const files = (dir) => fs.readdirSync(dir).filter((name) => name.endsWith('.inspmort')).map((name) => path.join(dir, name));

module.exports = { start, attach, until, files };
