// SPDX-License-Identifier: MIT
// Reads a crash file by spec/inspmort.md alone, and prints it as the JSON of section 10.
// Needs @msgpack/msgpack, and zlib's zstd (Node 22.15) or the zstd program.
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import zlib from 'node:zlib';
import {createRequire} from 'node:module';

const tests = path.join(path.dirname(fileURLToPath(import.meta.url)), '../tests/');
const {Decoder, ExtensionCodec} = createRequire(tests)('@msgpack/msgpack');

const KINDS = [null, 'meta', 'strings', 'shapes', 'objects', 'slices', 'scripts', 'pauses', 'notes', 'summary'];
const FIRST_ID = {objects: 1, slices: 1};
const REASONS = ['none', 'depth', 'objects', 'bytes', 'time', 'string', 'denied', 'redacted', 'gone', 'optimizedOut', 'uninitialized', 'failed', 'unsupported', 'length'];
const reason = (n) => REASONS[n] ?? 'unsupported';
class Jump { constructor(id) { this.id = id; } }
const need = (ok, what) => { if (!ok) throw new Error(what); };

// --- Section 2: frames -------------------------------------------------------------------------
function crc32c(bytes) {
	let crc = ~0;
	for (const byte of bytes) {
		crc ^= byte;
		for (let i = 0; i < 8; i++) crc = crc & 1 ? crc >>> 1 ^ 0x82F63B78 : crc >>> 1;
	}
	return ~crc >>> 0;
}

const big = Number;
const u56 = (b, at) => big(b.readBigUInt64LE(at) & 0xFFFFFFFFFFFFFFn);

// The frame at `at`, or null. `type` says which; a block's zstd frame is counted in.
function frameAt(file, at) {
	if (at + 12 > file.length) return null;
	const magic = file.readUInt32LE(at), bytes = file.readUInt32LE(at + 4) + 8;
	if ((magic & 0xFFFFFFF0) >>> 0 !== 0x184D2A50 || at + bytes > file.length) return null;
	const f = file.subarray(at, at + bytes), tag = f.toString('latin1', 8, 12);
	const type = {INSP: 'header', BLK1: 'block', IDX1: 'index', ROT1: 'root', FTR1: 'footer'}[tag];
	if (!type) return magic > 0x184D2A54 ? {type: 'other', bytes} : null;
	if (magic !== 0x184D2A50 + ['header', 'block', 'index', 'root', 'footer'].indexOf(type)) return null;
	if (type === 'footer') {
		if (bytes !== 72 || crc32c(f.subarray(0, 64)) !== f.readUInt32LE(64) || f.toString('latin1', 68) !== 'IPME') return null;
		return {type, bytes, root: big(f.readBigUInt64LE(16)), fileBytes: big(f.readBigUInt64LE(24))};
	}
	if (bytes < 28 || crc32c(f.subarray(0, bytes - 4)) !== f.readUInt32LE(bytes - 4)) return null;
	if ((type === 'index' || type === 'root') && u56(f, 16) !== at) return null;
	if (type === 'index') return {type, bytes};
	if (type === 'root') return {type, bytes, ends: Array.from({length: f[23]}, (_, i) => big(f.readBigUInt64LE(24 + 8 * i)))};
	if (type === 'header') return bytes < 64 ? null : {type, bytes, major: f.readUInt16LE(16), minor: f.readUInt16LE(18), incompat: f.readUInt32LE(20)};
	if (bytes < 60 || big(f.readBigUInt64LE(40)) !== at) return null;
	const b = {type, at, kind: f[12], groups: f.readUInt16LE(14), packed: f.readUInt32LE(16), raw: f.readUInt32LE(20), records: f.readUInt32LE(24),
		first: big(f.readBigUInt64LE(32)), directory: [], head: bytes, bytes};
	if (2 * b.groups > bytes - 60 || !b.groups || b.records < b.groups || b.records > b.raw || at + bytes + b.packed > file.length) return null;
	for (let i = 0; i < b.groups; i++) b.directory.push(f.readUInt16LE(56 + 2 * i));
	b.bytes += b.packed;
	return b;
}

