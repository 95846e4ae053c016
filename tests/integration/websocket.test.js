// SPDX-License-Identifier: MIT
'use strict';
// `inspmort run --via websocket`: the program dies as it would have, and a file says how.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');
const nodes = require('../support/nodes');
const { folder, run, inspmort, convert, variables } = require('../support/agent');

const examples = path.join(__dirname, '..', '..', 'examples');

function watched(node, args, dir, { env, options = [], ...rest } = {}) {
	const result = run(inspmort, ['run', '--via', 'websocket', ...options, '--', node, ...args],
		{ env: { INSPMORT_DIR: dir, ...env }, ...rest });
	result.files = fs.readdirSync(dir).sort().map((name) => path.join(dir, name));
	return result;
}

// With a debugger attached Node shows another source line above a rejection; all else is compared.
const belowArrow = (name, text) => name.startsWith('rejects') ? text.replace(/^[^]*?\n\n/, '') : text;

// files: how many crash files each program leaves.
const programs = {
	'throws.js': { files: 1, source: `function f(a) { const local = [a]; null.x; } f(5);` },
	'throws-later.js': { files: 1, source: `setTimeout(function tick() { throw new TypeError('later'); }, 1);` },
	'throws-null.js': { files: 1, source: `(function f(a) { throw null; })(1);` },
	'overflows.js': { files: 1, source: `function f(a) { const local = [a]; return f(a + 1) + 1; } f(0);` },
	'rejects.js': { files: 1, source: `async function g(z) { const w = z * 2; throw new Error('rejected ' + w); }
		async function f(a) { await g(a); } f(5);` },
	'rejects-late.js': { files: 1, source: `async function g(z) { await null; throw new Error('late ' + z); }
		async function f(a) { await g(a); } f(5);` },
	'handler-exits.js': { files: 1, source: `process.on('uncaughtException', (e) => { console.log(e.message); process.exit(3); });
		setTimeout(() => { throw new Error('fatal after all'); }, 1);` },
	'handles.js': { files: 0, source: `process.on('uncaughtException', (e) => console.log(e.message));
		setTimeout(() => { throw new Error('no harm done'); }, 1); setTimeout(() => console.log('done'), 30);` },
	'catches.js': { files: 0, source: `try { null.x; } catch (e) { console.log(e.message); }
		Promise.reject(new Error('caught')).catch((e) => console.log(e.message));` },
	'exits.js': { files: 0, source: `process.exitCode = 7; console.log('bye'); console.error('Debugger attached?');` },
	'kills-itself.js': { files: 0, source: `process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);` },
	'forks.js': { files: 0, source: `const { fork } = require('child_process');
		if (process.argv[2]) console.log(process.execArgv); else fork(__filename, ['child']);` },
	'works.js': { files: 0, source: `const { Worker } = require('worker_threads');
		new Worker('console.log("worker")', { eval: true });` },
	'prompts.js': { files: 0, source: `process.stderr.write('Debug'); process.stderr.write('ger?\\nW'); process.stderr.write('ait\\n');` },
	// How much of the program's code ran: as much as without us.
	'counts.js': { files: 1, source: `const { writeSync } = require('fs');
		let ran = 0;
		const count = function () { ran++; };
		const traps = new Proxy({}, { get(t, k) { ran++; return Reflect.get(t, k); } });
		const holder = { get a() { ran++; return 1; }, set b(v) { ran++; }, toString: count, valueOf: count,
			proxy: new Proxy(function () {}, traps), list: new Proxy([1, 2], traps), inner: new Error('inner') };
		holder[Symbol.toPrimitive] = count;
		// V8's inspector formats the thrown error itself when it pauses (Node 26); nobody formats another.
		Error.prepareStackTrace = function (e, sites) { if (e === holder.inner) ran++; return 'formatted by the program'; };
		process.on('exit', () => writeSync(1, 'ran ' + ran + '\\n'));
		const define = Object.defineProperty, keys = Reflect.ownKeys, of = Object.getOwnPropertyDescriptor;
		const protos = [Map.prototype, Set.prototype, Array.prototype, String.prototype, Function.prototype, RegExp.prototype,
			Date.prototype, Promise.prototype, Symbol.prototype, Number.prototype, Uint8Array.prototype.__proto__];
		define(Array.prototype, '5000', { configurable: true, get: count, set: count });
		const map = new Map([[holder, 1]]), set = new Set(['x']), date = new Date(0), regexp = /a/g;
		(function crash() {
			for (let i = 0; i < protos.length; i++) {
				const list = keys(protos[i]);
				for (let j = 0; j < list.length; j++) {
					const d = of(protos[i], list[j]);
					if (d.configurable && list[j] !== 'constructor')
						define(protos[i], list[j], d.get ? { get: count, configurable: true } : { value: count, configurable: true });
				}
			}
			null.x;
		})();` },
	'throws.mjs': { files: 1, source: `function f(a) { null.x; } setTimeout(() => f(5), 1);` },
};

