// SPDX-License-Identifier: MIT
'use strict';
// What the agent costs: while nothing happens, at start-up, for errors that are handled, and at a crash;
// beside V8's debugger switched on, and beside Sentry with local variables (its network is a stub). CPU
// time, variants interleaved, medians. INSPMORT_BUILD names the (release) build folder.
//
//   node tests/bench/agent [--rounds N] [--only PATTERN] [--node PATH]… [--slow] [--write]
//
// --write makes docs/bench-agent.md of it. The others are measured in every third round only.
const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawnSync } = require('child_process');
const { parseArgs } = require('util');
const names = require('./workloads');

const { values: options } = parseArgs({ options: {
	rounds: { type: 'string', default: '5' },
	only: { type: 'string', default: '' },
	node: { type: 'string', multiple: true },
	slow: { type: 'boolean' },
	write: { type: 'boolean' },
} });
const rounds = Number(options.rounds);
const build = process.env.INSPMORT_BUILD;
if (!build) throw new Error('INSPMORT_BUILD must name the build folder');
const nodes = options.node || require('../../support/nodes').filter((n) => n.major < 26).map((n) => n.path);
const root = path.join(__dirname, '../../..'), modules = path.join(root, 'tests/node_modules');

const out = fs.mkdtempSync(path.join(os.tmpdir(), 'inspmort-bench-'));
process.on('exit', () => fs.rmSync(out, { recursive: true, force: true }));
const env = { ...process.env, INSPMORT_DIR: out };

const variants = {
	plain: [],
	agent: ['--require', path.join(build, 'agent', 'register.js')],
	debugger: ['--require', path.join(__dirname, 'debugger.js')],
};
if (fs.existsSync(path.join(modules, '@sentry/node'))) {
	const preload = path.join(out, 'sentry.js');
	fs.writeFileSync(preload, `require(${JSON.stringify(path.join(modules, '@sentry/node'))}).init({
		dsn: 'https://public@127.0.0.1/1', includeLocalVariables: true, transport: () => ({ send: async () => ({}), flush: async () => true }) });`);
	variants.sentry = ['--require', preload];
} else {
	console.error('SKIPPED: Sentry is not installed (scripts/setup)');
}
const others = Object.keys(variants).slice(1);

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

// CPU microseconds and peak resident kilobytes of a whole process.
function whole(node, args) {
	const stat = path.join(out, 'time');
	const start = process.hrtime.bigint();
	const { stdout } = spawnSync('/usr/bin/time', ['-o', stat, '-f', '%U %S %M', node, ...args], { env, encoding: 'utf8' });
	const wall = Number(process.hrtime.bigint() - start) / 1000;
	const [user, system, rss] = fs.readFileSync(stat, 'utf8').trim().split('\n').pop().split(' ').map(Number);
	for (const file of fs.readdirSync(out)) if (file.endsWith('.inspmort')) fs.rmSync(path.join(out, file));
	return { cpu: (user + system) * 1e6, wall, rss, ...(stdout.startsWith('{') && JSON.parse(stdout)) };
}

function json(node, args) {
	const { stdout, stderr } = spawnSync(node, args, { env, encoding: 'utf8' });
	if (!stdout) throw new Error(`${args.join(' ')}: ${stderr}`);
	return JSON.parse(stdout);
}

function measure(run, which = Object.keys(variants), times = rounds) {
	const results = Object.fromEntries(which.map((name) => [name, []]));
	for (let i = 0; i < times; i++)
		for (const name of which)
			if (i % 3 === 0 || name === 'plain' || name === 'agent') results[name].push(run(variants[name]));
	return Object.fromEntries(which.map((name) => [name, Object.fromEntries(
		Object.keys(results[name][0]).map((key) => [key, median(results[name].map((r) => r[key]))]))]));
}

const page = [];
const line = (text = '') => { page.push(text); console.log(text); };
const row = (...cells) => line(`| ${cells.join(' | ')} |`);
const table = (...cells) => { line(); row(...cells); row(...cells.map(() => '---')); };
const ms = (us) => `${(us / 1000).toFixed(1)} ms`;
const mb = (kb) => `${(kb / 1024).toFixed(1)} MB`;

line('# The agent, measured');
line();
line(`\`node tests/bench/agent --write\` made this on ${os.cpus()[0].model.trim()}, ${os.cpus().length} processors. CPU time, variants interleaved,`);
line(`medians of ${rounds} rounds (the debugger and Sentry: ${Math.ceil(rounds / 3)}). "debugger" is V8's debugger left on, in mode \`uncaught\`; "sentry" is`);
line('`@sentry/node` with `includeLocalVariables` and a stub for its network. Ratios carry over to other machines, times do not.');

for (const node of nodes) {
	const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
	line();
	line(`## Node ${version}`);
	table('while nothing happens: CPU', 'plain', ...others);
	for (const name of names) {
		if (!name.includes(options.only)) continue;
		// The debugger takes 110 microseconds for each of these.
		const slow = name === 'Promise.reject().catch()' || name === 'await rejected, caught';
		const which = Object.keys(variants).filter((v) => options.slow || !slow || v === 'plain' || v === 'agent');
		const m = measure((args) => json(node, [...args, path.join(__dirname, 'workloads.js'), name]), which);
		row(name, ms(m.plain.cpu), ...others.map((v) => m[v] ? `${(m[v].cpu / m.plain.cpu).toFixed(2)}x` : '(`--slow`)'));
	}
	if ('start-up and crash'.includes(options.only)) {
		table('a whole process', 'plain: wall, CPU, peak RSS', ...others);
		for (const [name, program] of [['start-up', path.join(__dirname, 'empty.js')],
			['crash, small program', path.join(root, 'examples/nested.js')], ['crash, express', path.join(__dirname, 'express.js')]]) {
			if (name.includes('express') && !fs.existsSync(path.join(modules, 'express'))) {
				console.error('SKIPPED: express is not installed (scripts/setup)');
				continue;
			}
			const m = measure((args) => whole(node, [...args, program]));
			const more = (r) => `+ ${ms(r.wall - m.plain.wall)}, ${ms(r.cpu - m.plain.cpu)}, ${mb(r.rss - m.plain.rss)}`;
			row(name, `${ms(m.plain.wall)}, ${ms(m.plain.cpu)}, ${mb(m.plain.rss)}`, ...others.map((v) => more(m[v])));
		}
	}
	if (!'handled errors'.includes(options.only)) continue;
	table('errors that are handled, though V8 expects otherwise', 'the first', 'the next 19, each', 'a million more, each', 'RSS after 0.1 and 1 million');
	for (const kind of ['throws', 'rejections']) {
		const m = measure((args) => json(node, ['--expose-gc', ...args, path.join(__dirname, 'errors.js'), kind]), ['plain', 'agent'], 3);
		for (const v of ['plain', 'agent'])
			row(`${kind}, ${v}`, ms(m[v].first), ms(m[v].next), `${m[v].beyond.toFixed(2)} µs`, `${mb(m[v].rssEarly)}, ${mb(m[v].rssEnd)}`);
	}
}
if (options.write) fs.writeFileSync(path.join(root, 'docs/bench-agent.md'), `${page.join('\n')}\n`);
