// SPDX-License-Identifier: MIT
'use strict';
// Long strings, arrays, Maps and buffers are in the file to their ends, when they may be.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const nodes = require('../support/nodes');
const { folder, run, inspmort } = require('../support/agent');

const source = `
	const strings = ['x\\u{1f600}'.repeat(70001), 'y'.repeat(65537), '\\u20ac'.repeat(131072), 'z'.repeat(65536), 'rope ' + 'r'.repeat(200000)];
	const crowd = Array.from({ length: 100 }, (_, i) => String.fromCharCode(65 + i % 26).repeat(20000));
	const object = { ['k'.repeat(70000)]: 1, password: 'p'.repeat(100000), log: ' '.repeat(100000) + 'AKIAIOSFODNN7EXAMPLE', last: 'l'.repeat(80000) };
	const numbers = Array.from({ length: 1100000 }, (_, i) => i), map = new Map(numbers.slice(0, 600000).map((i) => [i, -i]));
	const buffer = Buffer.alloc(2500000, 'inspmort');
	const error = new Error('m'.repeat(100000));
	(function crash(...args) { throw error; })(strings, crowd, object, numbers, map, buffer);`;

const checks = [
	['args[0][0] === "x\\u{1f600}".repeat(70001)', true], ['args[0][1] === "y".repeat(65537)', true],
	['args[0][2] === "\\u20ac".repeat(131072)', true], ['args[0][3] === "z".repeat(65536)', true],
	['args[0][4] === "rope " + "r".repeat(200000)', true], ['args[1].every((s) => s.length === 20000)', true],
	['args[1][99] === "V".repeat(20000)', true], ['args[2].log.includes("AKIA")', false], ['args[2].log.length', 100020],
	['args[2].log[0]', '" "'], ['args[2].last === "l".repeat(80000)', true], ['error.message === "m".repeat(100000)', true],
	['args[3][1099999]', 1099999], ['args[3].length', 1100000], ['args[4].size', 600000], ['args[4].get(599999)', -599999], ['args[5][2499999]', 116],
];

for (const { major, path: node } of [nodes[0], nodes.at(-1)]) {
	for (const channel of ['agent', 'websocket']) {
		test(`Node ${major}, ${channel}: huge values to their ends`, (t) => {
			const dir = folder(t), out = path.join(dir, 'out'), program = path.join(dir, 'huge.js');
			fs.mkdirSync(out);
			fs.writeFileSync(program, source);
			const result = run(inspmort, ['run', '--via', channel, '--full', '--', node, program], { env: { INSPMORT_DIR: out, INSPMORT_REDACT: '1' } });
			const [file] = fs.readdirSync(out).map((name) => path.join(out, name));
			assert.ok(file, result.said.join('') + result.stderr.slice(-2000));
			for (const [expression, expected] of checks) {
				const printed = spawnSync(inspmort, ['print', file, expression], { encoding: 'utf8' });
				assert.strictEqual(printed.stdout.trim(), String(expected), `${expression}: ${printed.stderr}`);
			}
			assert.match(spawnSync(inspmort, ['print', file, 'args[2].password'], { encoding: 'utf8' }).stdout, /redacted/);
			assert.strictEqual(spawnSync(inspmort, ['verify', file]).status, 0);
		});
	}
}
