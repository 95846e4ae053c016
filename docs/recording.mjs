// SPDX-License-Identifier: MIT
// Records a terminal session with the program as it is built, as an animated SVG:
//   node docs/recording.mjs build/release/bin/inspmort > docs/recording.svg
// The commands really run, on a terminal (script(1)); only the folder, the process id and the time are
// replaced by fixed ones, so that the picture changes when the program does and not otherwise.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const COLUMNS = 96, ROWS = 30, FONT = 14, ADVANCE = 8.43, LINE = 19, PADDING = 14, BAR = 30;
const program = path.resolve(process.argv[2] ?? 'build/release/bin/inspmort');
const example = path.join(path.dirname(fileURLToPath(import.meta.url)), '../examples/nested.js');
const session = [
	['inspmort run -- node checkout.js', 2.5],
	['inspmort show --frame 0 .', 4],
	["inspmort print . '[...this.levels.keys()]'", 2.5],
	["inspmort print --frame 1 . order.items", 2.5],
	['inspmort search --class . Customer', 3],
	['inspmort serve .', 4],
];

// What a terminal of COLUMNS shows for a command; `serve` gets Ctrl-C when it has said where it is.
async function record(command, dir) {
	// The port of the picture may be taken here.
	const line = command.replace('inspmort serve', 'inspmort serve --port 0');
	const child = spawn('script', ['-qec', `stty cols ${COLUMNS} rows ${ROWS} -onlcr; ${line}`, '/dev/null'],
		{ cwd: dir, env: { ...process.env, PATH: `${path.dirname(program)}:${process.env.PATH}`, TERM: 'xterm-256color', INSPMORT_DIR: '', NO_COLOR: '' } });
	let text = '', serving = line !== command;
	child.stdout.setEncoding('utf8').on('data', (piece) => {
		text += piece;
		if (serving && /node inspect .*\n/.test(text)) {
			serving = false;
			child.stdin.write('\x03');
		}
	});
	await once(child, 'close');
	return text;
}

function anonymous(text, dir) {
	return text.replace(/\r[^\n]*\x1b\[K/g, '') // progress, which is gone by then
		.replaceAll(dir, '/srv/shop').replaceAll('\r', '').replaceAll('^C', '')
		.replace(/crash\.[^ ]*?\.\d+\.[0-9a-f]{6}\.inspmort/g, 'crash.2026-01-15T09-30-00.000Z.4711.1b9e04.inspmort')
		.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:9229')
		.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '0c0ffee0-dead-4bee-8bad-00000000cafe')
		.trimEnd();
}

