// SPDX-License-Identifier: MIT
'use strict';
// A generated graph of about N objects, and a crash: node graph.js N [snapshot FILE]
const count = Number(process.argv[2]);

class Item {
	constructor(i) {
		this.id = i;
		this.name = `item ${i}`;
		this.children = [];
		this.meta = { group: i % 7, weight: i / 3, tag: `tag ${i % 100}` };
	}
}

const root = new Item(0), all = [root];
for (let i = 1; i < count / 3; i++) {
	const item = new Item(i);
	all[(Math.imul(i, 40503) >>> 0) % all.length].children.push(item);
	all.push(item);
}

function crash(graph) {
	if (process.argv[3] === 'snapshot') {
		const before = process.cpuUsage(), start = process.hrtime.bigint();
		const file = require('v8').writeHeapSnapshot(process.argv[4]);
		const { user, system } = process.cpuUsage(before);
		console.log(JSON.stringify({ ms: Number(process.hrtime.bigint() - start) / 1e6, cpu: (user + system) / 1e3,
			rss: process.memoryUsage().rss, bytes: require('fs').statSync(file).size }));
		return;
	}
	// What the process used is told when it dies: the pause is in it.
	const before = process.cpuUsage(), rss = process.memoryUsage().rss;
	process.on('exit', () => {
		const { user, system } = process.cpuUsage(before);
		console.log(JSON.stringify({ cpu: (user + system) / 1e3, rss: process.resourceUsage().maxRSS * 1024 - rss }));
	});
	graph.missing.id;
}
crash(root);
