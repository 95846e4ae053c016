// SPDX-License-Identifier: MIT
'use strict';
// The Node.js versions that tests run against: the one that runs the tests, and those of tests/nodes
// (installed by scripts/setup). What is missing is said once, loudly, and never silently passed over.
const fs = require('node:fs');
const path = require('node:path');

const nodes = [{ major: Number(process.versions.node.split('.')[0]), path: process.execPath }];
for (const major of [22, 24, 26]) {
	const file = path.join(__dirname, '..', 'nodes', 'node_modules',
		`node-${major}-${process.platform}-${process.arch}`, 'bin', 'node');
	if (nodes[0].major === major) continue;
	if (fs.existsSync(file)) nodes.push({ major, path: file });
	else console.error(`SKIPPED: Node ${major} is not installed (scripts/setup fetches it from npm)`);
}

// [{major: 20, path: '/usr/bin/node'}, …]
module.exports = nodes;