// Section 7, 5: every good frame; `damaged` and `cut` say what lay between and behind them.
function walk(file) {
	const frames = [], result = {frames, damaged: false, cut: false};
	for (let at = 0, frame; at < file.length;) {
		for (; (frame = frameAt(file, at)); at += frame.bytes) frames.push(frame);
		if (at >= file.length) break;
		let next = at + 1;
		while (next < file.length && !(/^(BLK1|IDX1|ROT1|FTR1)$/.test(file.toString('latin1', next + 8, next + 12)) && frameAt(file, next))) next++;
		const magic = at + 4 <= file.length ? (file.readUInt32LE(at) & 0xFFFFFFF0) >>> 0 : 0x184D2A50;
		let whole = at + 8 <= file.length && at + 8 + file.readUInt32LE(at + 4) <= file.length;
		// A block whose header is good, but whose content goes on behind the end.
		if (whole && file.toString('latin1', at + 8, at + 12) === 'BLK1') {
			const bytes = file.readUInt32LE(at + 4) + 8;
			whole = crc32c(file.subarray(at, at + bytes - 4)) !== file.readUInt32LE(at + bytes - 4) || at + bytes + file.readUInt32LE(at + 16) <= file.length;
		}
		if (next >= file.length && magic === 0x184D2A50 && !whole) result.cut = true;
		else result.damaged = true;
		at = next;
	}
	return result;
}

// --- Section 3: blocks -------------------------------------------------------------------------
function decompress(packed) {
	if (zlib.zstdDecompressSync) return zlib.zstdDecompressSync(packed);
	const {status, stdout} = spawnSync('zstd', ['-dcq'], {input: packed, maxBuffer: 1 << 26});
	return status === 0 ? stdout : Buffer.alloc(0);
}

// WTF-8: UTF-8 in which surrogates stand alone.
function wtf8(bytes) {
	let s = '';
	for (let i = 0; i < bytes.length;) {
		const b = bytes[i], n = b < 0x80 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
		let c = n === 1 ? b : b & 0xFF >> n + 1;
		for (let k = 1; k < n; k++) c = c << 6 | bytes[i + k] & 0x3F;
		s += String.fromCodePoint(c);
		i += n;
	}
	return s;
}

const extensionCodec = new ExtensionCodec();
extensionCodec.register({type: 1, encode: () => null, decode: wtf8});
extensionCodec.register({type: 2, encode: () => null, decode: (b) => new Jump(b.reduce((n, x) => n * 256 + x, 0))});
const decoder = new Decoder({extensionCodec, useBigInt64: true, mapKeyConverter: (key) => String(key)});

// [{id, next, value}] of one block.
function records(file, block) {
	const packed = file.subarray(block.at + block.head, block.at + block.bytes);
	need(packed.readUInt32LE(0) === 0xFD2FB528 && (packed[4] & 7) === 4, 'a zstd frame without checksum');
	const raw = decompress(packed);
	need(raw.length === block.raw, 'content size');
	const list = [];
	block.directory.forEach((start, g) => {
		const items = [...decoder.decodeMulti(raw.subarray(start, block.directory[g + 1] ?? raw.length))];
		const [[first, next]] = Object.entries(items.shift());
		need(big(first) === block.first + list.length, 'the directory does not match the records');
		items.forEach((value, i) => list.push({id: big(first) + i, next: i || next === null ? null : big(next), value}));
	});
	need(list.length === block.records, 'the number of records');
	return list;
}

// --- Section 4: values -------------------------------------------------------------------------
// `c.next` counts new objects; `c.strings` is the table.
const string = (c, n) => { need(c.strings.has(big(n)), 'a string that is not there'); return c.strings.get(big(n)); };
const name = (c, v) => typeof v === 'string' ? v : string(c, v);
const isRef = (v) => v instanceof Jump || Array.isArray(v) && (v.length === 0 || v.length === 1);

function ref(c, v) {
	if (v instanceof Jump) { c.next = v.id + 1; return v.id; }
	return v.length ? big(v[0]) : c.next++;
}

function text(c, v) {
	if (v === null || typeof v === 'string') return v ?? '';
	if (v[0] === 0) return string(c, v[1]);
	if (v[0] === 5) return v[1].length === big(v[2]) ? v[1] : {beginning: v[1], length: big(v[2])};
	if (v[0] === 6) return {beginning: v[1], length: big(v[2]), slices: [big(v[3]), big(v[4]), big(v[5])]};
	need(v[0] === 7, 'a text of an unknown form');
	return {script: big(v[1]), start: big(v[2]), length: big(v[3])};
}

function double(v) {
	return {double: Buffer.from(new Float64Array([Number(v)]).buffer).reverse().toString('hex')};
}

function value(c, v) {
	if (v === null || typeof v === 'boolean' || typeof v === 'string') return v;
	if (typeof v === 'bigint') return big(v);
	if (typeof v === 'number') return Number.isSafeInteger(v) && !Object.is(v, -0) ? v : double(v);
	if (isRef(v)) return {object: ref(c, v)};
	if (!Array.isArray(v)) { need(Object.keys(v).length === 0, 'a value that is none'); return {undefined: true}; }
	switch (v[0]) {
	case 1: return {bigint: text(c, v[1])};
	case 2: { const side = (x) => isRef(x) ? ref(c, x) : 0; const get = side(v[1]); return {get, set: side(v[2])}; }
	case 3: return {holes: big(v[1])};
	case 4: return {omitted: reason(v[1]), ...v[2] && {size: big(v[2])}, ...v[3] && {type: v[3]}};
	case 0: case 5: case 6: case 7: return text(c, v);
	case 8: need(v[1] >= 0 && v[1] <= 22 && v.length > 2, 'a decimal'); return double(Number(v[2]) / Number(`1e${v[1]}`));
	default: return {omitted: 'unsupported'};
	}
}

