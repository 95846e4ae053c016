// SPDX-License-Identifier: MIT
'use strict';
// The npm package, as it is after `npm pack` and `npm install` of the tarball.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const nodes = require('../support/nodes');
const { build, register, folder, run, convert, variables } = require('../support/agent');

// Unpacks what `npm pack` makes, as `npm install` would, without any registry.
function install(t) {
	const dir = folder(t), modules = path.join(dir, 'node_modules', 'inspmort');
	const npm = (...args) => execFileSync('npm', args, { cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
	const [{ filename, files }] = JSON.parse(npm('pack', '--json', path.join(build, 'npm')));
	assert.deepStrictEqual(files.map((f) => f.path).sort(),
		['LICENSE', 'README.md', 'index.d.ts', 'index.js', 'inspmort.node', 'package.json', 'register.js']);
	npm('install', '--offline', '--no-audit', '--no-fund', path.join(dir, filename));
	assert.ok(fs.existsSync(path.join(modules, 'inspmort.node')));
	fs.mkdirSync(path.join(dir, 'out'));
	return dir;
}

test('the package from its tarball', async (t) => {
	const dir = install(t), out = path.join(dir, 'out'), program = path.join(dir, 'program.js');
	const files = () => fs.readdirSync(out).map((name) => path.join(out, name));
	const clear = () => files().forEach((file) => fs.rmSync(file));
	const env = { INSPMORT_DIR: out };

	for (const { major, path: node } of nodes) {
		await t.test(`Node ${major}: captureNow`, () => {
			fs.writeFileSync(program, `const inspmort = require('inspmort');
				function job(n) { const step = 'half way'; return inspmort.captureNow(); }
				console.log(job(3)); console.log(inspmort.armed());`);
			const { stdout, code } = run(node, [program], { cwd: dir, env });
			const [file, armed] = stdout.trim().split('\n');
			assert.deepStrictEqual([code, armed, files()], [0, 'true', [file]]);
			const { Paused: [paused], ...crash } = convert(file);
			const frame = paused.callFrames.find((f) => f.functionName === 'job');
			assert.strictEqual(variables(crash, frame).step.value, 'half way');
			assert.ok(!paused.callFrames.some((f) => f.functionName === 'pause'));
			clear();
		});

		await t.test(`Node ${major}: onCrash`, () => {
			fs.writeFileSync(program, `const { onCrash } = require('inspmort');
				onCrash(() => { throw new Error('ignored'); });
				onCrash(({ file, error }) => console.log(file, error.message));
				(function f() { const local = 1; throw new Error('dies'); })();`);
			const { stdout, code, said } = run(node, ['--require', 'inspmort/register', program], { cwd: dir, env });
			assert.strictEqual(code, 1);
			assert.deepStrictEqual(files(), [stdout.split(' ')[0]]);
			assert.match(stdout, / dies\n$/);
			assert.strictEqual(said.length, 1);
			clear();
		});

		await t.test(`Node ${major}: as an ES module, and beside another copy`, () => {
			const module = path.join(dir, 'program.mjs');
			fs.writeFileSync(module, `import { armed, captureNow } from 'inspmort';
				console.log(armed()); setTimeout(function late() { const local = 1; null.x; }, 1);`);
			const { stdout, code } = run(node, ['--require', register, '--import', 'inspmort/register', module], { cwd: dir, env });
			assert.deepStrictEqual([code, stdout, files().length], [1, 'true\n', 1]);
			clear();
		});
	}

	for (const { major, path: node } of nodes)
		await t.test(`Node ${major}: inside a worker`, () => {
			fs.writeFileSync(program, `const { Worker, isMainThread, parentPort } = require('worker_threads');
				const inspmort = require('inspmort');
				if (isMainThread) {
					const worker = new Worker(__filename);
					worker.on('message', (text) => console.log(text));
					worker.on('error', (error) => console.log('error', error.message));
				} else {
					inspmort.onCrash(({ file, error }) => parentPort.postMessage('crash ' + file + ' ' + error.message));
					parentPort.postMessage((function job(n) { return inspmort.captureNow(); })(3));
					setTimeout(function late(a) { throw new Error('in worker'); }, 1, 7);
				}`);
			const { stdout, code } = run(node, [program], { cwd: dir, env });
			// Messages and the error come in any order.
			const [now, crash, error] = stdout.trim().split('\n').sort();
			assert.deepStrictEqual([code, error], [0, 'error in worker']);
			assert.deepStrictEqual(files().sort(), [now, /^crash (\S+) in worker$/.exec(crash)[1]].sort());
			for (const [file, name, variable, value] of [[now, 'job', 'n', 3], [crash.split(' ')[1], 'late', 'a', 7]]) {
				assert.match(path.basename(file), /worker-1/);
				const { Paused: [paused], ...rest } = convert(file);
				const frame = paused.callFrames.find((f) => f.functionName === name);
				assert.strictEqual(variables(rest, frame)[variable].value, value);
			}
			clear();
		});

	await t.test('INSPMORT_DISABLE', () => {
		fs.writeFileSync(program, `const i = require('inspmort'); console.log(i.armed(), i.captureNow()); null.x;`);
		const { stdout, said } = run(nodes[0].path, [program], { cwd: dir, env: { ...env, INSPMORT_DISABLE: '1' } });
		assert.deepStrictEqual([stdout, said, files()], ['false undefined\n', [], []]);
	});

	await t.test('the types describe what is there', () => {
		const types = fs.readFileSync(path.join(dir, 'node_modules/inspmort/index.d.ts'), 'utf8');
		const declared = [...types.matchAll(/export function (\w+)/g)].map((m) => m[1]).sort();
		const script = `console.log(Object.keys(require('inspmort')).sort().join())`;
		assert.strictEqual(run(nodes[0].path, ['-e', script], { cwd: dir, env }).stdout.trim(), declared.join());
	});

	await t.test('the types serve TypeScript', () => {
		const tsc = path.join(__dirname, '../node_modules/typescript/bin/tsc');
		const check = (text) => {
			fs.writeFileSync(path.join(dir, 'use.ts'), text);
			return run(nodes[0].path, [tsc, '--noEmit', '--strict', '--types', '', '--module', 'nodenext', '--lib', 'es2022,dom', 'use.ts'], { cwd: dir });
		};
		const good = check(`import { captureNow, onCrash, armed } from 'inspmort';
			const file: string | undefined = captureNow(), yes: boolean = armed();
			onCrash(({ file, error }) => { console.log(file.length, error instanceof Error && error.message); });
			console.log(file, yes);`);
		assert.deepStrictEqual([good.code, good.stdout], [0, '']);
		assert.match(check(`import { captureNow } from 'inspmort'; const n: number = captureNow();`).stdout, /error TS2322/);
	});
});
