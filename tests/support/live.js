// SPDX-License-Identifier: MIT
// A live Node, paused where it dies, and a way of looking at any target as DevTools does, so that two can be compared.
'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { session } = require('./serve.js');

// Starts a program under Node's own inspector and lets it run into its uncaught exception.
async function pausedNode(t, program, { node = process.execPath, execArgv = [], asyncDepth = 0 } = {}) {
	const child = spawn(node, [...execArgv, '--inspect-brk=127.0.0.1:0', program], { stdio: ['ignore', 'ignore', 'pipe'] });
	t.after(() => child.kill('SIGKILL'));
	let text = '';
	for await (const piece of child.stderr.setEncoding('utf8')) {
		text += piece;
		if (/ws:\S+/.test(text)) break;
	}
	const client = await session(/ws:\S+/.exec(text)[0]);
	t.after(() => client.socket.terminate());
	const paused = (reason) => new Promise((resolve) => {
		const listener = ({ method, params }) => {
			if (method !== 'Debugger.paused' || params.reason !== reason) return;
			client.listeners.delete(listener);
			resolve(params);
		};
		client.listeners.add(listener);
	});
	await client.call('Runtime.enable');
	await client.call('Debugger.enable');
	if (asyncDepth)
		await client.call('Debugger.setAsyncCallStackDepth', { maxDepth: asyncDepth });
	await client.call('Debugger.setPauseOnExceptions', { state: 'uncaught' });
	const start = paused('Break on start');
	await client.call('Runtime.runIfWaitingForDebugger');
	await start;
	const end = Promise.race([
		Promise.race([paused('exception'), paused('promiseRejection')]),
		once(child, 'exit').then(() => { throw new Error(`${program} ended without a pause`); }),
	]);
	await client.call('Debugger.resume');
	client.paused = await end;
	return client;
}

// What differs between two runs of the same program: ids, and where scripts got their numbers.
// Node's own loader runs other lines under the inspector than without.
const plainText = (text) => text.replace(/(\(node:internal\/[\w/]+):\d+:\d+\)/g, '$1)').replace(/^( +at node:internal\/[\w/]+):\d+:\d+/gm, '$1');

function plain(value, scripts) {
	if (Array.isArray(value))
		return value.map((item) => plain(item, scripts));
	if (typeof value === 'string')
		return plainText(value);
	if (!value || typeof value !== 'object')
		return value;
	const copy = {};
	for (const [key, item] of Object.entries(value)) {
		if (key === 'objectId' || key === 'callFrameId') copy[key] = 'id';
		// A list of scopes ends with the global one, whose preview is that of the global object.
		else if (key === 'preview' && value.description === 'Global') copy[key] = 'global';
		// The agent looks from inside a call of V8's, out of which V8 restarts no frame.
		else if (key === 'canBeRestarted') continue;
		else if (key === 'scriptId') copy[key] = scripts.get(item) ?? `unknown script ${item}`;
		else copy[key] = plain(item, scripts);
	}
	if (typeof copy.url === 'string' && copy.url.startsWith('node:internal/') && 'lineNumber' in copy)
		copy.lineNumber = copy.columnNumber = 'some';
	return copy;
}

const GETS = [
	{ ownProperties: false, accessorPropertiesOnly: true, nonIndexedPropertiesOnly: false, generatePreview: true },
	{ ownProperties: true, accessorPropertiesOnly: false, nonIndexedPropertiesOnly: false, generatePreview: true },
];

/*
 * Everything that can be reached from the pause by expanding, breadth first, as a map from a path to
 * what the target said. `skip(path, remoteObject)` true: not expanded.
 */
async function explore(client, { depth = 4, limit = 4000, frames = 50, skip = () => false } = {}) {
	const scripts = new Map(client.events.filter(({ method }) => method === 'Debugger.scriptParsed').map(({ params }) => [params.scriptId, params.url]));
	const paused = client.paused ?? client.event('Debugger.paused');
	const found = new Map([['paused', plain({ ...paused, callFrames: paused.callFrames.slice(0, frames) }, scripts)]]);
	let queue = [];
	const enqueue = (path, object, level) => {
		if (object?.objectId && level < depth && !skip(path, object))
			queue.push([path, object, level + 1]);
	};
	if (paused.data) enqueue('data', paused.data, 0);
	paused.callFrames.slice(0, frames).forEach((frame, index) => {
		const name = `${index}:${frame.functionName}`;
		enqueue(`${name}/this`, frame.this, 0);
		frame.scopeChain.forEach((scope, at) => enqueue(`${name}/${at}:${scope.type}`, scope.object, 0));
	});
	while (queue.length && found.size < limit) {
		const [path, object, level] = queue.shift();
		for (const [index, flags] of GETS.entries()) {
			const reply = await client.request('Runtime.getProperties', { objectId: object.objectId, ...flags });
			const result = reply.result ?? reply.error;
			found.set(`${path} ${index ? 'own' : 'accessors'}`, plain(result, scripts));
			for (const list of ['result', 'internalProperties', 'privateProperties'])
				for (const property of result[list] ?? [])
					for (const part of ['value', 'get', 'set'])
						enqueue(`${path}.${property.name}${part === 'value' ? '' : `:${part}`}`, property[part], level);
		}
	}
	return found;
}

// Paths at which two answers differ, with both sides.
function differences(a, b, path = '', found = []) {
	if (Object.is(a, b)) return found;
	if (!a || !b || typeof a !== 'object' || typeof b !== 'object') {
		found.push({ path, live: a, replay: b });
		return found;
	}
	if (Array.isArray(a) && Array.isArray(b) && a.every((item) => item?.name !== undefined) && b.every((item) => item?.name !== undefined)) {
		const names = (list) => list.map(({ name }) => name);
		if (names(a).join('\n') !== names(b).join('\n')) {
			found.push({ path: `${path} (names)`, live: names(a).join(' '), replay: names(b).join(' ') });
			const byName = new Map(b.map((item) => [item.name, item]));
			for (const item of a)
				if (byName.has(item.name))
					differences(item, byName.get(item.name), `${path}.${item.name}`, found);
			return found;
		}
		a.forEach((item, index) => differences(item, b[index], `${path}.${item.name}`, found));
		return found;
	}
	for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
		differences(a[key], b[key], `${path}/${key}`, found);
	return found;
}

module.exports = { pausedNode, explore, differences };