// --- Section 5: objects ------------------------------------------------------------------------
function key(c, k) {
	const [n, flags = 7, symbol = 0] = Array.isArray(k) ? k : [k];
	return [name(c, n), flags & 7, big(symbol)];
}

function pairs(c, list) {
	return Array.from({length: list.length / 2}, (_, i) => [...key(c, list[2 * i]), value(c, list[2 * i + 1])]);
}

const shape = (c, s) => ({kind: s[0] > 26 ? 0 : s[0], class: name(c, s[1]), proto: value(c, s[2]), keys: s.slice(3).map((k) => key(c, k))});
const location = (v) => v.map(big);
const some = (o) => Object.fromEntries(Object.entries(o).filter(([k, v]) => v !== undefined && (k === 'first' || k === 'second' ||
	v !== 0 && v !== '' && !(Array.isArray(v) && (v.length === 0 || v.length === 3 && v.every((x) => x === 0))))));

function elements(c, kind, detail) {
	let length, list = detail;
	if (!Array.isArray(detail)) [[length, list]] = Object.entries(detail);
	const values = (list ?? []).map((v) => value(c, v));
	length = length === undefined ? values.reduce((n, v) => n + (v?.holes ?? 1), 0) / (kind === 4 || kind === 6 ? 2 : 1) : Number(length);
	return {length: Math.floor(length), elements: values};
}

function shownDate(number, zone) {
	const offset = (zone[3] === '-' ? -60000 : 60000) * (zone.slice(4, 6) * 60 + +zone.slice(6, 8));
	const [day, date, month, year, time] = new Date(number + offset).toUTCString().split(/,? /);
	return `${day} ${month} ${date} ${year} ${time} `;
}

const defined = (v) => v?.undefined ? undefined : v;

function detailOf(c, kind, d) {
	switch (kind) {
	case 1: case 22: case 4: case 5: case 6: case 7: return elements(c, kind, d);
	case 2: return {text: text(c, d[0]), location: location(d.slice(1, 4)), scopes: d.slice(4).map((v) => ref(c, v))};
	case 3: case 9: case 18: return {text: text(c, d)};
	case 8: return {number: double(d[0]), text: (d[2] === 1 ? shownDate(big(d[0]), text(c, d[1])) : '') + text(c, d[1])};
	case 10: return {state: d[0], first: defined(value(c, d[1]))};
	case 11: { const first = value(c, d[0]); return {first, second: value(c, d[1])}; }
	case 12: return {elementType: d[0], length: big(d[1]), byteOffset: big(d[2]), first: defined(value(c, d[3]))};
	case 13: return {length: big(d[0]), ...d[1] === null ? {byteSlices: d.slice(2, 5).map(big)} : {bytes: Buffer.from(d[1]).toString('hex')}};
	case 14: return {length: big(d[0]), byteOffset: big(d[1]), first: defined(value(c, d[2]))};
	case 15: { const first = defined(value(c, d[1])), second = defined(value(c, d[2]));
		return {state: d[0], first, second, location: location(d.slice(3, 6)), scopes: d.slice(6).map((v) => ref(c, v))}; }
	case 16: return {state: d[0], elements: d.slice(1).map((v) => value(c, v))};
	case 17: case 19: return {first: defined(value(c, d))};
	case 20: return {scopeType: d[0] > 9 ? 3 : d[0], text: text(c, d[1])};
	default: return {};
	}
}

function object(c, v) {
	const s = Array.isArray(v[0]) ? shape(c, v[0]) : c.shapes.get(big(v[0]));
	need(s && v.length > s.keys.length, 'a shape that is not there');
	const properties = s.keys.map((k, i) => [...k, value(c, v[1 + i])]);
	const detail = v[1 + s.keys.length], extras = v[2 + s.keys.length] ?? {};
	const absent = detail === undefined || detail === null && s.kind !== 17 && s.kind !== 19;
	const o = {kind: s.kind, class: s.class, proto: defined(s.proto), properties, ...!absent && detailOf(c, s.kind, detail)};
	if (s.kind === 8) o.number ??= double(0);
	for (const [i, n] of [[0, 'description'], [1, 'subtype']]) if (i in extras) { const t = text(c, extras[i]); o[n] = t.beginning ?? t; }
	for (const [i, n] of [[2, 'privates'], [3, 'internals']]) if (i in extras) o[n] = pairs(c, extras[i]);
	for (const [i, n] of [[4, 'moreProperties'], [5, 'moreElements']]) if (i in extras) o[n] = extras[i].map(big);
	return {...some(o), ...6 in extras && {omitted: [reason(extras[6][0]), big(extras[6][1]), big(extras[6][2])]}};
}

