// SPDX-License-Identifier: MIT
// Scripts that speak to Node's inspector speak to a dead one, too: chrome-remote-interface, and what
// DevTools and VS Code send for arrays, hovers and completions.
'use strict';

const assert = require('node:assert');
const path = require('node:path');
const { test } = require('node:test');
const CDP = require('chrome-remote-interface');
const { crash, crashSource, root, serve, session, targets, temporaryDirectory } = require('../support/serve.js');

async function opened(t, source) {
	const dir = temporaryDirectory(t);
	const file = source ? crashSource(dir, 'program.js', source) : crash(dir, path.join(root, 'examples/nested.js'));
	const server = await serve(t, [file]);
	const [target] = await targets(server);
	const client = await session(target.webSocketDebuggerUrl);
	t.after(() => client.socket.terminate());
	await client.call('Runtime.enable');
	await client.call('Debugger.enable');
	client.paused = client.event('Debugger.paused');
	client.local = async (name, frame = 0) => {
		for (const { object } of client.paused.callFrames[frame].scopeChain) {
			const { result } = await client.call('Runtime.getProperties', { objectId: object.objectId, ownProperties: true });
			const found = result.find((property) => property.name === name);
			if (found) return found.value;
		}
		throw new Error(`no ${name}`);
	};
	return { server, client, target };
}

test('chrome-remote-interface finds, opens and walks it', async (t) => {
	const { server } = await opened(t);
	const [target] = await CDP.List({ host: '127.0.0.1', port: server.port });
	assert.strictEqual((await CDP.Version({ host: '127.0.0.1', port: server.port }))['Protocol-Version'], '1.1');
	const protocol = await CDP.Protocol({ host: '127.0.0.1', port: server.port });
	assert.ok(protocol.domains.length >= 5);
	const client = await CDP({ host: '127.0.0.1', port: server.port, target });
	t.after(() => client.close());
	const { Debugger, Runtime } = client;
	const paused = new Promise((resolve) => Debugger.paused(resolve));
	await Runtime.enable();
	await Debugger.enable();
	const { reason, data, callFrames } = await paused;
	assert.strictEqual(reason, 'exception');
	assert.strictEqual(data.className, 'TypeError');
	assert.deepStrictEqual(callFrames.slice(0, 3).map((frame) => frame.functionName), ['priceOf', 'checkout', 'main']);
	const { result } = await Runtime.getProperties({ objectId: callFrames[0].scopeChain[0].object.objectId, ownProperties: true });
	assert.deepStrictEqual(Object.fromEntries(result.map(({ name, value }) => [name, value.value])),
		{ level: undefined, name: 'honey', quantity: 1, total: undefined });
	const { scriptSource } = await Debugger.getScriptSource({ scriptId: callFrames[0].location.scriptId });
	assert.match(scriptSource, /the crash: there is no honey/);
});

test('going on leaves every client where it was', async (t) => {
	const { client } = await opened(t);
	const { location, callFrameId } = client.paused.callFrames[0];
	for (const [method, params] of [['Debugger.resume', {}], ['Debugger.stepOver', { skipList: [] }], ['Debugger.stepInto', {}], ['Debugger.stepOut', undefined],
		['Debugger.continueToLocation', { location }], ['Debugger.restartFrame', { callFrameId, mode: 'StepInto' }]]) {
		const seen = client.events.length;
		await client.call(method, params);
		await client.call('Runtime.getIsolateId');
		assert.deepStrictEqual(client.events.slice(seen).map((event) => event.method), ['Debugger.resumed', 'Debugger.paused'], method);
		assert.deepStrictEqual(client.events.at(-1).params, client.paused);
	}
	const refused = await client.request('Debugger.setVariableValue', { scopeNumber: 0, variableName: 'name', newValue: { value: 'x' }, callFrameId });
	assert.strictEqual(refused.error.code, -32000);
	assert.match(refused.error.message, /dead/);
});

