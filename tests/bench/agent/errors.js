// SPDX-License-Identifier: MIT
'use strict';
// node errors.js throws|rejections [N]: errors that somebody handles, though V8 does not see it coming. Prints CPU
// time in microseconds: of the first, of each of the next 19 from other places, of each of N more, and
// the resident memory in kilobytes after a tenth of these and at the end.
const vm = require('vm');
const [, , kind, count = '1000000'] = process.argv;
const n = Number(count);

const cpu = () => { const { user, system } = process.cpuUsage(); return user + system; };
const tick = () => new Promise((resolve) => setImmediate(resolve));

// A function for each place, so that none is known from before.
const places = Array.from({ length: 20 }, (_, i) => kind === 'throws' ?
	vm.runInThisContext(`(function f${i}(script) { try { script.runInThisContext(); } catch {} })`) :
	vm.runInThisContext(`(function f${i}() { Promise.reject(${i}).catch(() => {}); })`));
const scripts = places.map((_, i) => new vm.Script(`throw ${i}`));

async function main() {
	const each = [];
	for (const [i, place] of places.entries()) {
		const before = cpu();
		place(scripts[i]);
		await tick();
		each.push(cpu() - before);
	}
	let before = 0, early = 0, rss = 0;
	for (let i = 0; i <= n; i++) {
		if (i === n / 10) { // warm by now
			globalThis.gc?.();
			rss = process.memoryUsage.rss();
			[before, early] = [cpu(), i];
		}
		places[0](scripts[0]);
		if (i % 100 === 0) await tick();
	}
	const beyond = (cpu() - before) / (n - early);
	globalThis.gc?.();
	console.log(JSON.stringify({ first: each[0], next: each.slice(1).reduce((sum, us) => sum + us, 0) / 19, beyond,
		rssEarly: rss / 1024, rssEnd: process.memoryUsage.rss() / 1024 }));
	process.exit(0);
}

main();
