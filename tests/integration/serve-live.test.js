// SPDX-License-Identifier: MIT
// The measure of replay is the live paused Node: what it says, we say.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { crash, serve, session, targets, temporaryDirectory } = require('../support/serve.js');
const { differences, explore, pausedNode } = require('../support/live.js');
const nodes = require('../support/nodes.js');
const programs = require('../support/programs.js');

// Not compared, each for a reason.
const skip = (place, object) =>
	// The global object and Node's module machinery hold what differs between runs (times, ports, caches).
	/:global$|:script$|\.(require|module|exports|process|global|globalThis)$/.test(place) ||
	object.className === 'global' || object.description === 'Global' ||
	// Builtin prototypes and functions: thousands of the same everywhere.
	/\.\[\[Prototype\]\]$|\.constructor$|\.prototype$|\.__proto__/.test(place);

// Where replay may differ, each for a reason.
const excused = [
	[/\.\[\[Scopes\]\]\.\d+ own\/internalProperties/, 'V8 wraps the scopes of functions into objects with a prototype while it answers'],
	[/\.\[\[(Ui|I)nt(8|16|32)Array\]\]( accessors| own\/internalProperties|\.buffer )/, 'the views of an ArrayBuffer are made up by V8 while it answers, prototype and all'],
	[/own\/internalProperties.*names|\[\[ArrayBufferData\]\]/, 'a number that V8\'s inspector makes up', ({ live, replay }) => live.replace(/ \[\[ArrayBufferData\]\]/g, '') === replay],
	[/ accessors\/result\.(constructor|Symbol\(Symbol\.toStringTag\))\/(value|writable|get|set)/, 'those of Iterator.prototype are getters of V8\'s own, which it runs while it answers'],
	[/:[gs]et( own\/internalProperties)?\.\[\[Scopes\]\]/, 'what Node\'s own functions close over is left out of crash files'],
];
const isExcused = (difference) => excused.some(([place, , same]) => place.test(difference.path) && (!same || same(difference)));

// Only frames of the program: those of Node's own loader differ with how it was started.
function userFrames(live) {
	const scripts = new Map(live.events.filter(({ method }) => method === 'Debugger.scriptParsed').map(({ params }) => [params.scriptId, params.url]));
	const end = live.paused.callFrames.findIndex(({ location }) => scripts.get(location.scriptId)?.startsWith('node:'));
	return end < 0 ? live.paused.callFrames.length : end;
}

async function replayed(t, file) {
	const server = await serve(t, [file]);
	const [target] = await targets(server);
	const client = await session(target.webSocketDebuggerUrl);
	t.after(() => client.socket.terminate());
	await client.call('Runtime.enable');
	await client.call('Debugger.enable');
	return client;
}

// Everything as the agent sees it, other Nodes, and what an inspector outside sees differently.
const cases = [
	...programs.map((program) => ({ ...program, via: 'agent' })),
	// Where in Node's pool a Buffer lies, and what else is there, is another matter in another run; Node 26 has getters of Temporal's.
	...nodes.slice(1).flatMap(({ major, path: node }) => programs
		.filter(({ name }) => (major < 26 ? name !== 'buffers' : ['objects', 'maps', 'typed-arrays', 'classes', 'errors', 'async', 'iterators'].includes(name)))
		.map((program) => ({ ...program, via: 'agent', node, on: ` on Node ${major}` }))),
	...programs.filter(({ name }) => ['classes', 'closures', 'errors', 'promises', 'generators', 'async'].includes(name)).map((program) => ({ ...program, via: 'websocket' })),
];

for (const { name, source, via, node, on = '' } of cases) {
	test(`as live: ${name}, by the ${via}${on}`, async (t) => {
		const dir = temporaryDirectory(t);
		const program = path.join(dir, `${name}.js`);
		fs.writeFileSync(program, source);
		const live = await pausedNode(t, program, { node, asyncDepth: via === 'websocket' ? 32 : 0 });
		const replay = await replayed(t, crash(dir, program, { via, node }));
		const frames = userFrames(live);
		const options = { frames, skip, limit: Number(process.env.LIMIT || 2500) };
		const [a, b] = [await explore(live, options), await explore(replay, options)];
		const found = [];
		for (const [place, said] of a)
			found.push(...differences(said, b.get(place), place).filter((difference) => !isExcused(difference)));
		assert.ok(a.size >= 20, `${a.size} answers compared`);
		assert.deepStrictEqual(found.slice(0, 20), [], `${found.length} differences`);
	});
}
