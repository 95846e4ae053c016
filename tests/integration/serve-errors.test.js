// SPDX-License-Identifier: MIT
// Wrong requests: a live paused Node and replay say the same words.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { crash, serve, session, targets, temporaryDirectory } = require('../support/serve.js');
const { pausedNode } = require('../support/live.js');

// [method, params]; FRAME and OBJECT stand for ids of the target's own, with what follows.
const requests = [
	['Foo.bar', {}], ['Runtime.nosuch', {}], ['nodot', {}], ['', {}], ['Debugger.', {}], ['.enable', {}],
	['Runtime.getProperties', {}], ['Runtime.getProperties', undefined], ['Runtime.getProperties', { objectId: null }], ['Runtime.getProperties', { objectId: 5 }],
	['Runtime.getProperties', { objectId: '' }], ['Runtime.getProperties', { objectId: 'x' }], ['Runtime.getProperties', { objectId: '1.1.1' }], ['Runtime.getProperties', { objectId: '1.1' }],
	['Runtime.getProperties', { bogus: 1 }], ['Runtime.getProperties', { objectId: 'OBJECT', ownProperties: 'yes' }], ['Runtime.getProperties', { objectId: 'OBJECT', generatePreview: 1 }],
	['Debugger.getScriptSource', {}], ['Debugger.getScriptSource', { scriptId: 5 }], ['Debugger.getScriptSource', { scriptId: '99999' }], ['Debugger.getScriptSource', { scriptId: 'abc' }],
	['Debugger.evaluateOnCallFrame', {}], ['Debugger.evaluateOnCallFrame', { expression: '1' }], ['Debugger.evaluateOnCallFrame', { callFrameId: 'x', expression: '1' }],
	['Debugger.evaluateOnCallFrame', { callFrameId: 'FRAME99', expression: '1' }], ['Debugger.evaluateOnCallFrame', { callFrameId: '1.1.1', expression: '1' }], ['Debugger.evaluateOnCallFrame', { callFrameId: '1.1', expression: '1' }],
	['Runtime.evaluate', { expression: '1', contextId: 99 }], ['Runtime.evaluate', { expression: '1', contextId: '1' }], ['Runtime.evaluate', { expression: 5 }], ['Runtime.evaluate', {}],
	['Runtime.evaluate', { zzz: [1, 2, { a: [] }], expression: 5 }], ['Runtime.evaluate', { expression: 'grüße', timeout: 'x' }], ['Runtime.evaluate', { expression: 'a'.repeat(300), timeout: 'x' }],
	['Runtime.compileScript', {}], ['Runtime.compileScript', { expression: 'x' }], ['Runtime.globalLexicalScopeNames', { executionContextId: 9 }],
	['Runtime.callFunctionOn', {}], ['Runtime.callFunctionOn', { functionDeclaration: 'function(){return 1}' }], ['Runtime.callFunctionOn', { functionDeclaration: 'x', objectId: 'x' }],
	['Runtime.callFunctionOn', { functionDeclaration: 'x', executionContextId: 99 }], ['Runtime.callFunctionOn', { functionDeclaration: 'x', arguments: [{ objectId: 5 }] }], ['Runtime.callFunctionOn', { functionDeclaration: 'x', arguments: [{}, 7] }],
	['Runtime.releaseObject', {}], ['Runtime.releaseObject', { objectId: 'x' }], ['Runtime.releaseObjectGroup', {}], ['Runtime.getExceptionDetails', { errorObjectId: 'x' }],
	['Runtime.queryObjects', { prototypeObjectId: 'x' }], ['Runtime.awaitPromise', { promiseObjectId: 'x' }], ['Runtime.setCustomObjectFormatterEnabled', {}],
	['Debugger.setBreakpointByUrl', {}], ['Debugger.setBreakpointByUrl', { lineNumber: 13 }], ['Debugger.setBreakpoint', { location: { scriptId: '9999', lineNumber: 1 } }],
	['Debugger.setBreakpoint', { location: 5 }], ['Debugger.setBreakpoint', { location: { scriptId: '1' } }], ['Debugger.setBreakpoint', { location: { scriptId: 5, lineNumber: 1 } }],
	['Debugger.getPossibleBreakpoints', { start: { scriptId: '999', lineNumber: 10 } }], ['Debugger.getPossibleBreakpoints', { start: {} }], ['Debugger.searchInContent', { scriptId: '99999', query: 'x' }],
	['Debugger.searchInContent', {}], ['Debugger.setVariableValue', {}], ['Debugger.setVariableValue', { callFrameId: '1' }], ['Debugger.restartFrame', { callFrameId: 'x', mode: 'StepInto' }],
	['Debugger.restartFrame', {}], ['Debugger.getStackTrace', {}], ['Debugger.setPauseOnExceptions', { state: 'bogus' }], ['Debugger.setBlackboxPatterns', {}], ['Debugger.setBlackboxPatterns', { patterns: ['a', 5] }],
	['Debugger.setAsyncCallStackDepth', {}], ['Debugger.setAsyncCallStackDepth', { maxDepth: 1.5 }], ['Debugger.setBlackboxedRanges', { scriptId: '1', positions: [{}] }], ['Debugger.continueToLocation', {}],
	['Debugger.removeBreakpoint', {}], ['Debugger.setSkipAllPauses', { skip: 1 }], ['Debugger.setReturnValue', { newValue: { unserializableValue: 5 } }],
	['Profiler.setSamplingInterval', {}], ['HeapProfiler.getObjectByHeapObjectId', {}], ['Page.enable', {}], ['Target.setAutoAttach', {}], ['Log.enable', {}],
];

test(`${requests.length} wrong requests`, async (t) => {
	const dir = temporaryDirectory(t);
	const program = path.join(dir, 'program.js');
	fs.writeFileSync(program, 'function die(value) { throw new Error("the end"); }\ndie(1);\n');
	const live = await pausedNode(t, program);
	const server = await serve(t, [crash(dir, program)]);
	const replay = await session((await targets(server))[0].webSocketDebuggerUrl);
	t.after(() => replay.socket.terminate());
	await replay.call('Runtime.enable');
	await replay.call('Debugger.enable');
	replay.paused = replay.event('Debugger.paused');
	const ask = async (client, method, params) => {
		const [frame] = client.paused.callFrames;
		const text = JSON.stringify(params)?.replace('"OBJECT', `"${frame.scopeChain[0].object.objectId}`).replace('"FRAME', `"${frame.callFrameId.replace(/\d+$/, '')}`);
		const { error } = await client.request(method, text && JSON.parse(text));
		/* Ids differ in length, and so does what follows them in V8's count. */
		if (error?.data && text?.length !== JSON.stringify(params)?.length)
			error.data = error.data.replace(/\d+$/, 'N');
		return error;
	};
	const found = [];
	for (const [method, params] of requests) {
		const [a, b] = [await ask(live, method, params), await ask(replay, method, params)];
		assert.ok(a, `${method} is wrong to Node, too`);
		if (JSON.stringify(a) !== JSON.stringify(b))
			found.push({ request: `${method} ${JSON.stringify(params)}`, live: a, replay: b });
	}
	assert.deepStrictEqual(found, []);
});
