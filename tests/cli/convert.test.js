// SPDX-License-Identifier: MIT
// `inspmort convert`: every format of a real crash says what the program held.
'use strict';

const assert = require('node:assert');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { crashSource, inspmort, temporaryDirectory } = require('../support/serve.js');

const source = `'use strict';
const shared = { name: 'shared \\u00e9 \\ud83d\\ude00', lone: '\\ud800x', nul: 'a\\0b' };
class Box { #hidden = 42; constructor() { this.self = this; this.shared = shared; } get size() { throw new Error('a getter ran'); } #secret() {} }
function boom(box, list, map) {
	const numbers = [-0, NaN, Infinity, 1.5, 2 ** 53, 12n], sparse = [1, , 3], bytes = new Uint8Array([1, 2, 3]);
	const missing = undefined, nothing = null, yes = true, sym = Symbol('mark'), err = new RangeError('inside');
	const wrapped = { [sym]: 'by symbol', 'odd name': 1, 7: 'index' };
	throw new TypeError('boom');
}
boom(new Box(), [shared, shared], new Map([['k', { v: 1 }], [shared, 'by object']]));
`;

function convert(file, ...args) {
	const result = spawnSync(inspmort, ['convert', ...args, file], { encoding: 'utf8', maxBuffer: 1 << 30 });
	assert.deepStrictEqual([result.status, result.signal, result.stderr], [0, null, '']);
	return result.stdout;
}

