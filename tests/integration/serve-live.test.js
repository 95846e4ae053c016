// SPDX-License-Identifier: MIT
// The measure of replay is the live paused Node: what it says, we say.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { crash, serve, session, targets, temporaryDirectory } = require('../support/serve.js');
const { differences, explore, pausedNode } = require('../support/live.js');
const programs = require('../support/programs.js');

// Not compared, each for a reason.
const skip = (place, object) =>
	// The global object and Node's module machinery hold what differs between runs (times, ports, caches).
	/:global$|:script$|\.(require|module|exports|process|global|globalThis)$/.test(place) ||
	object.className === 'global' || object.description === 'Global' ||
	// Builtin prototypes and functions: thousands of the same everywhere.
	/\.\[\[Prototype\]\]$|\.constructor$|\.prototype$|\.__proto__/.test(place);

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

for (const { name, source } of programs) {
	test(`as live: ${name}`, async (t) => {
		const dir = temporaryDirectory(t);
		const program = path.join(dir, `${name}.js`);
		fs.writeFileSync(program, source);
		const live = await pausedNode(t, program);
		const replay = await replayed(t, crash(dir, program, { via: process.env.VIA || 'agent' }));
		const frames = userFrames(live);
		const options = { frames, skip, limit: Number(process.env.LIMIT || 1500) };
		const [a, b] = [await explore(live, options), await explore(replay, options)];
		const found = [];
		for (const [place, said] of a)
			differences(said, b.get(place), place, found);
		assert.deepStrictEqual(found.slice(0, 20), [], `${found.length} differences`);
	});
}