// Runs of text with one look: [{ text, style }]; SGR sequences are all that the program writes.
function runs(line) {
	const out = [];
	let style = '';
	for (const part of line.split(/(\x1b\[[0-9;]*m)/)) {
		const code = /^\x1b\[([0-9;]*)m$/.exec(part);
		if (code)
			style = code[1] === '0' || code[1] === '' ? '' : code[1].split(';').map((n) => `s${n}`).join(' ');
		else if (part)
			out.push({ text: part, style });
	}
	return out;
}

function expandTabs(text) {
	let at = 0, out = '';
	for (const part of text.split(/(\x1b\[[0-9;]*m)/))
		if (part.startsWith('\x1b'))
			out += part;
		else
			for (const c of part) {
				const n = c === '\t' ? 8 - at % 8 : 1;
				out += c === '\t' ? ' '.repeat(n) : c;
				at += n;
			}
	return out;
}

// As a terminal wraps.
function wrap(line) {
	const lines = [[]];
	let room = COLUMNS;
	for (const run of runs(expandTabs(line)))
		for (let text = run.text; text;) {
			if (!room) {
				lines.push([]);
				room = COLUMNS;
			}
			const piece = [...text].slice(0, room).join('');
			lines.at(-1).push({ ...run, text: piece });
			room -= [...piece].length;
			text = text.slice(piece.length);
		}
	return lines;
}

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const tspans = (line) => line.map(({ text, style }) => style ? `<tspan class="${style}">${escape(text)}</tspan>` : escape(text)).join('');

// Each step of the film: the lines that stand there from a moment on.
async function film(dir) {
	const steps = [];
	let now = 0.6;
	for (const [command, pause] of session) {
		steps.push({ at: now, lines: [[{ text: '$ ', style: 's32' }]], command });
		now += command.length * 0.04 + 0.5;
		const output = anonymous(await record(command, dir), dir);
		steps.push({ at: now, lines: output.split('\n').flatMap(wrap) });
		now += pause;
	}
	return { steps, length: now + 3 };
}

function svg({ steps, length }) {
	const width = Math.ceil(COLUMNS * ADVANCE + 2 * PADDING), height = BAR + ROWS * LINE + PADDING;
	const percent = (t) => `${(t / length * 100).toFixed(2)}%`;
	const text = [], styles = [], scroll = [];
	let row = 0, offset = 0;
	steps.forEach((step, i) => {
		const first = row;
		row += step.lines.length;
		const y = (r) => BAR + (r + 1) * LINE - 5;
		const lines = step.lines.map((line, n) => line.length ? `<text x="${PADDING}" y="${y(first + n)}">${tspans(line)}</text>` : '').join('');
		let typed = '';
		if (step.command) {
			const x = PADDING + 2 * ADVANCE;
			typed = `<text x="${x.toFixed(1)}" y="${y(first)}" class="t${i}" textLength="${(step.command.length * ADVANCE).toFixed(1)}">${escape(step.command)}</text>`;
			const end = step.at + step.command.length * 0.04;
			styles.push(`.t${i}{animation:t${i} ${length.toFixed(1)}s infinite steps(${step.command.length})}@keyframes t${i}{0%,${percent(step.at)}{clip-path:inset(0 100% 0 0)}${percent(end)},100%{clip-path:inset(0 0 0 0)}}`);
		}
		text.push(`<g class="b${i}">${lines}${typed}</g>`);
		styles.push(`.b${i}{animation:b${i} ${length.toFixed(1)}s infinite step-end}@keyframes b${i}{0%{opacity:0}${percent(step.at)},100%{opacity:1}}`);
		const now = Math.max(0, row + 1 - ROWS) * LINE;
		if (now !== offset)
			scroll.push(`${percent(step.at)}{transform:translateY(${-now}px)}`);
		offset = now;
	});
	return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="A terminal: inspmort run, show, print, search and serve on a crash">
<style>
text{font:${FONT}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;white-space:pre;fill:#d8dee9}
.s1{font-weight:bold}.s2{fill:#7d8799}.s31{fill:#ff7b72}.s32{fill:#7ee787}.s33{fill:#e3b341}.s35{fill:#d2a8ff}.s36{fill:#79c0ff}
.all{animation:all ${length.toFixed(1)}s infinite step-end}@keyframes all{0%{transform:none}${scroll.join('')}100%{transform:translateY(${-offset}px)}}
${styles.join('\n')}
@media(prefers-reduced-motion:reduce){.all{animation:none;transform:translateY(${-offset}px)}g,text{animation:none!important}}
</style>
<clipPath id="screen"><rect x="0" y="${BAR}" width="${width}" height="${height - BAR}"/></clipPath>
<rect width="${width}" height="${height}" rx="9" fill="#161b22"/>
<circle cx="20" cy="16" r="5.5" fill="#ff5f56"/><circle cx="39" cy="16" r="5.5" fill="#ffbd2e"/><circle cx="58" cy="16" r="5.5" fill="#27c93f"/>
<g clip-path="url(#screen)"><g class="all">
${text.join('\n')}
</g></g>
</svg>
`;
}

const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'recording-')));
try {
	// As in the README; the comment that gives the crash away is left out.
	fs.writeFileSync(path.join(dir, 'checkout.js'), fs.readFileSync(example, 'utf8').replace(' // the crash: there is no honey', ''));
	process.stdout.write(svg(await film(dir)));
} finally {
	fs.rmSync(dir, { recursive: true });
}