for (const node of nodes) {
	test(`Node ${node.major}: same exit code, signal and output with and without`, (t) => {
		const dir = folder(t), out = path.join(dir, 'out');
		fs.mkdirSync(out);
		for (const [name, { source, files }] of Object.entries(programs)) {
			const file = path.join(dir, name);
			fs.writeFileSync(file, source);
			const plain = run(node.path, [file]);
			const seen = watched(node.path, [file], out);
			for (const what of ['code', 'signal', 'stdout'])
				assert.strictEqual(seen[what], plain[what], `${name}: ${what}`);
			assert.strictEqual(belowArrow(name, seen.stderr), belowArrow(name, plain.stderr), `${name}: stderr`);
			assert.strictEqual(seen.files.length, files, `${name}: files`);
			assert.strictEqual(seen.said.length, files, `${name}: lines of ours`);
			for (const crash of seen.files) {
				assert.match(path.basename(crash), /^crash\.[\dTZ.-]+\.\d+\.[0-9a-f]{6}\.inspmort$/);
				assert.strictEqual(fs.statSync(crash).mode & 0o777, 0o600);
				fs.unlinkSync(crash);
			}
		}
	});

	test(`Node ${node.major}: names and values are those of the program`, (t) => {
		const dir = folder(t);
		const result = watched(node.path, [path.join(examples, 'nested.js')], dir);
		const crash = convert(result.files[0]), [paused] = crash.Paused;
		assert.strictEqual(paused.reason, 'exception');
		assert.match(paused.data.description, /^TypeError: Cannot read properties of undefined \(reading 'price'\)\n/);
		assert.deepStrictEqual(paused.callFrames.slice(0, 3).map((f) => f.functionName),
			['priceOf', 'checkout', 'main']);
		const local = variables(crash, paused.callFrames[0]);
		assert.strictEqual(local.name.value, 'honey');
		assert.strictEqual(local.quantity.value, 1);
		assert.strictEqual(local.level.type, 'undefined');
		assert.strictEqual(paused.callFrames[0].this.className, 'Stock');
		const main = variables(crash, paused.callFrames[2]);
		assert.strictEqual(main.retries.unserializableValue, '3n');
		const members = (object) => Object.fromEntries(
			crash.RemoteObjects[object.objectId].result.map((p) => [p.name, p.value]));
		const ada = members(main.ada), friend = members(main.friend);
		assert.strictEqual(ada.name.value, 'Ada');
		// A cyclic graph: who is a friend's friend is the same object under the same id.
		assert.strictEqual(members(ada.friend).name.value, 'Grace');
		assert.strictEqual(members(members(ada.friend).friend).name.value, 'Ada');
		assert.strictEqual(friend.friend.objectId, main.ada.objectId);
		const privates = crash.RemoteObjects[main.ada.objectId].privateProperties;
		assert.deepStrictEqual(privates.map((p) => [p.name, p.value.value]), [['#creditLimit', 250]]);
	});
}

