// SPDX-License-Identifier: MIT
// Node's own command-line debugger, of several versions, on a dead process.
'use strict';

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');
const { crash, root, serve, temporaryDirectory } = require('../support/serve.js');
const nodes = require('../support/nodes.js');

// Types commands at the prompt, one after the other, and returns what each printed.
async function debug(t, node, address, commands) {
	const child = spawn(node, ['inspect', address], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1', TERM: 'dumb' } });
	t.after(() => child.kill('SIGKILL'));
	let text = '';
	let wake = () => {};
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding('utf8').on('data', (piece) => { text += piece; wake(); });
	child.on('exit', () => wake());
	const until = async (prompt) => {
		const deadline = Date.now() + 30_000;
		while (!prompt.test(text)) {
			if (child.exitCode !== null || Date.now() > deadline)
				throw new Error(`no prompt: ${text}`);
			await new Promise((resolve) => { wake = resolve; setTimeout(resolve, 100); });
		}
		const said = text;
		text = '';
		return said;
	};
	const answers = [await until(/exception in[\s\S]*debug> $/)];
	for (const command of commands) {
		child.stdin.write(`${command}\n`);
		// Going on prints the prompt first, and where it stopped after that.
		answers.push(await until(['next', 'cont'].includes(command) ? /exception in[\s\S]*debug> $/ : /debug> $/));
	}
	child.stdin.end('.exit\n');
	return answers;
}

for (const { major, path: node } of nodes) {
	test(`node inspect of Node ${major}`, async (t) => {
		const dir = temporaryDirectory(t);
		crash(dir, path.join(root, 'examples/nested.js'));
		const server = await serve(t, [dir]);
		const [start, bt, list, exec, member, missing, watch, watchers, breakpoint, step, cont, after, scripts] = await debug(t, node, `127.0.0.1:${server.port}`, [
			'bt', 'list(2)', 'exec("name")', 'exec("quantity + name.length")', 'exec("nosuch.x")', 'watch("name")', 'watchers',
			'setBreakpoint(44)', 'next', 'cont', 'exec("quantity")', 'scripts',
		]);
		assert.match(start, /exception in .*nested\.js:43/);
		assert.match(start, /level\.price \* quantity/);
		assert.match(bt, /#0 priceOf .*nested\.js:43:22[\s\S]*#1 checkout .*nested\.js:54[\s\S]*#2 main /);
		assert.match(list, /const total = level\.price/);
		assert.match(exec, /'honey'/);
		assert.match(member, /^6$/m);
		assert.match(missing, /ReferenceError: nosuch is not defined/);
		assert.match(watchers, /name = 'honey'/);
		assert.doesNotMatch(breakpoint, /Error/);
		assert.match(step, /exception in .*nested\.js:43/, 'next stays where the process died');
		assert.match(cont, /exception in .*nested\.js:43/, 'cont, too');
		assert.match(after, /1/);
		assert.match(scripts, /nested\.js/);
		assert.ok(watch !== undefined);
	});
}