test('convert', async (t) => {
	const dir = temporaryDirectory(t);
	const file = crashSource(dir, 'boom.js', source);
	const json = JSON.parse(convert(file));

	const frame = json.Paused[0].callFrames[0];
	const local = frame.scopeChain.find((scope) => scope.type === 'local').object;
	const properties = (remote) => Object.fromEntries(json.RemoteObjects[remote.objectId].result.map((p) => [p.name, p]));
	const value = (remote, name) => properties(remote)[name].value;
	const internal = (remote, name) => json.RemoteObjects[remote.objectId].internalProperties.find((p) => p.name === name)?.value;

	await t.test('json: the pause', () => {
		assert.deepStrictEqual(Object.keys(json).slice(0, 4), ['Paused', 'RemoteObjects', 'Scripts', 'Report']);
		assert.strictEqual(json.Paused.length, 1);
		assert.strictEqual(json.Paused[0].reason, 'exception');
		assert.strictEqual(json.Paused[0].data.className, 'TypeError');
		assert.match(json.Paused[0].data.description, /^TypeError: boom\n    at boom \(/);
		assert.strictEqual(json.Paused[0].data.uncaught, true);
		assert.strictEqual(frame.functionName, 'boom');
		assert.strictEqual(frame.location.lineNumber, 7);
	});

	await t.test('json: values and names are those of the program', () => {
		const numbers = properties(value(local, 'numbers'));
		assert.deepStrictEqual([0, 1, 2, 3, 4, 5].map((i) => numbers[i].value.unserializableValue ?? numbers[i].value.value),
			['-0', 'NaN', 'Infinity', 1.5, 2 ** 53, '12n']);
		assert.deepStrictEqual(Object.keys(properties(value(local, 'sparse'))), ['0', '2', 'length']);
		assert.strictEqual(value(local, 'missing').type, 'undefined');
		assert.strictEqual(value(local, 'nothing').subtype, 'null');
		assert.strictEqual(value(local, 'yes').value, true);
		assert.strictEqual(value(local, 'sym').description, 'Symbol(mark)');
		assert.match(value(local, 'err').description, /^RangeError: inside/);
		assert.deepStrictEqual(Object.keys(properties(value(local, 'wrapped'))), ['7', 'odd name', 'Symbol(mark)']);
		assert.strictEqual(properties(value(local, 'wrapped'))['Symbol(mark)'].symbol.objectId, value(local, 'sym').objectId);
		const bytes = properties(value(local, 'bytes'));
		assert.deepStrictEqual([0, 1, 2].map((i) => bytes[i].value.value), [1, 2, 3]);
		const shared = value(value(local, 'list'), '0');
		assert.strictEqual(value(shared, 'name').value, 'shared \u00e9 \u{1f600}');
		assert.strictEqual(value(shared, 'lone').value, '\ud800x');
		assert.strictEqual(value(shared, 'nul').value, 'a\0b');
	});

	await t.test('json: identity, cycles, entries, private members, accessors', () => {
		const list = value(local, 'list'), box = value(local, 'box'), map = value(local, 'map');
		assert.strictEqual(value(list, '0').objectId, value(list, '1').objectId);
		assert.strictEqual(value(box, 'self').objectId, box.objectId);
		assert.strictEqual(value(box, 'shared').objectId, value(list, '0').objectId);
		assert.deepStrictEqual(json.RemoteObjects[box.objectId].privateProperties.map((p) => [p.name, p.value.value]), [['#hidden', 42]]);
		const methods = internal(box, '[[PrivateMethods]]');
		assert.strictEqual(methods.description, 'PrivateMethods[1]');
		assert.strictEqual(value(value(methods, '0'), 'name').value, '#secret');
		const size = json.RemoteObjects[internal(box, '[[Prototype]]').objectId].result.find((p) => p.name === 'size');
		assert.strictEqual(size.get.type, 'function');
		assert.strictEqual(size.value, undefined);
		const entries = internal(map, '[[Entries]]');
		assert.strictEqual(value(value(entries, '0'), 'key').value, 'k');
		assert.strictEqual(value(value(value(entries, '0'), 'value'), 'v').value, 1);
		assert.strictEqual(value(value(entries, '1'), 'key').objectId, value(list, '0').objectId);
	});

	await t.test('json: every id that is mentioned can be looked up', () => {
		const text = JSON.stringify(json);
		const ids = new Set([...text.matchAll(/"objectId":"([^"]+)"/g)].map((m) => m[1]));
		assert.ok(ids.size > 300);
		assert.deepStrictEqual([...ids].filter((id) => !json.RemoteObjects[id]), []);
	});

	await t.test('json: scripts', () => {
		const script = json.Scripts[frame.location.scriptId];
		assert.ok(script.source.includes(`throw new TypeError('boom')`));
		assert.strictEqual(script.params.scriptId, frame.location.scriptId);
		assert.match(script.params.url, /boom\.js$/);
		assert.strictEqual(script.params.length, script.source.length);
	});

	await t.test('json: the report', () => {
		assert.strictEqual(json.Report.header.nodejsVersion, process.version);
		assert.strictEqual(json.Report.environmentVariables, undefined);
		assert.deepStrictEqual(JSON.parse(convert(file, '--to', 'report')), json.Report);
	});

	await t.test('jsonl: one object a line', () => {
		const lines = convert(file, '--to', 'jsonl').trimEnd().split('\n').map((line) => JSON.parse(line));
		assert.strictEqual(lines[0].type, 'crash');
		assert.strictEqual(lines[0].error, 'TypeError: boom');
		const objects = new Map(lines.filter((line) => line.type === 'object').map((line) => [line.id, line]));
		const top = lines.find((line) => line.type === 'frame' && line.index === 0);
		assert.strictEqual(top.function, 'boom');
		const scope = objects.get(top.scopes[0].object.ref);
		assert.deepStrictEqual(objects.get(scope.properties.numbers.ref).elements,
			[{ number: '-0' }, { number: 'NaN' }, { number: 'Infinity' }, 1.5, 2 ** 53, { bigint: '12' }]);
		assert.deepStrictEqual(objects.get(scope.properties.sparse.ref).elements, [1, { holes: 1 }, 3]);
		assert.deepStrictEqual(scope.properties.missing, { undefined: true });
		const box = objects.get(scope.properties.box.ref);
		assert.deepStrictEqual([box.class, box.privates['#hidden'], box.properties.self], ['Box', 42, { ref: box.id }]);
		assert.strictEqual(objects.get(scope.properties.map.ref).elements.length, 4);
	});

	await t.test('sentry: an event', () => {
		const event = JSON.parse(convert(file, '--to', 'sentry'));
		const [thrown] = event.exception.values.slice(-1);
		assert.match(event.event_id, /^[0-9a-f]{32}$/);
		assert.deepStrictEqual([thrown.type, thrown.value, thrown.mechanism.handled], ['TypeError', 'boom', false]);
		const frame0 = thrown.stacktrace.frames.at(-1);
		assert.deepStrictEqual([frame0.function, frame0.lineno, frame0.in_app, frame0.context_line.trim()],
			['boom', 8, true, `throw new TypeError('boom');`]);
		assert.strictEqual(frame0.pre_context.length, 5);
		assert.strictEqual(frame0.post_context.length, 2);
		assert.deepStrictEqual([frame0.vars.yes, frame0.vars.nothing, frame0.vars.missing], [true, null, 'undefined']);
		assert.match(frame0.vars.box, /^Box \{#hidden: 42, /);
		assert.strictEqual(thrown.stacktrace.frames[0].in_app, false);
	});

	await t.test('text and markdown', () => {
		const show = spawnSync(inspmort, ['show', file], { encoding: 'utf8' }).stdout;
		assert.strictEqual(convert(file, '--to', 'text'), show);
		const markdown = convert(file, '--to', 'markdown');
		assert.match(markdown, /^# TypeError: boom\n\n {4}TypeError: boom\n {8}at boom \(/);
		assert.match(markdown, /^### \\#0 boom \(.*boom\\\.js:8:\d+\)$/m);
		assert.strictEqual(markdown.match(/^~~~~~~$/gm).length % 2, 0);
	});

	await t.test('-o: whole or not at all', () => {
		const out = path.join(dir, 'out.json');
		fs.writeFileSync(out, 'before');
		assert.strictEqual(convert(file, '-o', out), '');
		assert.deepStrictEqual(JSON.parse(fs.readFileSync(out, 'utf8')).Paused, json.Paused);
		assert.strictEqual(Buffer.byteLength(convert(file, '-o', '-')), fs.statSync(out).size);

		const nowhere = spawnSync(inspmort, ['convert', '-o', path.join(dir, 'no/such/dir.json'), file], { encoding: 'utf8' });
		assert.deepStrictEqual([nowhere.status, nowhere.stdout], [1, '']);
		assert.match(nowhere.stderr, /^inspmort: .*dir\.json: .*No such file or directory\n$/);
		if (fs.existsSync('/dev/full')) {
			const full = spawnSync('sh', ['-c', `'${inspmort}' convert '${file}' > /dev/full`], { encoding: 'utf8' });
			assert.strictEqual(full.status, 1);
			assert.match(full.stderr, /^inspmort: .*No space left on device\n$/);
		}
		assert.deepStrictEqual(fs.readdirSync(dir).filter((name) => name.includes('partial')), []);
	});

	await t.test('a reader that goes away ends it quietly', () => {
		const result = spawnSync('sh', ['-c', `'${inspmort}' convert '${file}' | head -c 10`], { encoding: 'utf8' });
		assert.deepStrictEqual([result.status, result.stderr, result.stdout], [0, '', '{"Paused":'.slice(0, 10)]);
	});

	await t.test('a file cut anywhere gives a whole document or one line why', () => {
		const bytes = fs.readFileSync(file);
		const cut = path.join(dir, 'cut.inspmort');
		let readable = 0;
		for (let i = 1; i <= 24; i++) {
			fs.writeFileSync(cut, bytes.subarray(0, Math.floor(bytes.length * i / 25)));
			const result = spawnSync(inspmort, ['convert', cut], { encoding: 'utf8', maxBuffer: 1 << 30 });
			assert.strictEqual(result.signal, null);
			if (result.status === 0) {
				JSON.parse(result.stdout);
				readable++;
				const show = spawnSync(inspmort, ['show', cut], { encoding: 'utf8' });
				assert.deepStrictEqual([show.status, show.stderr], [0, '']);
				assert.match(show.stdout, /\nThis file is cut; what could be read is shown\.\n|^No stack in this file\.\n/);
			} else {
				assert.match(result.stderr, /^inspmort: [^\n]*\n$/);
			}
		}
		assert.ok(readable >= 20, `${readable} of 24`);
	});
});

test('an interrupted conversion leaves nothing behind', async (t) => {
	const dir = temporaryDirectory(t);
	const file = crashSource(dir, 'boom.js', source);
	const out = path.join(dir, 'out.json');
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
		const child = spawn(inspmort, ['convert', '-o', out, file], { stdio: 'ignore' });
		const ended = once(child, 'exit'); /* it may be over before we look */
		const partial = () => fs.readdirSync(dir).filter((name) => name.endsWith('.partial'));
		while (!partial().length && child.exitCode === null)
			await new Promise((resolve) => setImmediate(resolve));
		child.kill(signal);
		const [code, by] = await ended;
		// Either it was still at work, or it had just finished; never a leftover.
		assert.ok(by === signal || (code === 0 && fs.existsSync(out)), `${code} ${by}`);
		assert.deepStrictEqual(partial(), []);
	}
});

test('sentry: within what it takes', (t) => {
	const dir = temporaryDirectory(t);
	const file = crashSource(dir, 'deep.js', `
Error.stackTraceLimit = 200;
function down(n, big) {
	${Array.from({ length: 40 }, (_, i) => `const text${i} = 'x'.repeat(900) + n;`).join(' ')}
	if (n === 0)
		throw new TypeError('no row', { cause: new Error('disk', { cause: new RangeError('sector 7') }) });
	down(n - 1, big);
}
down(120);`);
	const text = convert(file, '--to', 'sentry');
	assert.ok(text.length < 1_000_000, `${text.length}`);
	const event = JSON.parse(text);
	assert.deepStrictEqual(event.exception.values.map(({ type, value, mechanism }) => [type, value, mechanism]), [
		['RangeError', 'sector 7', { type: 'chained', handled: false, source: 'cause', exception_id: 2, parent_id: 1 }],
		['Error', 'disk', { type: 'chained', handled: false, source: 'cause', exception_id: 1, parent_id: 0 }],
		['TypeError', 'no row', { type: 'onuncaughtexception', handled: false, exception_id: 0 }],
	]);
	const { frames } = event.exception.values.at(-1).stacktrace;
	assert.strictEqual(frames.length, 50);
	assert.strictEqual(frames.at(-1).vars.n, 0); // the newest frames are those that are kept
	assert.strictEqual(frames.at(-10).vars.n, 9);
	assert.strictEqual(frames[0].function, 'down');
	assert.match(event.event_id, /^[0-9a-f]{32}$/);
	assert.strictEqual(event.sdk.name, 'inspmort');
});
