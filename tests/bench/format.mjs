#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Measures the container and writes docs/bench-format.md with its plot. From the project's folder:
//
//   node tests/bench/format.mjs [--objects 10000000] [--large 200000000] [--keep DIR]
//
// Builds a release build of its own. Ratios and sizes hold on any machine, times on a quiet one.

import {execFileSync, spawnSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const {values: options} = parseArgs({options: {objects: {type: 'string', default: '10000000'}, large: {type: 'string'}, keep: {type: 'string'}, build: {type: 'string'}}});
const build = options.build ?? path.join(root, 'build/release');
const dir = options.keep ?? fs.mkdtempSync(path.join(os.tmpdir(), 'inspmort-bench-'));

if (!options.build) execFileSync('cmake', ['--preset', 'release'], {cwd: root, stdio: 'inherit'});
execFileSync('cmake', ['--build', build, '--target', 'bench_format', 'inspmort', 'inspmort_agent'], {cwd: root, stdio: 'inherit'});

const bench = (...args) => execFileSync(path.join(build, 'tests/bench/bench_format'), args, {encoding: 'utf8'}).trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
const size = (file) => fs.statSync(file).size;
const shell = (command) => Number(execFileSync('bash', ['-o', 'pipefail', '-c', command], {encoding: 'utf8'}).trim());
const quoted = (file) => `'${file.replaceAll('\'', '\'\\\'\'')}'`;
const benchProgram = quoted(path.join(build, 'tests/bench/bench_format'));
const mib = (n) => n >= 1 << 30 ? `${(n / 2 ** 30).toFixed(2)} GiB` : `${(n / 2 ** 20).toFixed(2)} MiB`;
const rows = [];
const row = (...cells) => rows.push(`| ${cells.join(' | ')} |`);

function table(title, head) {
	rows.push('', `## ${title}`, '', `| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`);
}

// The same objects as CDP JSON: lines through gzip and zstd, one document, a blob each in SQLite.
function peers(file, name) {
	const lines = `${benchProgram} ndjson ${quoted(file)}`;
	const json = shell(`${lines} | wc -c`);
	const result = {name, objects: bench('read', file).at(-1).objects, ours: size(file), json,
		gzip: shell(`${lines} | gzip -6 | wc -c`), zstd: shell(`${lines} | zstd -3 -c -q | wc -c`),
		blocks: shell(`${lines} | split -b 65536 --filter='zstd -3 -c -q' | wc -c`)};
	const db = path.join(dir, 'peer.db'), run = spawnSync(path.join(build, 'tests/bench/bench_format'), ['sqlite', file, db], {encoding: 'utf8'});
	if (run.status === 0) {
		result.sqlite = size(db);
		result.sqliteLookups = JSON.parse(run.stdout.trim().split('\n').at(-1));
		fs.rmSync(db);
	}
	return result;
}

// --- A real application ------------------------------------------------------------------------

const env = {...process.env, NODE_PATH: path.join(root, 'tests/node_modules'), INSPMORT_MAX_TIME_MS: '60000', INSPMORT_DIR: dir};
for (const name of fs.readdirSync(dir).filter((n) => n.startsWith('crash.'))) fs.rmSync(path.join(dir, name));
spawnSync(path.join(build, 'bin/inspmort'), ['run', '--', process.execPath, path.join(root, 'tests/bench/express-app.js')], {env, stdio: 'ignore'});
const capture = path.join(dir, fs.readdirSync(dir).find((name) => /^crash\..*\.inspmort$/.test(name)));
const converted = path.join(dir, 'converted.json');
execFileSync(path.join(build, 'bin/inspmort'), ['convert', '-o', converted, capture]);
const bare = path.join(dir, 'objects.inspmort');
const [again] = bench('again', capture, bare, '32768');
const real = peers(bare, 'express application');
const convertedBytes = size(converted);
const realTimes = bench('read', bare);

// --- Synthetic ---------------------------------------------------------------------------------

const synthetic = path.join(dir, 'synthetic.inspmort');
const [written] = bench('write', options.objects, synthetic);
const times = bench('read', synthetic);
const small = path.join(dir, 'small.inspmort');
bench('write', '200000', small);
const made = peers(small, 'synthetic, 200,000');
const blocks = [16384, 32768, 65535].map((block) => bench('again', bare, path.join(dir, 'again.inspmort'), String(block))[0]);
let large;
if (options.large) {
	const file = path.join(dir, 'large.inspmort');
	[large] = fs.existsSync(file) ? [{objects: Number(options.large), bytes: size(file)}] : bench('write', options.large, file);
	large.times = bench('read', file);
	const cut = path.join(dir, 'cut.inspmort');
	fs.copyFileSync(file, cut, fs.constants.COPYFILE_FICLONE);
	fs.truncateSync(cut, size(file) - 1000003);
	large.cut = bench('read', cut).find((t) => t.bench === 'open');
	fs.rmSync(cut);
}

// --- The report --------------------------------------------------------------------------------

const time = (list, name) => list.find((t) => t.bench === name);
const micro = (t) => t ? `${t.p50us.toFixed(1)} / ${t.p99us.toFixed(1)} µs` : '–';
rows.push('# The container, measured', '', `\`node tests/bench/format.mjs\` made this on ${os.cpus()[0].model}, ${os.cpus().length} processors, Node ${process.versions.node}. Sizes hold`,
	'anywhere; times only on a quiet machine.');

table('Size', ['objects', 'inspmort', 'CDP JSON', 'gzip -6', 'zstd -3', 'zstd -3 per 64 KiB', 'SQLite, zstd blob per object', 'inspmort, B/object', 'CDP JSON / inspmort']);
for (const p of [real, made])
	row(`${p.name}: ${p.objects.toLocaleString('en')}`, mib(p.ours), mib(p.json), mib(p.gzip), mib(p.zstd), mib(p.blocks), p.sqlite ? mib(p.sqlite) : '–', (p.ours / p.objects).toFixed(2),
		`${(p.json / p.ours).toFixed(0)}x`);
rows.push('', `The capture of the express application with frames, scripts and their sources: ${mib(size(capture))} (${(size(capture) / real.objects).toFixed(2)} B/object);`,
	`the JSON of \`inspmort convert\` for it: ${mib(convertedBytes)}, ${(convertedBytes / size(capture)).toFixed(0)}x. One JSON document of the synthetic table would pass V8's longest string (512 MiB) at`,
	`${Math.round(2 ** 29 / (made.json / made.objects)).toLocaleString('en')} objects. "CDP JSON" is the answer to Runtime.getProperties for each object.`, '', '![Bytes per object](bench-format.svg)');

table('Time', ['what', 'express application', `synthetic, ${Number(options.objects).toLocaleString('en')}`, ...large ? [`synthetic, ${large.objects.toLocaleString('en')} (${mib(large.bytes)})`] : []]);
for (const name of ['open', 'lookup, block not cached', 'lookup, block cached', 'lookups as a debugger makes them'])
	row(`${name}, p50 / p99`, micro(time(realTimes, name)), micro(time(times, name)), ...large ? [micro(time(large.times, name))] : []);
if (made.sqliteLookups) row('the same in SQLite, p50 / p99', micro(real.sqliteLookups), `${micro(made.sqliteLookups)} (200,000)`, ...large ? ['–'] : []);
if (large) row('open, cut 1 MB before the end', '–', '–', micro(large.cut));
row('write, objects per second of processor time', Math.round(again.objectsPerSecond).toLocaleString('en'), Math.round(written.objects / (written.cpuSeconds - written.generatorCpuSeconds)).toLocaleString('en'), ...large ? ['–'] : []);
row('write, peak RSS', '–', `${(written.peakRssKiB / 1024).toFixed(1)} MiB`, ...large ? [large.peakRssKiB ? `${(large.peakRssKiB / 1024).toFixed(1)} MiB` : '–'] : []);
row('bytes per object', (real.ours / real.objects).toFixed(2), written.bytesPerObject.toFixed(2), ...large ? [(large.bytes / large.objects).toFixed(2)] : []);

table('Size of blocks, express application', ['block before compression', 'B/object', 'objects/s']);
for (const b of blocks) row(b.block.toLocaleString('en'), b.bytesPerObject.toFixed(2), Math.round(b.objectsPerSecond).toLocaleString('en'));

const bars = [['inspmort', real.ours], ['SQLite, zstd blobs', real.sqlite ?? 0], ['NDJSON, zstd -3', real.zstd], ['NDJSON, zstd per 64 KiB', real.blocks], ['NDJSON, gzip -6', real.gzip]].filter(([, n]) => n);
const widest = Math.max(...bars.map(([, n]) => n / real.objects));
const svg = [`<svg xmlns="http://www.w3.org/2000/svg" width="640" height="${40 + bars.length * 34}" font-family="sans-serif" font-size="13">`,
	'<rect width="100%" height="100%" fill="#fff"/>', '<text x="10" y="22">Bytes per object, express application (CDP JSON: ' + (real.json / real.objects).toFixed(0) + ')</text>'];
bars.forEach(([name, n], i) => {
	const y = 38 + i * 34, width = Math.max(2, n / real.objects / widest * 400);
	svg.push(`<text x="10" y="${y + 16}">${name}</text><rect x="160" y="${y}" width="${width.toFixed(1)}" height="22" fill="${i ? '#9aa7b5' : '#2f7d32'}"/>`,
		`<text x="${(168 + width).toFixed(1)}" y="${y + 16}">${(n / real.objects).toFixed(1)}</text>`);
});
svg.push('</svg>');
fs.writeFileSync(path.join(root, 'docs/bench-format.svg'), svg.join('\n') + '\n');
fs.writeFileSync(path.join(root, 'docs/bench-format.md'), rows.join('\n') + '\n');
if (!options.keep) fs.rmSync(dir, {recursive: true});
console.log(rows.join('\n'));
