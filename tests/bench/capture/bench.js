// SPDX-License-Identifier: MIT
'use strict';
/*
 * The capture engine against a plain walk by Runtime.getProperties and against V8's own heap
 * snapshot, on the same graphs. CPU time is what counts: the machine may be busy.
 *   INSPMORT_BUILD=build/release node tests/bench/capture/bench.js [objects…]
 */
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');
const WebSocket = require('ws');

const build = process.env.INSPMORT_BUILD;
if (!build) throw new Error('INSPMORT_BUILD must name the build folder');
const inspmort = path.join(build, 'bin', 'inspmort');
const graph = path.join(__dirname, 'graph.js');
const rounds = Number(process.env.ROUNDS || 3);
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'inspmort-bench-'));
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

// Peak memory and CPU time of a process, read until it ends.
function observe(child) {
	const seen = { rss: 0, cpu: 0 };
	const timer = setInterval(() => {
		try {
			const status = fs.readFileSync(`/proc/${child.pid}/status`, 'utf8');
			seen.rss = Math.max(seen.rss, 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
			const stat = fs.readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
			seen.cpu = (Number(stat[11]) + Number(stat[12])) * 10;
		} catch { /* it has ended */ }
	}, 5);
	return new Promise((resolve) => child.on('exit', () => { clearInterval(timer); resolve(seen); }));
}

async function capture(program, args) {
	const child = spawn(inspmort, ['run', '--via', 'websocket', '--dir', dir, '--max-objects', '100000000',
		'--max-bytes', '10000000000', '--max-time-ms', '600000', '--', process.execPath, program, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
	let out = '';
	child.stdout.on('data', (d) => { out += d; });
	const seen = await observe(child);
	const file = fs.readdirSync(dir).find((name) => name.endsWith('.inspmort'));
	const info = JSON.parse(spawnSync(inspmort, ['info', '--json', path.join(dir, file)], { encoding: 'utf8' }).stdout);
	fs.unlinkSync(path.join(dir, file));
	const target = /^\{.*\}$/m.test(out) ? JSON.parse(/^\{.*\}$/m.exec(out)[0]) : { cpu: NaN, rss: NaN };
	return { objects: info.objects, ms: info.captureMs, cpu: target.cpu + seen.cpu, capturerRss: seen.rss,
		targetRss: target.rss, bytes: info.bytes };
}

// Depth first over getProperties, every mention an object of its own: what a plain client does.
async function plainWalk(count, limit) {
	const child = spawn(process.execPath, ['--inspect-brk=127.0.0.1:0', graph, String(count)],
		{ stdio: ['ignore', 'ignore', 'pipe'] });
	const url = await new Promise((resolve) => child.stderr.on('data', (d) => {
		const found = /ws:\S+/.exec(d);
		if (found) resolve(found[0]);
	}));
	const ws = new WebSocket(url, { perMessageDeflate: false }), waiting = new Map();
	let id = 0, bytes = 0, paused;
	const send = (method, params = {}) => new Promise((resolve) => {
		waiting.set(++id, resolve);
		ws.send(JSON.stringify({ id, method, params }));
	});
	await new Promise((resolve) => ws.on('open', resolve));
	const crashed = new Promise((resolve) => ws.on('message', (text) => {
		bytes += text.length;
		const message = JSON.parse(text);
		if (message.id) return waiting.get(message.id)(message.result);
		if (message.method === 'Debugger.paused' && message.params.reason === 'exception') resolve(message.params);
		else if (message.method === 'Debugger.paused') send('Debugger.resume');
	}));
	for (const [method, params] of [['Runtime.enable'], ['Debugger.enable'],
		['Debugger.setPauseOnExceptions', { state: 'uncaught' }], ['Runtime.runIfWaitingForDebugger']])
		await send(method, params);
	paused = await crashed;
	const cpu = () => {
		const stat = fs.readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
		return (Number(stat[11]) + Number(stat[12])) * 10;
	};
	const queue = paused.callFrames[0].scopeChain.filter((s) => s.type !== 'global').map((s) => s.object.objectId);
	const start = process.hrtime.bigint(), cpuBefore = cpu(), own = process.cpuUsage();
	bytes = 0;
	let objects = 0;
	for (; objects < limit && objects < queue.length; objects++) {
		const { result } = await send('Runtime.getProperties', { objectId: queue[objects], ownProperties: true });
		for (const p of result) if (p.value?.objectId) queue.push(p.value.objectId);
	}
	const { user, system } = process.cpuUsage(own);
	const seen = { objects, ms: Number(process.hrtime.bigint() - start) / 1e6,
		cpu: cpu() - cpuBefore + (user + system) / 1e3, bytes };
	child.kill('SIGKILL');
	ws.terminate();
	return seen;
}

async function main() {
	const sizes = process.argv.slice(2).map(Number);
	const rows = [];
	for (const size of sizes.length ? sizes : [200000, 2000000]) {
		const ours = [], plain = [], snapshots = [];
		for (let i = 0; i < rounds; i++) {
			ours.push(await capture(graph, [String(size)]));
			plain.push(await plainWalk(Math.min(size, 200000), 5000));
			snapshots.push(JSON.parse(spawnSync(process.execPath,
				[graph, String(size), 'snapshot', path.join(dir, 'heap.heapsnapshot')], { encoding: 'utf8' }).stdout));
			fs.unlinkSync(path.join(dir, 'heap.heapsnapshot'));
		}
		const objects = ours[0].objects, of = (list, f) => median(list.map(f));
		rows.push([`inspmort, ${size} objects`, objects / of(ours, (r) => r.ms) * 1e3, objects / of(ours, (r) => r.cpu) * 1e3,
			of(ours, (r) => r.bytes) / objects, of(ours, (r) => r.capturerRss) / 2 ** 20, of(ours, (r) => r.targetRss) / objects]);
		rows.push([`getProperties, ${size} objects (first 5000)`, of(plain, (r) => r.objects / r.ms) * 1e3,
			of(plain, (r) => r.objects / r.cpu) * 1e3, of(plain, (r) => r.bytes / r.objects), NaN, NaN]);
		rows.push([`writeHeapSnapshot, ${size} objects`, objects / of(snapshots, (r) => r.ms) * 1e3,
			objects / of(snapshots, (r) => r.cpu) * 1e3, of(snapshots, (r) => r.bytes) / objects, NaN, NaN]);
	}
	const express = [];
	for (let i = 0; i < rounds; i++) express.push(await capture(path.join(__dirname, '..', 'express-app.js'), []));
	rows.push([`inspmort, express application, ${express[0].objects} objects`, median(express.map((r) => r.objects / r.ms)) * 1e3,
		NaN, median(express.map((r) => r.bytes)) / express[0].objects, median(express.map((r) => r.capturerRss)) / 2 ** 20, NaN]);
	const cell = (n, digits = 0) => (Number.isFinite(n) ? n.toFixed(digits) : '–');
	console.log('| what | objects/s | objects per CPU second, both sides | bytes/object | capturer, MiB | target, extra bytes/object |');
	console.log('|---|---|---|---|---|---|');
	for (const [what, rate, cpu, bytes, rss, extra] of rows)
		console.log(`| ${what} | ${cell(rate)} | ${cell(cpu)} | ${cell(bytes, 1)} | ${cell(rss, 1)} | ${cell(extra)} |`);
	fs.rmSync(dir, { recursive: true });
}

main();
