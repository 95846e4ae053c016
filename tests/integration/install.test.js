// SPDX-License-Identifier: MIT
'use strict';
// What is installed works from where it lies, and nothing of it points back into the build.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');

const build = path.resolve(process.env.INSPMORT_BUILD || 'build/dev');
const example = path.join(__dirname, '..', '..', 'examples', 'nested.js');
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'ipm-install-'));
const program = path.join(root, 'bin', 'inspmort');

test.before(() => {
	const done = spawnSync('cmake', ['--install', build, '--prefix', root], { encoding: 'utf8' });
	assert.strictEqual(done.status, 0, done.stderr);
});
test.after(() => fs.rmSync(root, { recursive: true, force: true }));

function run(...argv) {
	return spawnSync(program, argv, { encoding: 'utf8', cwd: root });
}

function get(url) {
	return new Promise((resolve, reject) => {
		http.get(url, (response) => {
			let body = '';
			response.setEncoding('utf8').on('data', (s) => { body += s; });
			response.on('end', () => resolve({ status: response.statusCode, body }));
		}).on('error', reject);
	});
}

test('the agent beside the program records a crash', () => {
	const register = run('register-path').stdout.trim();
	assert.ok(register.startsWith(root), register);
	const died = run('run', '--', process.execPath, example);
	assert.strictEqual(died.status, 1);
	const name = fs.readdirSync(root).find((f) => f.endsWith('.inspmort'));
	assert.ok(name, died.stderr);
	assert.match(run('show', name).stdout, /#0 priceOf .*nested\.js:43/);
});

test('the server finds its DevTools', async () => {
	const server = spawn(program, ['serve', '--port', '0', root], { stdio: ['ignore', 'pipe', 'inherit'] });
	const [first] = await once(server.stdout.setEncoding('utf8'), 'data');
	const url = first.split('\n')[0];
	assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
	const page = await get(`${url}devtools/js_app.html`);
	assert.strictEqual(page.status, 200);
	assert.match(page.body, /<html/i);
	server.kill('SIGTERM');
	assert.deepStrictEqual(await once(server, 'exit'), [0, null]);
});

test('every command has a manual page and completions', () => {
	const help = run('--help').stdout;
	const commands = help.slice(help.indexOf('Commands:')).split('\n').slice(1)
		.map((line) => /^ {2}([a-z-]+) /.exec(line)).filter(Boolean).map((m) => m[1]);
	assert.ok(commands.length >= 10, help);
	const bash = fs.readFileSync(path.join(root, 'share/bash-completion/completions/inspmort'), 'utf8');
	for (const command of commands) {
		const page = fs.readFileSync(path.join(root, `share/man/man1/inspmort-${command}.1`), 'utf8');
		assert.match(page, new RegExp(`^\\.TH INSPMORT-${command.toUpperCase()} 1 `));
		for (const section of ['NAME', 'SYNOPSIS', 'EXAMPLES', 'EXIT STATUS'])
			assert.match(page, new RegExp(`^\\.SH ${section}$`, 'm'), `${command}: ${section}`);
		assert.match(bash, new RegExp(`\\t${command}\\) options=`));
		assert.strictEqual(run(command, '--help').status, 0);
	}
	assert.strictEqual(spawnSync('bash', ['-n', path.join(root, 'share/bash-completion/completions/inspmort')]).status, 0);
});

test('the documents come along, and their links hold', () => {
	const docs = path.join(root, 'share/doc/inspmort');
	const files = ['README.md', 'ARCHITECTURE.md', 'spec/inspmort.md', ...fs.readdirSync(path.join(docs, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
	assert.ok(files.length > 8, files.join());
	for (const file of files)
		for (const [, target] of fs.readFileSync(path.join(docs, file), 'utf8').matchAll(/\]\((?!https?:)([^)#\s]+)[^)]*\)/g))
			assert.ok(fs.existsSync(path.join(docs, path.dirname(file), target)), `${file}: ${target}`);
	assert.ok(fs.existsSync(path.join(docs, 'examples/nested.js')));
	assert.ok(!fs.existsSync(path.join(docs, 'docs/man')));
});

test('the program in docs/library.md builds against it with pkg-config, and runs', () => {
	const text = fs.readFileSync(path.join(__dirname, '..', '..', 'docs', 'library.md'), 'utf8');
	fs.writeFileSync(path.join(root, 'thrown.c'), /```c\n([^]*?)```/.exec(text)[1]);
	const libdir = path.dirname(spawnSync('find', [root, '-name', 'libinspmort.so'], { encoding: 'utf8' }).stdout.trim());
	// No other package is needed, as on a machine without the -dev packages of what the library uses.
	const env = { ...process.env, PKG_CONFIG_LIBDIR: path.join(libdir, 'pkgconfig'), LD_LIBRARY_PATH: libdir };
	const built = spawnSync('sh', ['-c', 'cc -std=c11 -Wall -Wextra -Werror thrown.c $(pkg-config --cflags --libs inspmort) -o thrown'],
		{ cwd: root, env, encoding: 'utf8' });
	assert.strictEqual(built.status, 0, built.stderr);
	const name = fs.readdirSync(root).find((f) => f.endsWith('.inspmort'));
	const shown = spawnSync('./thrown', [name], { cwd: root, env, encoding: 'utf8' });
	assert.strictEqual(shown.status, 0);
	assert.match(shown.stdout, /^TypeError: Cannot read properties of undefined \(reading 'price'\)\n/);
	assert.match(shown.stdout, /^name = honey$/m);
});

test('a CMake project finds the package', () => {
	const project = path.join(root, 'project');
	fs.mkdirSync(project);
	fs.writeFileSync(path.join(project, 'CMakeLists.txt'), `cmake_minimum_required(VERSION 3.25)
project(user C)
find_package(inspmort 0.1 REQUIRED)
add_executable(thrown ../thrown.c)
target_link_libraries(thrown PRIVATE inspmort::inspmort)
`);
	const made = spawnSync('sh', ['-c', `cmake -G Ninja -S . -B build -DCMAKE_PREFIX_PATH='${root}' && cmake --build build`],
		{ cwd: project, encoding: 'utf8' });
	assert.strictEqual(made.status, 0, made.stdout + made.stderr);
});
