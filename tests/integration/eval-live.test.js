// SPDX-License-Identifier: MIT
// What a debugger sees of an expression's value, previews included, in a live paused Node and in replay.
'use strict';

const assert = require('node:assert');
const path = require('node:path');
const { test } = require('node:test');
const { crash, serve, session, targets, temporaryDirectory } = require('../support/serve.js');
const { pausedNode } = require('../support/live.js');
const expressions = require('./eval/expressions.js');

process.env.TZ = 'UTC';
process.env.INSPMORT_MAX_STRING = '1000000';

async function evaluate(client, expression) {
	const { callFrameId } = client.paused.callFrames[0];
	const { result, exceptionDetails } = await client.call('Debugger.evaluateOnCallFrame',
		{ callFrameId, expression, generatePreview: true, objectGroup: 'test' });
	let properties;
	if (result.objectId && !exceptionDetails)
		properties = await client.call('Runtime.getProperties', { objectId: result.objectId, ownProperties: true });
	return { result, thrown: exceptionDetails !== undefined, properties };
}

// Without ids, and of a stack only its first line.
function plain(value, key) {
	if (Array.isArray(value)) return value.map((item) => plain(item));
	if (typeof value === 'string') return key === 'description' || key === 'value' ? value.split('\n    at ')[0] : value;
	if (!value || typeof value !== 'object') return value;
	return Object.fromEntries(Object.entries(value).map(([name, item]) =>
		[name, name === 'objectId' ? 'id' : name === 'scriptId' ? 'script' : plain(item, name)]));
}

test('expressions in replay look as in a live Node', async (t) => {
	const program = path.join(__dirname, 'eval/program.js');
	const live = await pausedNode(t, program);
	const server = await serve(t, [crash(temporaryDirectory(t), program, { via: 'agent' })]);
	const [target] = await targets(server);
	const replay = await session(target.webSocketDebuggerUrl);
	t.after(() => replay.socket.terminate());
	const paused = new Promise((resolve) => replay.listeners.add(({ method, params }) => method === 'Debugger.paused' && resolve(params)));
	await replay.call('Runtime.enable');
	await replay.call('Debugger.enable');
	replay.paused = await paused;
	// All at once: one at a time would be one delayed acknowledgement each.
	const all = (client) => Promise.all(expressions.map((each) => evaluate(client, each)));
	const a = await all(live), b = await all(replay);
	// A busy machine may need longer than replay allows.
	for (const [i, expression] of expressions.entries())
		for (let tries = 0; tries < 9 && /took longer than/.test(b[i].result.description); tries++)
			b[i] = await evaluate(replay, expression);
	const wrong = [];
	expressions.forEach((expression, i) => {
		const [node, ours] = [plain(a[i]), plain(b[i])];
		try { assert.deepStrictEqual(ours, node); } catch { wrong.push({ expression, node, ours }); }
	});
	assert.deepStrictEqual(wrong, []);
});