test('two clients see the same', async (t) => {
	const { client, target } = await opened(t);
	const other = await session(target.webSocketDebuggerUrl);
	t.after(() => other.socket.terminate());
	await other.call('Debugger.enable');
	const names = (paused) => paused.callFrames.map((frame) => frame.functionName);
	assert.deepStrictEqual(names(other.event('Debugger.paused')), names(client.paused));
	assert.strictEqual(other.event('Runtime.executionContextCreated'), undefined, 'nobody asked');
});

test('the Console shows the error, once', async (t) => {
	const { client } = await opened(t);
	const methods = client.events.map(({ method }) => method).filter((method) => method.startsWith('Runtime.'));
	assert.strictEqual(methods[0], 'Runtime.executionContextCreated');
	assert.strictEqual(methods.filter((method) => method === 'Runtime.exceptionThrown').length, 1);
	const { exceptionDetails } = client.event('Runtime.exceptionThrown');
	assert.match(exceptionDetails.exception.description, /^TypeError: Cannot read properties of undefined/);
	assert.match(exceptionDetails.stackTrace.callFrames[0].url, /nested\.js$/);
	assert.strictEqual(exceptionDetails.stackTrace.callFrames[0].lineNumber, 42);
	await client.call('Runtime.enable');
	assert.strictEqual(client.events.filter(({ method }) => method === 'Runtime.executionContextCreated').length, 1);
});

// What minified front ends send, written anew: only what replay looks for is the same.
const ranges = 'function r(from, to, bucket, sparse) { const ranges = []; return { ranges }; }';
const fragment = 'function f(from, to, sparse) { const part = Object.create(null); for (let i = from; i <= to; ++i) if (i in this) part[i] = this[i]; return part; }';
const slots = 'function s(start, count) { const part = {}; for (;;) Object.getOwnPropertyDescriptor(this, start); return part; }';
const named = 'function n() { const part = { __proto__: this.__proto__ }; for (const name of Object.getOwnPropertyNames(this)); return part; }';
const numbers = (...list) => list.map((value) => ({ value }));

test('long arrays open in ranges, as DevTools and VS Code ask for them', async (t) => {
	const { client } = await opened(t, `'use strict';
function die() {
	const long = Array.from({ length: 25000 }, (_, i) => ({ i })), holes = []; holes[3] = 'a'; holes[500] = 'b'; holes[9999] = 'c';
	const typed = new Float64Array(1000).map((_, i) => i / 2), extra = Object.assign([1, 2], { more: true });
	throw new Error('the end');
}
die();`);
	const on = async (object, functionDeclaration, args, more) => (await client.call('Runtime.callFunctionOn', { objectId: object.objectId, functionDeclaration, arguments: args, silent: true, ...more })).result;
	const open = async (object) => (await client.call('Runtime.getProperties', { objectId: object.objectId, ownProperties: true, generatePreview: true })).result;
	const long = await client.local('long');
	assert.strictEqual(long.description, 'Array(25000)');
	const first = await on(long, ranges, numbers(0, 24999, 100, 250000), { returnByValue: true });
	assert.deepStrictEqual(first.value.ranges, [[0, 9999, 10000], [10000, 19999, 10000], [20000, 24999, 5000]]);
	const second = await on(long, ranges, numbers(10000, 19999, 100, 250000), { returnByValue: true });
	assert.strictEqual(second.value.ranges.length, 100);
	assert.deepStrictEqual(second.value.ranges[99], [19900, 19999, 100]);
	const part = await open(await on(long, fragment, numbers(19900, 19999, 250000)));
	assert.deepStrictEqual(part.map(({ name }) => Number(name)), Array.from({ length: 100 }, (_, i) => 19900 + i));
	assert.deepStrictEqual(part[7].value.preview.properties, [{ name: 'i', type: 'number', value: '19907' }]);

	const holes = await client.local('holes');
	const sparse = await on(holes, ranges, numbers(0, 9999, 100, 250000), { returnByValue: true });
	assert.deepStrictEqual(sparse.value.ranges, [[3, 9999, 3]]);
	assert.deepStrictEqual((await open(await on(holes, fragment, numbers(3, 9999, 250000)))).map(({ name, value }) => [name, value.value]), [['3', 'a'], ['500', 'b'], ['9999', 'c']]);

	const typed = await client.local('typed');
	assert.deepStrictEqual((await open(await on(typed, slots, numbers(998, 2)))).map(({ name, value }) => [name, value.value]), [['998', 499], ['999', 499.5]]);
	const extra = await client.local('extra');
	assert.deepStrictEqual((await open(await on(extra, slots, numbers(-1, -1)))).map(({ name, value }) => [name, value.value]), [['0', 1], ['1', 2]]);
	const names = (await open(await on(extra, named, []))).map(({ name }) => name);
	assert.ok(names.includes('more') && !names.includes('0'));
});

