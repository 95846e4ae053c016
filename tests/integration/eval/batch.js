// SPDX-License-Identifier: MIT
'use strict';
// Many expressions in one: an array of what each gives, spelled so that 0 and -0, holes and undefined,
// or a Map and an object look different. Node and inspmort evaluate the same text.

function spell(v, depth) {
	if (depth > 6) return '…';
	if (typeof v === 'string') return JSON.stringify(v);
	if (typeof v === 'number') return Object.is(v, -0) ? '-0' : String(v);
	if (typeof v === 'bigint') return v + 'n';
	if (typeof v === 'symbol') return v.toString();
	if (typeof v === 'function') return 'function ' + v.name + '/' + v.length;
	if (v === null || typeof v !== 'object') return String(v);
	const own = (skip) => Reflect.ownKeys(v).filter((k) => !skip(k) && Object.prototype.propertyIsEnumerable.call(v, k))
		.map((k) => String(k) + ':' + spell(v[k], depth + 1)).join(',');
	if (Array.isArray(v)) {
		const items = [];
		for (let i = 0; i < v.length; i++) items.push(i in v ? spell(v[i], depth + 1) : '<hole>');
		const more = own((k) => /^\d+$/.test(String(k)));
		return '[' + items.join(',') + (more ? '|' + more : '') + ']';
	}
	if (v instanceof Map) return 'Map{' + [...v].map(([k, x]) => spell(k, depth + 1) + '=>' + spell(x, depth + 1)).join(',') + '}';
	if (v instanceof Set) return 'Set{' + [...v].map((x) => spell(x, depth + 1)).join(',') + '}';
	if (v instanceof Date) return 'Date(' + v.getTime() + ')';
	if (v instanceof RegExp) return String(v) + '@' + v.lastIndex;
	if (v instanceof Error) return v.name + '(' + v.message + ')';
	if (ArrayBuffer.isView(v)) return v.constructor.name + '[' + Array.from(v).map((x) => spell(x, depth + 1)).join(',') + ']';
	const name = Object.getPrototypeOf(v) === null ? 'null' : v.constructor.name;
	return name + '{' + own(() => false) + '}';
}

module.exports = (expressions) => `(() => { const spell = ${spell}; return [${expressions
	.map((e) => `() => (${e}\n)`).join(',\n')}].map((f) => { try { return spell(f(), 0); } catch (e) {
		return 'throws ' + (e instanceof Error ? e.name + ': ' + e.message : spell(e, 0)); } }); })()`;
