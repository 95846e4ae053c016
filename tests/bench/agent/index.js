// SPDX-License-Identifier: MIT
'use strict';
// What the agent costs: while nothing happens, at start-up, and at a crash. CPU time, variants interleaved,
// medians. INSPMORT_BUILD names the (release) build folder.
//
//   node tests/bench/agent [--rounds N] [--only PATTERN] [--node PATH]… [--slow] [--sentry FOLDER]
//
// --sentry names a folder whose node_modules has @sentry/node.
const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawnSync } = require('child_process');
const { parseArgs } = require('util');
const names = require('./workloads');

const { values: options } = parseArgs({ options: {
	rounds: { type: 'string', default: '7' },
	only: { type: 'string', default: '' },
	node: { type: 'string', multiple: true },
	sentry: { type: 'string' },
	slow: { type: 'boolean' },
} });
const rounds = Number(options.rounds);
const build = process.env.INSPMORT_BUILD;
if (!build) throw new Error('INSPMORT_BUILD must name the build folder');
const nodes = options.node || require('../../support/nodes').map((n) => n.path);

const out = fs.mkdtempSync(path.join(os.tmpdir(), 'inspmort-bench-'));
process.on('exit', () => fs.rmSync(out, { recursive: true, force: true }));
const env = { ...process.env, INSPMORT_DIR: out };

const variants = {
	plain: [],
	agent: ['--require', path.join(build, 'agent', 'register.js')],
	debugger: ['--require', path.join(__dirname, 'debugger.js')],
};
if (options.sentry) {
	const preload = path.join(out, 'sentry.js');
	fs.writeFileSync(preload, `require(${JSON.stringify(path.resolve(options.sentry, 'node_modules/@sentry/node'))}).init({
		dsn: 'https://public@127.0.0.1/1', includeLocalVariables: true, transport: () => ({ send: async () => ({}), flush: async () => true }) });`);
	variants.sentry = ['--require', preload];
} else {
	console.error('SKIPPED: Sentry (--sentry FOLDER)');
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

// CPU microseconds and peak resident kilobytes of a whole process.
function whole(node, args) {
	const stat = path.join(out, 'time');
	const start = process.hrtime.bigint();
	spawnSync('/usr/bin/time', ['-o', stat, '-f', '%U %S %M', node, ...args], { env, stdio: 'ignore' });
	const wall = Number(process.hrtime.bigint() - start) / 1000;
	const [user, system, rss] = fs.readFileSync(stat, 'utf8').trim().split('\n').pop().split(' ').map(Number);
	return { cpu: (user + system) * 1e6, wall, rss };
}

function workload(node, args, name) {
	const { stdout, stderr } = spawnSync(node, [...args, path.join(__dirname, 'workloads.js'), name], { env, encoding: 'utf8' });
	const [cpu, rss] = stdout.trim().split(' ').map(Number);
	if (!cpu) throw new Error(`${name}: ${stderr}`);
	return { cpu, rss };
}

function measure(run, which = Object.keys(variants)) {
	const results = Object.fromEntries(which.map((name) => [name, []]));
	for (let i = 0; i < rounds; i++)
		for (const name of which) results[name].push(run(variants[name]));
	return Object.fromEntries(which.map((name) => [name, Object.fromEntries(
		Object.keys(results[name][0]).map((key) => [key, median(results[name].map((r) => r[key]))]))]));
}

const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);
const ms = (us) => `${(us / 1000).toFixed(1)} ms`;

for (const node of nodes) {
	const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
	const others = Object.keys(variants).slice(1);
	console.log(`\n## Node ${version}, ${rounds} rounds\n`);
	row('workload, CPU', 'plain', ...others);
	row('---', '---', ...others.map(() => '---'));
	for (const name of names) {
		if (!name.includes(options.only)) continue;
		// The debugger takes 110 microseconds for each of these.
		const which = Object.keys(variants).filter((v) => v !== 'debugger' || name !== 'Promise.reject().catch()' || options.slow);
		const m = measure((args) => workload(node, args, name), which);
		row(name, ms(m.plain.cpu), ...others.map((v) => m[v] ? `${(m[v].cpu / m.plain.cpu).toFixed(2)}x` : '(--slow)'));
	}
	if (!'start-up and crash'.includes(options.only)) continue;
	console.log('');
	row('whole process', 'plain: wall, CPU, peak RSS', ...others);
	row('---', '---', ...others.map(() => '---'));
	const examples = path.join(__dirname, '..', '..', '..', 'examples');
	const express = path.join(__dirname, 'express.js');
	for (const [name, program] of [['start-up', path.join(__dirname, 'empty.js')],
		['crash, small program', path.join(examples, 'nested.js')], ['crash, express', express]]) {
		if (program === express && !fs.existsSync(path.join(__dirname, '../../node_modules/express'))) {
			console.error('SKIPPED: express is not installed (scripts/setup)');
			continue;
		}
		const m = measure((args) => whole(node, [...args, program]));
		const show = (r) => `${ms(r.wall)}, ${ms(r.cpu)}, ${(r.rss / 1024).toFixed(1)} MB`;
		const more = (r) => `${ms(r.wall - m.plain.wall)}, ${ms(r.cpu - m.plain.cpu)}, ${((r.rss - m.plain.rss) / 1024).toFixed(1)} MB`;
		row(name, show(m.plain), ...others.map((v) => `+ ${more(m[v])}`));
	}
}
