// SPDX-License-Identifier: MIT
// inspmort print: what it says of names that the frame does not know.
'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { inspmort, temporaryDirectory } = require('../support/serve.js');

test('a name that another frame knows', (t) => {
	const dir = temporaryDirectory(t);
	const run = (...args) => spawnSync(inspmort, args, { cwd: dir, encoding: 'utf8', timeout: 60_000 });
	const refuse = (expression, message) => {
		const { status, stdout, stderr } = run('print', dir, expression);
		assert.deepStrictEqual({ status, stdout, stderr }, { status: 1, stdout: '', stderr: `inspmort: ${message}\n` });
	};
	fs.writeFileSync(path.join(dir, 'app.js'), `
		function outer() { const order = { sku: 'A-17' }; inner(order.sku); }
		function inner(sku) { throw new Error('no ' + sku); }
		outer();`);
	run('run', '--dir', dir, 'node', 'app.js');

	assert.strictEqual(run('print', dir, 'sku').stdout, '"A-17"\n');
	refuse('order', 'ReferenceError: order is not defined in frame 0 (it is in another: --frame 1)');
	refuse('order.nothing.here', 'ReferenceError: order is not defined in frame 0 (it is in another: --frame 1)');
	refuse('nowhere', 'ReferenceError: nowhere is not defined');
	refuse('sku.nothing.here', "TypeError: Cannot read properties of undefined (reading 'here')");
});