test('what cannot be run is said in one line', (t) => {
	const dir = folder(t);
	const run1 = (args) => run(inspmort, ['run', ...args], { env: { INSPMORT_DIR: dir } });
	const missing = run1(['--via', 'websocket', '--', path.join(dir, 'node')]);
	assert.strictEqual(missing.code, 127);
	assert.match(missing.said.join(''), /^inspmort: .*No such file or directory\n$/);
	for (const [args, code, message] of [
		[[], 2, /run what\?/], [['--via', 'pigeon', 'node'], 2, /pigeon/], [['--bogus', 'node'], 2, /--bogus/],
		[['--max-objects', 'many', 'node'], 2, /many/], [['--dir', '/nonexistent', 'node'], 1, /nonexistent/],
		[['--via', 'websocket', 'sh'], 2, /sh/]]) {
		const result = run1(args);
		assert.strictEqual(result.code, code, args.join(' '));
		assert.strictEqual(result.said.length, 1);
		assert.match(result.said[0], message);
		assert.strictEqual(result.stderr + result.stdout, '');
	}
	assert.deepStrictEqual(fs.readdirSync(dir), []);
});

test('signals reach the program, and its answer comes back', async (t) => {
	const dir = folder(t), file = path.join(dir, 'app.js');
	fs.writeFileSync(file, `process.on('SIGTERM', () => process.exit(42)); setInterval(() => {}, 1000);
		console.log('ready');`);
	const child = spawn(inspmort, ['run', '--via', 'websocket', '--', process.execPath, file]);
	await new Promise((resolve) => child.stdout.once('data', resolve));
	child.kill('SIGTERM');
	const code = await new Promise((resolve) => child.on('exit', resolve));
	assert.strictEqual(code, 42);
});

test('no place for the file: one line, and the program dies as ever', (t) => {
	const dir = folder(t), full = folder(t), file = path.join(folder(t), 'app.js');
	fs.writeFileSync(file, `const all = []; for (let i = 0; i < 30000; i++) all.push({ i, s: 'text ' + Math.sin(i) }); null.x;`);
	const plain = run(process.execPath, [file]);
	const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', full]).status === 0;
	if (!mounted) console.error('SKIPPED: the full disk (mounting needs root)');
	fs.mkdirSync(path.join(dir, 'gone'));
	try {
		check();
	} finally {
		if (mounted) spawnSync('umount', [full]);
	}
	function check() {
		for (const [where, message] of [[mounted && full, /No space left/], [path.join(dir, 'gone'), /No such file/]]) {
			if (!where) continue;
			const vanishing = path.join(folder(t), 'app.js'); // removes the folder before it dies
			fs.writeFileSync(vanishing, where === full ? fs.readFileSync(file) :
				`require('fs').rmdirSync(${JSON.stringify(where)});\n${fs.readFileSync(file)}`);
			const seen = watched(process.execPath, [vanishing], where === full ? full : dir,
				{ options: ['--dir', where] });
			assert.strictEqual(seen.code, plain.code);
			assert.strictEqual(seen.said.length, 1, seen.said.join(''));
			assert.match(seen.said[0], message);
			assert.deepStrictEqual(seen.files.filter((name) => /inspmort|partial/.test(path.basename(name))), []);
		}
	}
});

test('budgets end the walk and are told', (t) => {
	const dir = folder(t);
	const result = watched(process.execPath, [path.join(examples, 'nested.js')], dir,
		{ options: ['--max-objects', '100'] });
	const crash = convert(result.files[0]);
	assert.strictEqual(variables(crash, crash.Paused[0].callFrames[0]).name.value, 'honey');
	const info = JSON.parse(run(inspmort, ['info', '--json', result.files[0]]).stdout);
	assert.strictEqual(info.objects, 100);
	assert.ok(info.omitted.objects > 0);
	assert.strictEqual(info.status, 'whole');
});

test('the diagnostic report and the last words are in the file, the environment is not', (t) => {
	const dir = folder(t), file = path.join(folder(t), 'app.js');
	fs.writeFileSync(file, `console.log('last words', { of: 'mine' }, process.env.CANARY.length); null.x;`);
	const result = watched(process.execPath, [file], dir, { env: { CANARY: 'canary-environment' } });
	const report = convert(result.files[0]).Report;
	assert.strictEqual(report.header.nodejsVersion, process.version);
	assert.match(report.javascriptStack.message, /Cannot read properties of null/);
	assert.ok(report.libuv.length > 0);
	const content = spawnSync('zstd', ['-dc', result.files[0]], { maxBuffer: 1 << 30 }).stdout;
	assert.ok(content.includes('"type":"log","args":[{"type":"string","value":"last words"}'));
	assert.ok(!content.includes('canary-environment'));
});

