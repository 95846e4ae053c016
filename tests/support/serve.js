// SPDX-License-Identifier: MIT
// Crashes real programs and serves what is left of them.
'use strict';

const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');

const root = path.resolve(__dirname, '../..');
const build = path.resolve(process.env.INSPMORT_BUILD || path.join(root, 'build/dev'));
const inspmort = path.join(build, 'bin/inspmort');

function temporaryDirectory(t) {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'inspmort-test-'));
	t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
	return dir;
}

function crashFiles(dir) {
	return fs.readdirSync(dir).filter((name) => name.endsWith('.inspmort')).sort().map((name) => path.join(dir, name));
}

// Runs a program until it dies of itself; the crash file it leaves in `dir`.
function crash(dir, program, { via = 'agent', node = process.execPath } = {}) {
	const before = new Set(crashFiles(dir));
	const result = spawnSync(inspmort, ['run', '--via', via, '--dir', dir, '--', node, program], { encoding: 'utf8', timeout: 60_000 });
	const made = crashFiles(dir).filter((file) => !before.has(file));
	if (made.length !== 1)
		throw new Error(`${made.length} crash files; exit ${result.status} ${result.signal}\n${result.stderr}`);
	return made[0];
}

// Writes a program into `dir` and crashes it.
function crashSource(dir, name, source, options) {
	const program = path.join(dir, name);
	fs.writeFileSync(program, source);
	return crash(dir, program, options);
}

// Starts `inspmort serve`; resolves when it says where.
async function serve(t, args, { env } = {}) {
	const child = spawn(inspmort, ['serve', '--port', '0', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
	let stderr = '';
	child.stderr.setEncoding('utf8').on('data', (text) => { stderr += text; });
	const exited = once(child, 'exit');
	const lines = readline.createInterface({ input: child.stdout });
	const [first] = await Promise.race([
		once(lines, 'line'),
		exited.then(([code]) => { throw new Error(`serve ended with ${code}: ${stderr}`); }),
	]);
	const url = new URL(first);
	const stop = async () => {
		if (child.exitCode === null && child.signalCode === null)
			child.kill('SIGTERM');
		const [code, signal] = await exited;
		return { code, signal, stderr };
	};
	t.after(stop);
	return { url, host: url.host, port: Number(url.port), pid: child.pid, child, stop };
}

// One CDP session over a plain WebSocket: requests in order, events as they came.
async function session(address, WebSocket = require('ws')) {
	const socket = new WebSocket(address, { perMessageDeflate: false, maxPayload: 2 ** 30 });
	const events = [];
	const waiting = new Map();
	const listeners = new Set();
	let next = 1;
	socket.on('message', (data) => {
		const message = JSON.parse(data);
		if (message.id !== undefined && waiting.has(message.id)) {
			waiting.get(message.id)(message);
			waiting.delete(message.id);
		} else {
			events.push(message);
			for (const listener of listeners)
				listener(message);
		}
	});
	await once(socket, 'open');
	const request = (method, params) => new Promise((resolve) => {
		const id = next++;
		waiting.set(id, resolve);
		socket.send(JSON.stringify(params === undefined ? { id, method } : { id, method, params }));
	});
	const call = async (method, params) => {
		const reply = await request(method, params);
		if (reply.error)
			throw new Error(`${method}: ${JSON.stringify(reply.error)}`);
		return reply.result;
	};
	const event = (method) => events.find((message) => message.method === method)?.params;
	const close = async () => {
		socket.close();
		await once(socket, 'close');
	};
	return { socket, events, listeners, request, call, event, close };
}

async function targets(server) {
	const response = await fetch(new URL('/json/list', server.url));
	return response.json();
}

module.exports = { root, build, inspmort, temporaryDirectory, crashFiles, crash, crashSource, serve, session, targets };
