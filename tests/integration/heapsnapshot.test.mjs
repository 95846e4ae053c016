// SPDX-License-Identifier: MIT
// `convert --to heapsnapshot`: DevTools' own loader takes it, and what was in the process is in it.
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { load } from '../support/heap-snapshot.mjs';
import support from '../support/serve.js';

const { crashSource, inspmort, temporaryDirectory } = support;

const source = `'use strict';
class Order {
	constructor(sku) { this.sku = sku; this.note = 'n'.repeat(3000) + sku; this.price = 12.5; this.pieces = 3; }
	get total() { return this.price * this.pieces; }
}
function place(order) {
	const weak = new WeakRef(order), seen = new Map([[order, 'first'], ['k', order]]);
	const odd = { 'with space': 1, '': 2, [Symbol('tag')]: 3, big: 10n, re: /x+/g, none: null, nan: NaN };
	order.self = order;
	throw new RangeError('no stock');
}
place(new Order('A-17'));
`;

// The graph as plain objects: nodes with their edges, by DevTools' documented layout.
function graph(snapshot) {
	const { nodes, edges, strings, snapshot: { meta } } = snapshot;
	const types = meta.node_types[0], edgeTypes = meta.edge_types[0], fields = meta.node_fields.length;
	const all = [];
	for (let i = 0, e = 0; i < nodes.length; i += fields) {
		const node = { type: types[nodes[i]], name: strings[nodes[i + 1]], id: nodes[i + 2], size: nodes[i + 3], edges: [] };
		for (let n = 0; n < nodes[i + 4]; n++, e += 3) {
			const type = edgeTypes[edges[e]];
			assert.strictEqual(edges[e + 2] % fields, 0);
			node.edges.push({ type, name: type === 'element' ? edges[e + 1] : strings[edges[e + 1]], to: edges[e + 2] / fields });
		}
		all.push(node);
	}
	return all;
}

test('heapsnapshot', async (t) => {
	const dir = temporaryDirectory(t);
	const file = crashSource(dir, 'shop.js', source);
	const out = path.join(dir, 'crash.heapsnapshot');
	const run = spawnSync(inspmort, ['convert', '--to', 'heapsnapshot', '-o', out, file], { encoding: 'utf8' });
	assert.strictEqual(run.status, 0, run.stderr);
	const text = fs.readFileSync(out, 'utf8');
	const parsed = JSON.parse(text);
	const all = graph(parsed);
	const follow = (node, name) => {
		const edge = node.edges.find((e) => e.name === name);
		assert.ok(edge, `${node.name} has no ${name}`);
		return all[edge.to];
	};

	await t.test('counts and ids are right', () => {
		assert.strictEqual(parsed.snapshot.node_count, all.length);
		assert.strictEqual(parsed.snapshot.edge_count * 3, parsed.edges.length);
		assert.strictEqual(new Set(all.map((n) => n.id)).size, all.length);
		assert.ok(parsed.edges.every(Number.isSafeInteger) && parsed.nodes.every(Number.isSafeInteger));
	});

	await t.test('from the frame to the value', () => {
		const frame = all.find((n) => /^frame 0 place \(.*shop\.js:\d+:\d+\)$/.test(n.name));
		const scope = follow(frame, frame.edges[0].name);
		const order = follow(scope, 'order');
		assert.strictEqual(order.name, 'Order');
		assert.deepStrictEqual({ ...follow(order, 'sku'), id: 0, size: 0 }, { type: 'string', name: 'A-17', id: 0, size: 0, edges: [] });
		assert.strictEqual(follow(order, 'price').name, '12.5');
		assert.strictEqual(follow(order, 'pieces').name, '3');
		assert.strictEqual(follow(order, 'self'), order);
		const note = follow(order, 'note');
		assert.strictEqual(note.name, 'n'.repeat(1024));
		assert.ok(note.size >= 3004);
		assert.strictEqual(follow(follow(order, '__proto__'), 'get total').type, 'closure');
		const odd = follow(scope, 'odd');
		assert.deepStrictEqual(['with space', '', 'big', 're', 'none', 'nan'].map((name) => follow(odd, name).name), ['1', '2', '10n', '/x+/g', 'null', 'NaN']);
		assert.strictEqual(follow(scope, 'weak').edges.find((e) => e.type === 'weak').to, all.indexOf(order));
		assert.deepStrictEqual(follow(scope, 'seen').edges.filter((e) => e.type === 'element').map((e) => all[e.to].name), ['Order', 'first', 'k', 'Order']);
		assert.match(follow(all[0], 'exception').name, /RangeError/);
	});

	await t.test("DevTools' loader takes it", async () => {
		const { snapshot, warnings } = await load(text);
		assert.deepStrictEqual(warnings, []);
		assert.strictEqual(snapshot.nodeCount, all.length);
		const classes = Object.values(snapshot.aggregatesWithFilter({}));
		assert.strictEqual(classes.find((c) => c.name === 'Order').count, 1);
		assert.ok(classes.some((c) => c.name === 'RangeError'));
	});
});
