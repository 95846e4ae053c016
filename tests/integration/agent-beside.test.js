// SPDX-License-Identifier: MIT
'use strict';
// Beside other tools that look into the process.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const nodes = require('../support/nodes');
const { folder, run, withAgent, convert, variables } = require('../support/agent');

const sentry = path.join(__dirname, '../node_modules/@sentry/node');

// Sentry's worker attaches to the main thread's inspector; Node tells of that, with a port that is never
// the same, and waits for it at the end if need be. Whether the worker is there in time is chance.
const withoutInspector = (stderr) => stderr.replace(/^Debugger listening on .*\n|^For help, see: .*\n|^Waiting for the debugger.*\n/mg, '')
	.replace(/ \{\n {2}__SENTRY_ERROR_LOCAL_VARIABLES__[^]*?\n\}\n/, '\n');

function both(t, node, source, options = []) {
	const dir = folder(t), out = path.join(dir, 'out'), program = path.join(dir, 'program.js');
	fs.mkdirSync(out);
	fs.writeFileSync(program, source);
	const plain = run(node, [...options, program]), agent = withAgent(node, [...options, program], out);
	assert.deepStrictEqual([agent.code, agent.signal, agent.stdout, withoutInspector(agent.stderr)],
		[plain.code, plain.signal, plain.stdout, withoutInspector(plain.stderr)]);
	return agent;
}

for (const { major, path: node } of nodes) {
	const init = `require(${JSON.stringify(sentry)}).init({ dsn: 'https://public@127.0.0.1/1', includeLocalVariables: true,
		transport: () => ({ send: async () => ({}), flush: async () => true }) });`;

	test(`Node ${major}: Sentry with local variables, a throw`, (t) => {
		const { files: [file] } = both(t, node, `${init}
			setTimeout(function dies(a) { const local = [a]; throw new Error('fatal'); }, 500, 5);`);
		const crash = convert(file), [frame] = crash.Paused[0].callFrames;
		assert.strictEqual(frame.functionName, 'dies');
		assert.strictEqual(variables(crash, frame).a.value, 5);
	});

	test(`Node ${major}: Sentry with local variables, errors that are handled`, (t) => {
		const { files } = both(t, node, `${init} process.on('uncaughtException', (e) => console.log(e.message));
			setTimeout(() => { throw new Error('handled'); }, 300); setTimeout(() => { Promise.reject(new Error('x')).catch(() => {}); }, 310);
			setTimeout(() => { console.log('alive'); process.exit(0); }, 500);`);
		assert.deepStrictEqual(files, []);
	});

	test(`Node ${major}: SIGUSR1 opens the inspector, and nobody is attached`, (t) => {
		const { files } = both(t, node, `const { url } = require('inspector');
			process.kill(process.pid, 'SIGUSR1');
			setInterval(function dies() { if (url()) throw new Error('fatal'); }, 5);`, ['--inspect-port=0']);
		assert.strictEqual(files.length, 1);
	});

	// The session is told of the agent's pauses as well, and takes so long over them that the agent
	// does not look at the next error.
	test(`Node ${major}: a slow inspector session of the program's own`, (t) => {
		const { files: [file] } = both(t, node, `const session = new (require('inspector').Session)();
			session.connect();
			session.on('Debugger.paused', () => { const { user } = process.cpuUsage(); while (process.cpuUsage().user - user < 200e3); });
			session.post('Debugger.enable');
			const handled = () => { const earlier = 1; require('vm').runInThisContext('throw new Error("handled")'); };
			setTimeout(function dies() { try { handled(); } catch {} const later = 2; throw new Error('fatal'); }, 1);`);
		const { Paused: [{ callFrames, data }] } = convert(file);
		assert.match(data.description, /^Error: fatal/);
		assert.ok(!callFrames.some((frame) => frame.functionName === 'handled'), 'frames of an earlier error');
		assert.strictEqual(callFrames[0].functionName, 'dies');
	});

	test(`Node ${major}: an inspector session that pauses on all exceptions`, (t) => {
		const { files: [file] } = both(t, node, `const session = new (require('inspector').Session)(), told = [];
			session.connect();
			session.on('Debugger.paused', ({ params }) => {
				told.push(params.reason);
				for (const scope of params.callFrames[0].scopeChain)
					if (scope.type === 'local') session.post('Runtime.getProperties', { objectId: scope.object.objectId }, () => {});
				session.post('Debugger.resume');
			});
			session.post('Debugger.enable');
			session.post('Debugger.setPauseOnExceptions', { state: 'all' });
			process.on('exit', () => console.log(told.filter((reason) => reason === 'exception').length));
			setTimeout(function dies(a) { try { null.x; } catch {} throw new Error('fatal'); }, 1, 5);`);
		const crash = convert(file), [frame] = crash.Paused[0].callFrames;
		assert.strictEqual(variables(crash, frame).a.value, 5);
	});
}