test('long Maps open in ranges, too', async (t) => {
	const { client } = await opened(t, `'use strict';
function die() { const map = new Map(Array.from({ length: 250 }, (_, i) => ['k' + i, { i }])); throw new Error('the end'); }
die();`);
	const map = await client.local('map');
	const { internalProperties } = await client.call('Runtime.getProperties', { objectId: map.objectId, ownProperties: true });
	const { objectId, description } = internalProperties.find(({ name }) => name === '[[Entries]]').value;
	assert.strictEqual(description, 'Array(250)');
	const call = async (functionDeclaration, args, more) => (await client.call('Runtime.callFunctionOn', { objectId, functionDeclaration, arguments: args, silent: true, ...more })).result;
	assert.deepStrictEqual((await call(ranges, numbers(0, 249, 100, 250000), { returnByValue: true })).value.ranges, [[0, 99, 100], [100, 199, 100], [200, 249, 50]]);
	const part = await call(fragment, numbers(200, 249, 250000));
	const { result } = await client.call('Runtime.getProperties', { objectId: part.objectId, ownProperties: true, generatePreview: true });
	assert.deepStrictEqual(result.map(({ name }) => Number(name)), Array.from({ length: 50 }, (_, i) => 200 + i));
	assert.strictEqual(result[7].value.description, '{"k207" => Object}');
	const entry = await client.call('Runtime.getProperties', { objectId: result[7].value.objectId, ownProperties: true });
	assert.deepStrictEqual(entry.result.map(({ name, value }) => [name, value.value ?? value.description]), [['key', 'k207'], ['value', 'Object']]);
});

test('VS Code: who is it, previews, getters, and a function of its own', async (t) => {
	const { client } = await opened(t);
	const who = await client.call('Runtime.evaluate', { contextId: 1, returnByValue: true,
		expression: "typeof process === 'undefined' || process.pid === undefined ? 'process not defined' : ({ processId: process.pid, nodeVersion: process.version, architecture: process.arch })\n//# sourceURL=eval-1.cdp\n" });
	assert.strictEqual(who.result.type, 'object');
	assert.strictEqual(who.result.value.nodeVersion, process.version);
	assert.strictEqual(who.result.value.architecture, process.arch);
	const { objectId } = client.paused.callFrames[0].this;
	const preview = await client.call('Runtime.callFunctionOn', { objectId, returnByValue: true, throwOnSideEffect: true,
		functionDeclaration: 'function(...runtimeArgs){ let i = "<<default preview>>"; return { out: {}, customProps: false } }', arguments: [] });
	assert.deepStrictEqual(preview.result.value, { out: {}, customProps: false });
	const getter = await client.call('Runtime.callFunctionOn', { objectId, silent: true, functionDeclaration: 'function invokeGetter(getter) { return Reflect.apply(getter, this, []); }', arguments: [{ objectId }] });
	assert.ok(getter.exceptionDetails, 'a getter of a dead process is an exception');
	const missing = await client.request('Runtime.callFunctionOn', { objectId: '1.1.1', functionDeclaration: 'function(){}' });
	assert.deepStrictEqual(missing.error, { code: -32000, message: 'Cannot find context with specified id' });
});

