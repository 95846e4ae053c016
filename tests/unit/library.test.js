// SPDX-License-Identifier: MIT
'use strict';
// libinspmort as somebody else's program uses it: installed, found by pkg-config and by CMake.

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const {test} = require('node:test');
const {execFileSync, spawnSync} = require('node:child_process');

const program = `
#include <stdio.h>
#include <ipm_convert.h>
#include <ipm_reader.h>

int main(int argc, char **argv)
{
	struct ipm_reader *r;
	struct ipm_error err;
	const struct ipm_object *o;

	if (argc != 2 || ipm_reader_open(argv[1], NULL, &r, &err)) {
		puts(err.message);
		return 1;
	}
	if (ipm_reader_object(r, 1, &o, &err))
		return 2;
	printf("%.*s %llu %s\\n", (int)o->class_name.len, o->class_name.data, (unsigned long long)ipm_reader_info(r)->objects,
	       ipm_convert_formats[0].name);
	ipm_object_release(r, o);
	ipm_reader_close(r);
	return 0;
}
`;

test('the library, installed', {skip: !process.env.INSPMORT_BUILD && 'INSPMORT_BUILD is not set'}, () => {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'inspmort-library-'));
	const vector = path.join(__dirname, '../../spec/vectors/sample.inspmort');
	try {
		const prefix = path.join(dir, 'prefix');
		execFileSync('cmake', ['--install', process.env.INSPMORT_BUILD, '--prefix', prefix], {stdio: 'ignore'});
		const lib = path.dirname(execFileSync('find', [prefix, '-name', 'libinspmort.so'], {encoding: 'utf8'}).trim());
		fs.writeFileSync(path.join(dir, 'main.c'), program);

		// As pkg-config says, with the prefix it was installed under.
		const env = {...process.env, PKG_CONFIG_PATH: path.join(lib, 'pkgconfig'), LD_LIBRARY_PATH: lib};
		const flags = execFileSync('pkg-config', [`--define-variable=prefix=${prefix}`, '--cflags', '--libs', 'inspmort'], {env, encoding: 'utf8'});
		const sanitized = /fsanitize=([\w,]+)/.exec(fs.readFileSync(path.join(process.env.INSPMORT_BUILD, 'CMakeCache.txt'), 'utf8'));
		const extra = sanitized ? [`-fsanitize=${sanitized[1]}`] : [];
		execFileSync('cc', ['-Wall', '-Werror', ...extra, path.join(dir, 'main.c'), '-o', path.join(dir, 'one'), ...flags.trim().split(/\s+/)]);
		const one = spawnSync(path.join(dir, 'one'), [vector], {env, encoding: 'utf8'});
		assert.strictEqual(one.stdout, 'Item 60 json\n');

		// As CMake finds it.
		fs.writeFileSync(path.join(dir, 'CMakeLists.txt'), 'cmake_minimum_required(VERSION 3.20)\nproject(other C)\n' +
			'find_package(inspmort 0.1 REQUIRED)\nadd_executable(two main.c)\ntarget_link_libraries(two inspmort::inspmort)\n');
		execFileSync('cmake', ['-G', 'Ninja', '-S', dir, '-B', path.join(dir, 'build'), `-DCMAKE_PREFIX_PATH=${prefix}`, `-DCMAKE_C_FLAGS=${extra.join(' ')}`], {stdio: 'ignore'});
		execFileSync('cmake', ['--build', path.join(dir, 'build')], {stdio: 'ignore'});
		const two = spawnSync(path.join(dir, 'build/two'), [vector], {encoding: 'utf8'});
		assert.strictEqual(two.stdout, 'Item 60 json\n');

		// Nothing goes out but what the headers promise.
		const symbols = execFileSync('nm', ['-D', '--defined-only', path.join(lib, 'libinspmort.so')], {encoding: 'utf8'}).trim().split('\n')
			.map((line) => line.split(' ').pop());
		const headers = fs.readdirSync(path.join(prefix, 'include/inspmort')).map((name) =>
			fs.readFileSync(path.join(prefix, 'include/inspmort', name), 'utf8')).join('\n');
		for (const symbol of symbols) assert.match(headers, new RegExp(`\\b${symbol}\\b`), `${symbol} is in no public header`);
		assert.ok(symbols.includes('ipm_reader_open') && symbols.includes('ipm_convert'));
		assert.match(fs.readlinkSync(path.join(lib, 'libinspmort.so')), /^libinspmort\.so\.0$/);
	} finally {
		fs.rmSync(dir, {recursive: true});
	}
});
