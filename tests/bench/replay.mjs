#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Measures the server on a large file and prints a table. From the project's folder:
//
//   node tests/bench/replay.mjs [--objects 340000000] [--file FILE] [--build DIR] [--starts 20]
//
// Builds a release build of its own and a file of 10 GB (10 minutes, removed afterwards) unless they
// are given. Times mean something on a quiet machine only; memory and processor time on any.

import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import os from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const {values: options} = parseArgs({options: {objects: {type: 'string', default: '340000000'}, file: {type: 'string'}, build: {type: 'string'}, starts: {type: 'string', default: '20'}}});
const build = path.resolve(options.build ?? path.join(root, 'build/release'));
if (!options.build) {
	execFileSync('cmake', ['--preset', 'release'], {cwd: root, stdio: 'inherit'});
	execFileSync('cmake', ['--build', build, '--target', 'bench_format', 'inspmort'], {cwd: root, stdio: 'inherit'});
}
process.env.INSPMORT_BUILD = build;
const support = createRequire(import.meta.url)('../support/serve.js');

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'inspmort-bench-'));
process.on('exit', () => fs.rmSync(dir, {recursive: true, force: true}));
let file = options.file;
if (!file) {
	file = path.join(dir, 'large.inspmort');
	execFileSync(path.join(build, 'tests/bench/bench_format'), ['write', options.objects, file], {stdio: 'inherit'});
}

const cleanups = [];
const scope = {after: (fn) => cleanups.push(fn)};
const at = (list, part) => list.sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * part))];
const status = (pid, name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
const processor = (pid) => Number(fs.readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
// What the kernel has of the file in memory goes, as far as nobody has it mapped.
const chill = () => execFileSync('dd', [`of=${file}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none']);
const rows = [];
const row = (what, goal, value) => rows.push(`| ${what} | ${goal} | ${value} |`);

// --- From the start to the first list ------------------------------------------------------------

const walls = [], cpus = [];
for (let i = 0; i < Number(options.starts); i++) {
	const start = performance.now();
	const server = await support.serve(scope, [file]);
	await (await fetch(new URL('/json/list', server.url))).text();
	walls.push(performance.now() - start);
	cpus.push(processor(server.pid));
	await server.stop();
}
row('start to first /json/list, p50 / max', '≤ 20 ms', `${at(walls, 0.5).toFixed(1)} / ${at(walls, 1).toFixed(1)} ms, ${at(cpus, 0.5).toFixed(1)} ms of processor time`);

// --- Questions -----------------------------------------------------------------------------------

async function client() {
	const server = await support.serve(scope, [file]);
	const [target] = await (await fetch(new URL('/json/list', server.url))).json();
	const session = await support.session(target.webSocketDebuggerUrl);
	const {objectId} = (await session.call('Runtime.evaluate', {expression: '({})'})).result;
	return {server, session, prefix: objectId.replace(/\d+$/, '')};
}

let state = 42;
const random = (n) => {
	state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
	return Math.floor(state / 2 ** 32 * n);
};
const objects = JSON.parse(execFileSync(path.join(build, 'bin/inspmort'), ['info', '--json', file], {encoding: 'utf8'})).objects;
async function ask({session, prefix}, id) {
	const start = performance.now();
	const reply = await session.request('Runtime.getProperties', {objectId: prefix + id, ownProperties: true, generatePreview: true});
	/* Symbols have no properties. */
	if (reply.error && !/not an object/.test(reply.error.message)) throw new Error(`${id}: ${reply.error.message}`);
	return performance.now() - start;
}

async function series(who, count, id) {
	const times = [], processors = [];
	for (let i = 0, before = processor(who.server.pid), now; i < count; i++, before = now) {
		times.push(await ask(who, id()));
		processors.push((now = processor(who.server.pid)) - before);
	}
	const both = (list) => `${(at(list, 0.5) * 1000).toFixed(0)} µs / ${at(list, 0.99).toFixed(2)} ms`;
	return `${both(times)}; processor time ${both(processors)}`;
}

const anywhere = () => 1 + random(objects);
chill();
let who = await client();
row('getProperties anywhere, file not in memory, p50 / p99', '–', await series(who, 2000, anywhere));
await who.server.stop();
who = await client();
row('getProperties, cold, p50 / p99', 'p99 ≤ 5 ms', await series(who, 20000, anywhere));
row('memory beyond the mapping after 20,000 random requests', '≤ 64 MB', `${(status(who.server.pid, 'RssAnon') + status(who.server.pid, 'RssShmem')).toFixed(1)} MB`);
for (let i = 0; i < 200; i++) await ask(who, 1000 + i % 20);
row('getProperties, warm, p50 / p99', 'p50 ≤ 150 µs', await series(who, 20000, () => 1000 + random(20)));

const loaded = os.loadavg()[0].toFixed(1);
await who.server.stop();
for (const fn of cleanups) await fn();
console.log([`${(fs.statSync(file).size / 1e9).toFixed(2)} GB, ${objects.toLocaleString('en')} objects; ${os.cpus()[0].model}, ${os.cpus().length} processors, load ${loaded}, Node ${process.versions.node}`, '',
	'| what | goal | measured |', '|---|---|---|', ...rows].join('\n'));
process.exit(0);
