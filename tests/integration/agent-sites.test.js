// SPDX-License-Identifier: MIT
'use strict';
// Where Node and V8 call a program, and what is seen of a throw there: `site` is the function that throws, and
// `mark` its variable. `lost`: V8 tells too late for variables; the place is known from the error's own stack.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const nodes = require('../support/nodes');
const { folder, withAgent, convert, variables } = require('../support/agent');

const site = `function site(x) { const mark = 'here'; throw new Error('thrown'); }`;
const sites = {
	'top level': `site();`,
	'setTimeout': `setTimeout(site, 1);`,
	'setInterval': `setInterval(site, 1);`,
	'setImmediate': `setImmediate(site);`,
	'process.nextTick': `process.nextTick(site);`,
	'queueMicrotask': { source: `queueMicrotask(site);`, lost: true },
	'http request handler': `const h = require('http').createServer(site).listen(0, '127.0.0.1', () => require('http').get({ port: h.address().port }).on('error', () => {}));`,
	'net connection': `const n = require('net').createServer(site).listen(0, '127.0.0.1', () => require('net').connect(n.address().port));`,
	'stream data': `const { Readable } = require('stream'); Readable.from(['a']).on('data', site);`,
	'stream write': `new (require('stream').Writable)({ write: site }).write('x');`,
	'fs callback': `require('fs').stat('.', site);`,
	'dns callback': `require('dns').lookup('127.0.0.1', site);`,
	'zlib callback': `require('zlib').gzip('x', site);`,
	'crypto callback': `require('crypto').randomBytes(8, site);`,
	'child process exit': `require('child_process').spawn('true').on('exit', site);`,
	'emitter': `const e = new (require('events'))(); e.on('x', site); e.emit('x');`,
	'sort callback': `[2, 1].sort(site);`,
	'replace callback': `'x'.replace(/x/, site);`,
	'forEach': `new Map([[1, 2]]).forEach(site);`,
	'getter': `const o = { get p() { return site(); } }; o.p;`,
	'proxy trap': `new Proxy({}, { get: site }).p;`,
	'toString': `\`\${{ toString: site }}\`;`,
	'JSON.stringify': `JSON.stringify({ toJSON: site });`,
	'vm script': `globalThis.f = site; setTimeout(() => require('vm').runInThisContext('f()'), 1);`,
	'other vm context': `require('vm').runInNewContext('f()', { f: site });`,
	'generator': `function* g() { yield site(); } g().next();`,
	'signal handler': `process.on('SIGUSR2', site); process.kill(process.pid, 'SIGUSR2'); setTimeout(() => {}, 1000);`,
	'exit handler': `process.on('exit', site);`,
	'domain': `const d = require('domain').create(); d.run(() => setTimeout(site, 1));`,
	'finally': `try { site(); } finally { globalThis.after = 1; }`,
	'class constructor': `class A { constructor() { site(); } } class B extends A {} new B();`,
	'static block': `class A { static { site(); } }`,
	'field initializer': `class A { field = site(); } new A();`,
	'async hook': `const { AsyncLocalStorage } = require('async_hooks'); new AsyncLocalStorage().run(1, site);`,
	'eval': `eval('site()');`,
	'Function': `new Function('f', 'f()')(site);`,
	'async function': `(async () => { site(); })();`,
	'async function after await': { source: `(async () => { await null; site(); })();`, lost: true },
	'promise executor': { source: `new Promise(site);`, lost: true },
	'then callback': { source: `Promise.resolve().then(site);`, lost: true },
	'EventTarget': { source: `const t = new EventTarget(); t.addEventListener('x', site); t.dispatchEvent(new Event('x'));`, lost: true },
	'MessagePort': { source: `const { port1, port2 } = new MessageChannel(); port1.onmessage = site; port2.postMessage(1);`, lost: true },
};
sites['async function'] = { source: sites['async function'], lost: true };

for (const { major, path: node } of nodes)
	for (const [name, what] of Object.entries(sites)) {
		const { source, lost } = typeof what === 'string' ? { source: what } : what;
		test(`Node ${major}: ${name}`, (t) => {
			const dir = folder(t), out = path.join(dir, 'out'), program = path.join(dir, 'program.js');
			fs.mkdirSync(out);
			fs.writeFileSync(program, `${site}\n${source}\n`);
			const { files, stderr } = withAgent(node, [program], out, { env: { INSPMORT_MAX_OBJECTS: '2000' } });
			assert.strictEqual(files.length, 1, stderr);
			const crash = convert(files[0]);
			const [frame] = crash.Paused[0].callFrames;
			assert.strictEqual(frame.functionName, 'site');
			assert.strictEqual(frame.location.lineNumber, 0);
			if (lost) return;
			assert.strictEqual(variables(crash, frame).mark.value, 'here');
		});
	}