test('VS Code: the requests of a whole session, in its order', async (t) => {
	const { client } = await opened(t);
	const { callFrameId, location } = client.paused.callFrames[0];
	const { objectId } = client.paused.callFrames[0].this;
	const breakpoint = { urlRegex: 'file:\\/\\/\\/srv\\/crash\\.js($|\\?)', lineNumber: 13, columnNumber: 0 };
	for (const [method, params] of [
		['NodeWorker.enable', { waitForDebuggerOnStart: true }], ['Runtime.enable', {}], ['Debugger.enable', {}],
		['Runtime.evaluate', { expression: "require('module').builtinModules\n//# sourceURL=eval-1.cdp\n", returnByValue: true, includeCommandLineAPI: true }],
		['Debugger.setBlackboxPatterns', { patterns: [] }], ['Profiler.enable', {}], ['Debugger.setAsyncCallStackDepth', { maxDepth: 32 }],
		['Debugger.setPauseOnExceptions', { state: 'uncaught' }], ['Debugger.setBlackboxPatterns', { patterns: ['^(node:)?internal\\/'] }],
		['Debugger.setBreakpointByUrl', breakpoint], ['Debugger.removeBreakpoint', { breakpointId: '2:13:0:x' }],
		['Runtime.evaluate', { contextId: 1, returnByValue: true, expression: "(()=>{process.env['X']='1'})()" }],
		['Runtime.evaluate', { expression: '(()=>{let t=WebAssembly.compile;WebAssembly.compile=function(){}})();', silent: true, contextId: 1 }],
		['Runtime.runIfWaitingForDebugger', {}],
		['Runtime.getProperties', { objectId, accessorPropertiesOnly: true, ownProperties: false, generatePreview: true }],
		['Runtime.getProperties', { objectId, ownProperties: true, generatePreview: true }],
		['Runtime.callFunctionOn', { objectId, functionDeclaration: 'function(){return[Symbol.for("debug.description"),Symbol.for("nodejs.util.inspect.custom")]}', arguments: [] }],
		['Debugger.evaluateOnCallFrame', { callFrameId, expression: 'name', includeCommandLineAPI: true, objectGroup: 'console', generatePreview: true, timeout: 500 }],
		['Runtime.evaluate', { expression: '1+1\n//# sourceURL=eval-2.repl\n', includeCommandLineAPI: true, objectGroup: 'console', generatePreview: true }],
		['Debugger.evaluateOnCallFrame', { callFrameId, expression: '(this)\n//# sourceURL=eval-3.cdp\n', objectGroup: 'console', silent: true, throwOnSideEffect: false }],
		['Debugger.getScriptSource', { scriptId: location.scriptId }], ['Debugger.stepOver', {}], ['Runtime.releaseObject', { objectId }],
	])
		assert.ok((await client.request(method, params)).result, method);
	const completions = await client.call('Runtime.callFunctionOn', { objectId, returnByValue: true, arguments: [{}, { value: 'le' }, { value: false }],
		functionDeclaration: 'function(r,e,t){ let s=[]; s.push({label:1,sortText:2,type:3,detail:4}); return {result:s,isArray:this instanceof Array} }' });
	assert.deepStrictEqual(completions.result.value, { result: [{ label: 'levels', sortText: '~~levels', type: 'property', detail: 'Map' }], isArray: false });
	const all = await client.call('Runtime.callFunctionOn', { objectId, returnByValue: true, arguments: [{}, { value: '' }, { value: false }],
		functionDeclaration: 'function(r,e,t){ let s=[]; s.push({label:1,sortText:2,type:3,detail:4}); return {result:s,isArray:this instanceof Array} }' });
	const labels = all.result.value.result.map(({ label }) => label);
	for (const name of ['levels', 'reservations', 'constructor', 'priceOf', 'hasOwnProperty'])
		assert.ok(labels.includes(name), name);
});