function slice(c, v) {
	if (typeof v === 'string') return some({text: v});
	if (v instanceof Uint8Array) return some({bytes: Buffer.from(v).toString('hex')});
	return some(v[0] === 0 ? {values: v.slice(1).map((x) => value(c, x))} : {properties: pairs(c, v.slice(1))});
}

// --- Section 8: maps ---------------------------------------------------------------------------
const VALUES = ['this', 'returnValue', 'data', 'object'], TEXTS = ['source', 'sourceMap', 'text'], KEEP = [...VALUES, ...TEXTS, 'frames', 'omitted', 'callSites'];

function map(c, m) {
	const out = {};
	for (const [k, v] of Object.entries(m)) {
		if (VALUES.includes(k)) out[k] = value(c, v);
		else if (TEXTS.includes(k)) out[k] = text(c, v);
		else if (Array.isArray(v)) out[k] = v.map((x) => x !== null && typeof x === 'object' ? map(c, x) : typeof x === 'bigint' ? big(x) : x);
		else if (v !== null && typeof v === 'object') out[k] = map(c, v);
		else if (typeof v === 'bigint') out[k] = big(v);
		else if (v || KEEP.includes(k)) out[k] = v;
	}
	return out;
}

// --- The whole file ----------------------------------------------------------------------------
export function read(file) {
	if (file.toString('latin1', 8, 16) !== 'INSPMORT') return {refused: true};
	const header = frameAt(file, 0), walked = walk(file), footer = file.length >= 72 ? frameAt(file, file.length - 72) : null;
	const whole = header && footer?.type === 'footer' && footer.fileBytes === file.length && frameAt(file, footer.root)?.type === 'root';
	const out = {format: 1}, blocks = walked.frames.filter((f) => f.type === 'block');
	if (!blocks.length || header && (header.major !== 1 || header.incompat)) return {refused: true};
	const c = {strings: new Map(), shapes: new Map(), next: 0};
	const found = Object.fromEntries(KINDS.slice(1).map((k) => [k, new Map()])), ends = {};
	let damaged = !header || walked.damaged || !whole && footer?.type === 'footer';
	if (whole)
		frameAt(file, footer.root).ends.forEach((end, i) => { if (KINDS[i + 1] && end) ends[KINDS[i + 1]] = end; });
	for (const block of blocks) {
		const kind = KINDS[block.kind];
		if (!kind) continue;
		ends[kind] = Math.max(ends[kind] ?? 0, block.first + block.records);
		let list;
		try { list = records(file, block); } catch (error) {
			damaged = true;
			for (let id = block.first; id < block.first + block.records; id++) found[kind].has(id) || found[kind].set(id, {missing: 'damaged'});
			continue;
		}
		for (const {id, next, value: v} of list) {
			if (next !== null) c.next = next;
			if (kind === 'objects' && c.next <= id) c.next = id + 1;
			let result;
			try {
				if (kind === 'strings' && !c.strings.has(id)) c.strings.set(id, v);
				if (kind === 'shapes' && !c.shapes.has(id)) c.shapes.set(id, shape(c, v));
				if (kind === 'strings' || kind === 'shapes') continue;
				result = kind === 'objects' ? object(c, v) : kind === 'slices' ? slice(c, v) : map(c, v);
			} catch (error) { damaged = true; result = {missing: 'damaged'}; }
			if (!found[kind].has(id)) found[kind].set(id, result);
		}
	}
	const single = (record, empty) => !record || record.missing ? empty : record;
	out.meta = single(found.meta.get(0), {});
	out.summary = single(found.summary.get(0), {status: 2, omitted: {}});
	for (const kind of ['pauses', 'scripts', 'objects', 'slices'])
		for (let id = FIRST_ID[kind] ?? 0; id < (ends[kind] ?? 0); id++)
			(out[kind] ??= {})[id] = found[kind].get(id) ?? {missing: 'not found'};
	for (const note of found.notes.values()) (out.notes ??= {})[['report', 'console'].indexOf(note.name)] = note.text;
	out.integrity = damaged ? 'damaged' : whole ? 'whole' : 'cut';
	return out;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
	process.stdout.write(JSON.stringify(read(fs.readFileSync(process.argv[2])), null, '\t') + '\n');
