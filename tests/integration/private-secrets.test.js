// SPDX-License-Identifier: MIT
'use strict';
// What only the protocol tells is searched for secrets like everything else.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { folder, run, inspmort, convert, variables } = require('../support/agent');

const source = `class Account { #password = 'hunter2secret'; #token = 12345; #name = 'ada'; #key = 'AKIA' + 'IOSFODNN7EXAMPLE'; #credentials = { a: 'deep' + 'inside' }; }
	const bound = function f() {}.bind('AKIA' + 'IOSFODNN7EXAMPLE');
	(function crash(account, bound, deep) { null.x; })(new Account(), bound, { a: { b: { c: { d: 1 } } } });`;

for (const channel of ['agent', 'websocket']) {
	test(`${channel}: private members and bound receivers`, (t) => {
		const dir = folder(t), out = path.join(dir, 'out'), program = path.join(dir, 'private.js');
		fs.mkdirSync(out);
		fs.writeFileSync(program, source);
		run(inspmort, ['run', '--via', channel, '--', process.execPath, program], { env: { INSPMORT_DIR: out } });
		const crash = convert(path.join(out, fs.readdirSync(out)[0]));
		const { account, bound } = variables(crash, crash.Paused[0].callFrames[0]);
		const shown = Object.fromEntries(crash.RemoteObjects[account.objectId].privateProperties.map((p) => [p.name, p.value.value ?? p.value.description]));
		assert.strictEqual(shown['#name'], 'ada');
		for (const name of ['#password', '#token', '#key'])
			assert.match(String(shown[name]), /redacted/, name);
		const told = JSON.stringify({ ...crash.RemoteObjects });
		assert.ok(!told.includes('AKIAIOSFODNN7EXAMPLE'), 'a receiver');
		assert.ok(!told.includes('deepinside'), 'what a secret member holds');
		assert.ok(crash.RemoteObjects[bound.objectId]);
	});
}