test('secrets stay out of the file unless they are asked for', (t) => {
	const dir = folder(t), programs = folder(t);
	const file = path.join(programs, 'app.js'), data = path.join(programs, 'data.json');
	const secrets = ['canary-pass-1', 'Bearer abcdefghijkl', 'postgres://bob:hunter2hunter2@db/x',
		'canary-key-2', 'ghp_' + 'a'.repeat(36), 'canary-cookie-3', 'canary-argument-4', 'canary-bytes'];
	fs.writeFileSync(data, JSON.stringify(secrets));
	// The names come from the program, the values from elsewhere: sources are not redacted.
	fs.writeFileSync(file, `const s = JSON.parse(require('fs').readFileSync(${JSON.stringify(data)}, 'utf8'));
		function login(user, password) {
			const headers = new Map([['X', s[1]]]), rawHeaders = ['Host', 'x', 'Cookie', s[5]];
			const config = { db: s[2], nested: { apiKey: s[3], list: [s[4]] }, port: 8080 };
			const request = Buffer.from('GET / HTTP/1.1\\r\\nAuthorization: Bearer ' + s[7] + '-0123456789');
			s.length = 0;
			null.x;
		}
		login('bob', s[0]);`);
	const bytes = (options) => {
		const result = watched(process.execPath, [file, '--token', secrets[6]], dir, { options });
		const crash = result.files[0];
		const content = spawnSync('zstd', ['-dc', crash], { maxBuffer: 1 << 30 }).stdout;
		const info = JSON.parse(run(inspmort, ['info', '--json', crash]).stdout);
		fs.unlinkSync(crash);
		return { content, info };
	};
	const redacted = bytes([]), plain = bytes(['--no-redact']);
	for (const secret of secrets) {
		assert.ok(!redacted.content.includes(secret), secret);
		assert.ok(plain.content.includes(secret), secret);
	}
	assert.ok(redacted.content.includes('bob'));
	assert.ok(redacted.info.redacted >= 8, String(redacted.info.redacted));
	assert.strictEqual(plain.info.redacted, 0);
});

for (const node of nodes)
	test(`Node ${node.major}: what was thrown again has the frames of the first throw`, (t) => {
		const source = {
			'module.mjs': `import 'node:fs'; const limit = 5;
				function parse(a) { const local = a * limit; null.x; } parse(7);`,
			'awaits.mjs': `await 1; function parse(a) { const local = a * 5; null.x; } parse(7);`,
			'rethrows.js': `function parse(a) { const local = a * 5; throw new Error('first'); }
				try { parse(7); } catch (e) { e.message += ' and again'; throw e; }`,
			'listens.js': `const target = new EventTarget();
				target.addEventListener('x', function parse(e) { const local = 35; null.x; }); target.dispatchEvent(new Event('x'));`,
		};
		for (const [name, text] of Object.entries(source)) {
			const dir = folder(t), file = path.join(folder(t), name);
			fs.writeFileSync(file, text);
			const { files } = watched(node.path, [file], dir);
			const crash = convert(files[0]), top = crash.Paused[0].callFrames[0];
			assert.strictEqual(top.functionName, 'parse', name);
			assert.strictEqual(variables(crash, top).local.value, 35, name);
		}
		// The error is thrown again by a function that the first throw did not come from: that one's are told.
		const dir = folder(t), file = path.join(folder(t), 'shares.js');
		fs.writeFileSync(file, `const shared = new Error('shared');
			function first() { throw shared; } function second(a) { throw shared; } try { first(); } catch {} second(1);`);
		const crash = convert(watched(node.path, [file], dir).files[0]);
		assert.strictEqual(crash.Paused[0].callFrames[0].functionName, 'second');
	});