test('watches, hovers and the console get values or JavaScript errors', async (t) => {
	const { client } = await opened(t);
	const { callFrameId } = client.paused.callFrames[0];
	const evaluate = (expression, more) => client.call('Debugger.evaluateOnCallFrame', { callFrameId, expression, includeCommandLineAPI: true, silent: false, generatePreview: true, throwOnSideEffect: true, timeout: 500, ...more });
	assert.strictEqual((await evaluate('name')).result.value, 'honey');
	assert.strictEqual((await evaluate('name + quantity')).result.value, 'honey1');
	assert.strictEqual((await evaluate('(this)\n//# sourceURL=x')).result.className, 'Stock');
	const broken = await evaluate('nosuch.x');
	assert.strictEqual(broken.result.subtype, 'error');
	assert.strictEqual(broken.exceptionDetails.text, 'Uncaught');
	assert.match(broken.exceptionDetails.exception.description, /^ReferenceError: nosuch is not defined/);
	const long = await evaluate('Array.from({ length: 300 }, (_, i) => i)');
	const piece = await client.call('Runtime.callFunctionOn', { objectId: long.result.objectId, functionDeclaration: fragment, arguments: numbers(200, 299, 250000), silent: true });
	const opened200 = async () => (await client.call('Runtime.getProperties', { objectId: piece.result.objectId, ownProperties: true })).result.map(({ value }) => value.value);
	assert.strictEqual((await opened200())[99], 299);
	await client.call('Runtime.releaseObject', { objectId: piece.result.objectId });
	assert.strictEqual((await opened200())[99], 299, 'a released part is not the whole');
	const incomplete = await client.call('Runtime.compileScript', { expression: 'name.', sourceURL: '', persistScript: false, executionContextId: 1 });
	assert.match(incomplete.exceptionDetails.exception.description, /^SyntaxError: Unexpected end of input/);
	assert.deepStrictEqual(await client.call('Runtime.compileScript', { expression: 'name', sourceURL: '', persistScript: false, executionContextId: 1 }), {});
	const made = await evaluate('({ a: [1, { deep: name }] })');
	const { result } = await client.call('Runtime.getProperties', { objectId: made.result.objectId, ownProperties: true });
	assert.strictEqual(result[0].value.description, 'Array(2)');
	assert.deepStrictEqual((await evaluate('({ a: [1, { deep: name }] })', { returnByValue: true })).result.value, { a: [1, { deep: 'honey' }] });
	assert.deepStrictEqual(await client.call('Runtime.releaseObjectGroup', { objectGroup: 'console' }), {});
	const slow = Date.now();
	const endless = await evaluate('[...Array(1e6).keys()].map((x) => [...Array(1e6).keys()].map((y) => x * y))');
	assert.ok(endless.exceptionDetails, 'an endless expression is ended');
	assert.ok(Date.now() - slow < 20_000);
});

test('search in a script, its source, and what is not there', async (t) => {
	const { client } = await opened(t);
	const { scriptId } = client.paused.callFrames[0].location;
	const search = (params) => client.call('Debugger.searchInContent', { scriptId, ...params });
	assert.deepStrictEqual((await search({ query: 'THERE IS NO HONEY' })).result.map(({ lineNumber }) => lineNumber), [42]);
	assert.deepStrictEqual((await search({ query: 'THERE IS NO HONEY', caseSensitive: true })).result, []);
	assert.deepStrictEqual((await search({ query: 'class \\w+ \\{', isRegex: true })).result.map(({ lineContent }) => lineContent), ['class Customer {', 'class Order {', 'class Stock {']);
	assert.deepStrictEqual((await client.request('Debugger.getScriptSource', { scriptId: '99999' })).error, { code: -32000, message: 'No script for id: 99999' });
	assert.deepStrictEqual((await client.request('Debugger.getScriptSource', { scriptId: 'abc' })).error, { code: -32000, message: 'No script for id: abc' });
});
