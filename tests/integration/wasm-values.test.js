// SPDX-License-Identifier: MIT
'use strict';
// WebAssembly objects are captured with what only V8's inspector sees of them.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const nodes = require('../support/nodes');
const { folder, run, inspmort, convert, variables } = require('../support/agent');

// Exports a function, an imported memory, a table and a global of 42.
const source = `
	const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 2, 12, 1, 3, 101, 110, 118, 3, 109, 101, 109, 2, 0, 1, 3, 2, 1, 0, 4, 4,
		1, 112, 0, 2, 6, 6, 1, 127, 1, 65, 42, 11, 7, 21, 4, 1, 102, 0, 0, 3, 109, 101, 109, 2, 0, 1, 116, 1, 0, 3, 103, 108, 111, 3, 0, 10, 6, 1, 4, 0, 65, 7, 11]);
	let ran = 0;
	const memory = new WebAssembly.Memory({ initial: 2, maximum: 3 }), code = new WebAssembly.Module(bytes);
	// What only looks like one, and counts who calls it.
	class Fake { get buffer() { ran++; return new ArrayBuffer(65536); } get [Symbol.toStringTag]() { ran++; return 'WebAssembly.Memory'; } }
	const bound = Object.defineProperty({ [Symbol.toStringTag]: 'WebAssembly.Memory' }, 'buffer', { get: function () { ran++; return new ArrayBuffer(65536); }.bind(null) });
	process.on('exit', () => require('fs').writeSync(1, 'ran ' + ran + '\\n'));
	(function crash(memory, code, instance, table, fake, bound) { throw new Error('x'); })(memory, code, new WebAssembly.Instance(code, { env: { mem: memory } }),
		new WebAssembly.Table({ initial: 3, element: 'anyfunc' }), new Fake(), Object.create(bound));`;

for (const { major, path: node } of nodes) {
	for (const channel of ['agent', 'websocket']) {
		test(`Node ${major}, ${channel}: WebAssembly`, (t) => {
			const dir = folder(t), out = path.join(dir, 'out'), program = path.join(dir, 'wasm.js');
			fs.mkdirSync(out);
			fs.writeFileSync(program, source);
			const { stdout } = run(inspmort, ['run', '--via', channel, '--', node, program], { env: { INSPMORT_DIR: out } });
			assert.strictEqual(stdout, 'ran 0\n');
			const crash = convert(path.join(out, fs.readdirSync(out)[0]));
			const locals = variables(crash, crash.Paused[0].callFrames[0]);
			const shown = Object.fromEntries(Object.entries(locals).map(([name, { subtype, className, description }]) => [name, [subtype, className, description]]));
			assert.deepStrictEqual(shown, { memory: ['webassemblymemory', 'Memory', 'Memory(2)'], code: [undefined, 'Module', 'Module'],
				instance: [undefined, 'Instance', 'Instance'], table: [undefined, 'Table', 'Table'], fake: [undefined, 'Fake', 'Fake'], bound: [undefined, 'WebAssembly.Memory', 'WebAssembly.Memory'] });
			const internals = ({ objectId }) => Object.fromEntries(crash.RemoteObjects[objectId].internalProperties.filter((p) => p.name !== '[[Prototype]]').map((p) => [p.name, p.value]));
			const own = ({ objectId }) => Object.fromEntries(crash.RemoteObjects[objectId].result.filter((p) => p.name !== '__proto__').map((p) => [p.name, p.value]));
			assert.deepStrictEqual(Object.keys(internals(locals.code)), ['[[Exports]]', '[[Imports]]']);
			assert.strictEqual(own(own(internals(locals.code)['[[Imports]]'])[0]).name.value, 'mem');
			const instance = internals(locals.instance);
			assert.strictEqual(instance['[[Module]]'].objectId, locals.code.objectId);
			assert.strictEqual(own(own(instance['[[Globals]]']).$glo).value.value, 42);
			assert.strictEqual(own(instance['[[Functions]]']).$f.type, 'function');
			assert.strictEqual(own(instance['[[Memories]]'])['$env.mem'].objectId, locals.memory.objectId);
			assert.strictEqual(Object.keys(own(internals(locals.table)['[[Entries]]'])).length, 4);
		});
	}
}
