// SPDX-License-Identifier: MIT
// What people type into the Console: a live paused Node and the replay are asked the same, and say the same,
// the events on the way included.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { crash, serve, session, targets, temporaryDirectory } = require('../support/serve.js');
const { pausedNode } = require('../support/live.js');

const source = `'use strict';
class Shape { constructor(sides) { this.sides = sides; } }
class Square extends Shape { constructor() { super(4); } }
function die() {
	const shapes = [new Shape(3), new Square(), new Square()];
	const order = { id: 7, lines: [{ sku: 'tea', price: 3.5 }, { sku: 'scone', price: 2 }] }, text = 'héllo', big = 12n;
	const map = new Map([['a', 1]]), settled = Promise.resolve(5);
	throw new TypeError('no more');
}
die();
`;

const typed = ['order', 'keys(order)', 'values(order.lines[0])', 'keys(5)', 'keys()', 'values(text)', 'copy(order)', 'copy(text)', 'copy(5)', 'inspect(order)', 'inspect(text)', 'dir(order)', 'dir(text)', 'table(order.lines)',
	'dirxml(5)', '$_', 'text', '$_', 'order.lines', '$_[1].sku', 'nosuch', '$_', '12n', '$_', '$0', '$4', 'typeof $5', 'typeof keys', 'queryObjects(Shape)', 'queryObjects(5)', '$_', '({ a: 1 }).a', 'order.id\n//# sourceURL=x',
	'keys.name', 'debugger; 5', 'let fresh = 1; fresh', 'shapes.length // how many'];
const eager = ['order.id', 'order.lines.map((l) => l.sku)', 'copy(order)', 'keys(order)', 'order.id = 5', 'map.set("b", 2)', 'nosuch', '$_', 'JSON.stringify(order)', '[3, 1, 2].sort()'];

// Ids, places in sources and times differ between any two runs, and wording where the process is dead.
function plain(value) {
	if (Array.isArray(value)) return value.map(plain);
	if (!value || typeof value !== 'object') return value;
	return Object.fromEntries(Object.entries(value).filter(([key]) => !['objectId', 'scriptId', 'exceptionId', 'timestamp', 'stackTrace', 'executionContextId', 'url', 'lineNumber', 'columnNumber'].includes(key))
		.map(([key, item]) => [key, key === 'description' && /^\w*Error/.test(item) ? item.split('\n')[0] : plain(item)]));
}

async function converse(client, callFrameId) {
	const said = [];
	for (const expression of typed) {
		const from = client.events.length;
		const reply = await client.call('Debugger.evaluateOnCallFrame', { callFrameId, expression, objectGroup: 'console', includeCommandLineAPI: true, generatePreview: true, timeout: 1000 });
		const events = client.events.slice(from).filter(({ method }) => /^Runtime/.test(method));
		said.push({ expression, reply: plain(reply), events: plain(events) });
	}
	for (const expression of eager) {
		const reply = await client.call('Debugger.evaluateOnCallFrame', { callFrameId, expression, objectGroup: 'console', includeCommandLineAPI: true, throwOnSideEffect: true, timeout: 500 });
		said.push({ eager: expression, reply: plain(reply) });
	}
	const { result: { objectId } } = await client.call('Debugger.evaluateOnCallFrame', { callFrameId, expression: 'Shape.prototype' });
	const { objects } = await client.call('Runtime.queryObjects', { prototypeObjectId: objectId, objectGroup: 'console' });
	const { result: found } = await client.call('Runtime.getProperties', { objectId: objects.objectId, ownProperties: true });
	said.push({ found: found.map(({ value }) => value?.description).sort() });
	/* What DevTools does with copy(): the text comes by way of a function and an object given by value. */
	const { result: order } = await client.call('Debugger.evaluateOnCallFrame', { callFrameId, expression: 'order' });
	said.push(plain(await client.call('Runtime.callFunctionOn', { objectId: order.objectId, returnByValue: true, arguments: [{ value: { subtype: undefined, indent: '  ', list: [1, { a: null }] } }],
		functionDeclaration: 'function(data) { return JSON.stringify([this, data.list], null, data.indent); }' })));
	await client.call('Runtime.releaseObjectGroup', { objectGroup: 'console' });
	said.push(plain(await client.call('Debugger.evaluateOnCallFrame', { callFrameId, expression: '$_', includeCommandLineAPI: true })));
	return said;
}

test('typed into the Console: as live', async (t) => {
	const dir = temporaryDirectory(t);
	const program = path.join(dir, 'shapes.js');
	fs.writeFileSync(program, source);
	const live = await pausedNode(t, program);
	const server = await serve(t, [crash(dir, program)]);
	const [target] = await targets(server);
	const replay = await session(target.webSocketDebuggerUrl);
	t.after(() => replay.socket.terminate());
	await replay.call('Runtime.enable');
	await replay.call('Debugger.enable');
	const a = await converse(live, live.paused.callFrames[0].callFrameId);
	const b = await converse(replay, replay.event('Debugger.paused').callFrames[0].callFrameId);
	const wrong = [];
	for (const [index, said] of a.entries())
		if (JSON.stringify(b[index]) !== JSON.stringify(said)) wrong.push({ live: said, replay: b[index] });
	assert.deepStrictEqual(wrong, []);
	/* What only the dead allow: a promise that has settled can be looked into. */
	const { result } = await replay.call('Debugger.evaluateOnCallFrame', { callFrameId: replay.event('Debugger.paused').callFrames[0].callFrameId, expression: 'await settled' });
	assert.strictEqual(result.value, 5);
});
