// SPDX-License-Identifier: MIT
'use strict';
// node workloads.js NAME: runs one workload twice, the first time to warm up, and prints the CPU time of
// the second in microseconds.

const tick = () => new Promise((resolve) => setImmediate(resolve));

// A chain of dependent awaits through several layers, as a request that asks a database a few times.
async function doxbee(n) {
	const query = async (x) => x + 1;
	const blob = async (x) => { const id = await query(x); return { id, size: await query(id) }; };
	const version = async (b) => { const v = await query(b.id); await query(v); return { blob: b, v }; };
	async function upload(i) {
		const b = await blob(i);
		const v = await version(b);
		const file = await query(v.v);
		await query(file);
		return file;
	}
	let sum = 0;
	for (let i = 0; i < n; i++) sum += await upload(i);
	return sum;
}

function doxbeePromises(n) {
	const query = (x) => Promise.resolve(x).then((y) => y + 1);
	const upload = (i) => query(i).then((b) => query(b)).then((v) => query(v)).then((f) => query(f).then(() => f));
	let chain = Promise.resolve(0);
	for (let i = 0; i < n; i++) chain = chain.then((sum) => upload(i).then((f) => sum + f));
	return chain;
}

async function fib(n) {
	return n < 2 ? n : await fib(n - 1) + await fib(n - 2);
}

async function parallel(n) {
	const one = async (i) => { await null; return i; };
	for (let i = 0; i < n; i++) await Promise.all(Array.from({ length: 25 }, (_, k) => one(k)));
}

function throwCatch(n) {
	const deep = (d) => { if (!d) throw new Error('x'); return deep(d - 1); };
	for (let i = 0; i < n; i++) try { deep(8); } catch { /* what is measured */ }
}

async function awaitRejected(n) {
	const fails = async () => { throw 1; };
	for (let i = 0; i < n; i++) try { await fails(); } catch { /* what is measured */ }
}

async function rejectCatch(n) {
	for (let i = 0; i < n; i++) await Promise.reject(i).catch(() => {});
}

async function http(n) {
	const { createServer, get, Agent } = require('http');
	const agent = new Agent({ keepAlive: true, maxSockets: 8 });
	const server = createServer((request, response) => response.end(JSON.stringify({ url: request.url })));
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	const ask = () => new Promise((resolve, reject) => {
		get({ port: server.address().port, agent, path: '/x' }, (r) => { r.resume(); r.on('end', resolve); }).on('error', reject);
	});
	for (let i = 0; i < n; i += 8) await Promise.all(Array.from({ length: 8 }, ask));
	agent.destroy();
	server.close();
}

// How often each is run, for some hundred milliseconds.
const workloads = {
	'doxbee-async': [doxbee, 120000],
	'doxbee-promises': [doxbeePromises, 120000],
	'fibonacci-async': [fib, 27],
	'parallel-async': [parallel, 20000],
	'throw + catch, depth 8': [throwCatch, 60000],
	'await rejected, caught': [awaitRejected, 200000],
	'Promise.reject().catch()': [rejectCatch, 100000],
	'http server': [http, 3000],
};

async function main([, , name]) {
	const [run, n] = workloads[name];
	await run(n);
	await tick();
	const before = process.cpuUsage();
	await run(n);
	await tick();
	const { user, system } = process.cpuUsage(before);
	console.log(JSON.stringify({ cpu: user + system }));
	process.exit(0);
}

if (require.main === module) main(process.argv);
module.exports = Object.keys(workloads);
