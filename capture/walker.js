/* SPDX-License-Identifier: MIT */
/*
 * The part of the capture engine that runs inside the paused process: it gives every object an
 * id, walks the graph breadth-first and describes what it sees as text (walker_text.h has the
 * grammar). Nothing of the program's runs: builtins come from Node's own untouched copies,
 * accessors are described and never called, proxies are looked at through V8.
 *
 * P: Node's primordials, or null where there are none (Deno, browsers): then the plain builtins
 * serve. internalBinding: Node's, or null. denied: objects whose values must not be read, since
 * reading loads modules or shows the environment. helpers: the agent's functions, or undefined: locate
 * tells where a function
 * is ("script,line,column") without the protocol; or undefined. plain, process, builtin: the
 * functions of walker_plain.js, walker_process.js and walker_builtin.js.
 */
function inspmortWalker(P, internalBinding, options, denied1, denied2, helpers, plain, process,
			builtin) {
	'use strict';
	const locate = helpers ? helpers.locate : undefined;
	const standIn = P ? null : plain();
	if (!P)
		P = standIn.builtins;
	const SafeMap = P.SafeMap, ownKeys = P.ReflectOwnKeys;
	const descriptorOf = P.ReflectGetOwnPropertyDescriptor, prototypeOf = P.ObjectGetPrototypeOf;
	const slice = P.StringPrototypeSlice, includes = P.StringPrototypeIncludes;
	const startsWith = P.StringPrototypeStartsWith, endsWith = P.StringPrototypeEndsWith,
		 sourceOf = P.FunctionPrototypeToString;
	const symbolText = P.SymbolPrototypeToString, isArray = P.ArrayIsArray;
	const isView = P.ArrayBufferIsView, viewTag = P.TypedArrayPrototypeGetSymbolToStringTag;
	const call = P.FunctionPrototypeCall;
	const weakDeref = P.WeakRefPrototypeDeref;
	const Uint8 = P.Uint8Array, viewLength = P.TypedArrayPrototypeGetLength;
	const T = internalBinding ? internalBinding('types') : standIn.types;
	const U = internalBinding ? internalBinding('util') : standIn.util;
	const B = internalBinding ? internalBinding('buffer') : null;
	/* What only the protocol tells where Node's internals are missing; asked before a thing is looked at. */
	const subtypes = standIn ? new SafeMap() : null;
	if (standIn) {
		T.isProxy = (o) => subtypes.get(o) === 'x';
		T.isPromise = (o) => subtypes.get(o) === 'p';
		T.isGeneratorObject = (o) => subtypes.get(o) === 'g';
	}
	const { regexpText, boxed, bytes, isKnownGlobal } = builtin(P, T, B);
	const toStringTag = P.SymbolToStringTag;
	const WeakRefPrototype = P.WeakRefPrototype, ObjectPrototype = P.ObjectPrototype;
	const exotic = new SafeMap();
	const exoticNames = ['Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'Date', 'RegExp', 'Promise', 'ArrayBuffer',
		'TypedArray', 'DataView', 'Error', 'Number', 'String', 'Boolean', 'BigInt', 'Symbol', 'Array'];
	for (let i = 0; i < exoticNames.length; i++)
		exotic.set(P[exoticNames[i] + 'Prototype'], true);

	const KIND = { __proto__: null, object: 0, array: 1, function: 2, error: 3, map: 4, set: 5,
		weakmap: 6, weakset: 7, date: 8, regexp: 9, promise: 10, proxy: 11, typedarray: 12,
		arraybuffer: 13, dataview: 14, generator: 15, iterator: 16, weakref: 17, symbol: 18,
		primitive: 19, scope: 20, module: 21, arguments: 22, wasmmemory: 23 };
	const ELEMENT = { __proto__: null, Int8Array: 0, Uint8Array: 1, Uint8ClampedArray: 2,
		Int16Array: 3, Uint16Array: 4, Int32Array: 5, Uint32Array: 6, Float16Array: 7,
		Float32Array: 8, Float64Array: 9, BigInt64Array: 10, BigUint64Array: 11 };
	const SCOPE = { __proto__: null, Global: 0, Local: 1, 'With Block': 2, Closure: 3, Catch: 4,
		Block: 5, Script: 6, Eval: 7, Module: 8, 'Expression Stack': 9 };
	const NEEDS_CDP = 1, SLICED = 2, CLOSED = 8; /* record flags */
	const PIECE = 4096, PIECE_BYTES = 262144, SHARD = 8388608, SPARSE_FROM = 65536, KEY_CACHE = 65536;
	const CHUNK_BITS = 13, CHUNK_MASK = 8191;
	const SAME_SOURCE = 64, FUNCTION_TEXT = 262144;
	const ITERATORS = 1000; /* of so many the protocol is asked for their place */
	const PIECES_IN_TURN = 16;
	const LONG = 65536, PREFIX = 256, LONG_PIECE = 131072;
	const maxString = options.maxString, maxElements = options.maxElements;
	const maxBytes = options.maxBytes;

	/* The program may have put accessors for indexes on Array.prototype. */
	const list = () => P.ObjectSetPrototypeOf([], null);
	/* Things by id, in chunks, those of earlier batches let go; 0 is nobody. One long array would be copied as it grows. */
	const chunks = list();
	let idCount = 1, chunksGone = 0;
	const scopes = new SafeMap(); /* id to { type, name } */
	const double = new P.Float64Array(1), halves = new P.Uint32Array(P.TypedArrayPrototypeGetBuffer(double));
	double[0] = 2; /* 0x40000000 in its high half */
	const LOW_HALF = halves[0] === 0 ? 0 : 1;
	const longs = list();
	const waiting = list(); /* what goes on in pieces */
	let ids = new SafeMap();
	const fullShards = list();
	const scopeIds = new SafeMap();
	const keyIndex = new SafeMap();
	const askedSources = new SafeMap();
	const classes = new SafeMap(); /* prototype to { name, hasPrivates } */
	let definitions = '', definitionCount = 0, keyCount = 0;
	let head = 1, room = 0, more = null, firstWaiting = 0, classified = 0, wanted = '';
	/* Strings of the last record or piece that follow in pieces, where there can be pieces. */
	let sliceStrings = false, long = 0, longAt = 0;
	let stackGetter, quietStacks = true, askedIterators = 0;
	/* Scripts whose functions' closures stay out, ids with a comma behind each. */
	const closedScripts = new SafeMap();
	for (let i = 0, id = ''; i < options.closedScripts.length; i++) {
		if (options.closedScripts[i] === ',') {
			closedScripts.set(id, true);
			id = '';
		} else {
			id += options.closedScripts[i];
		}
	}
	try {
		const own = descriptorOf(new P.Error(''), 'stack');
		stackGetter = own && own.get;
		/* Node puts a function of its own there, which only formats. */
		const hook = descriptorOf(P.Error, 'prepareStackTrace');
		quietStacks = hook === undefined || ('value' in hook && (hook.value === undefined ||
			(typeof hook.value === 'function' && !T.isProxy(hook.value) &&
			 startsWith(sourceOf(hook.value), 'function ErrorPrepareStackTrace('))));
	} catch {
		quietStacks = false;
	}

	function idOf(thing) {
		let id = ids.get(thing);
		if (id !== undefined)
			return id;
		for (let i = 0; i < fullShards.length; i++) {
			id = fullShards[i].get(thing);
			if (id !== undefined)
				return id;
		}
		id = idCount++;
		let chunk = chunks[id >>> CHUNK_BITS];
		if (chunk === undefined) {
			chunk = chunks[id >>> CHUNK_BITS] = list();
			chunk.length = CHUNK_MASK + 1;
		}
		chunk[id & CHUNK_MASK] = thing;
		if (ids.size >= SHARD) {
			fullShards[fullShards.length] = ids;
			ids = new SafeMap();
		}
		ids.set(thing, id);
		return id;
	}

	const thingOf = (id) => chunks[id >>> CHUNK_BITS][id & CHUNK_MASK];

	/* A property name: its number when it was told before, else its text. */
	function key(k) {
		const known = keyIndex.get(k);
		if (known !== undefined)
			return known;
		let text, head;
		if (typeof k === 'symbol') {
			text = symbolText(k);
			head = 'y' + idOf(k) + ';';
		} else {
			text = k;
			head = '';
		}
		if (text.length > 1024)
			text = slice(text, 0, 1024);
		head += text.length + ':' + text;
		if (keyCount >= KEY_CACHE)
			return '"' + head;
		definitions += head;
		definitionCount++;
		keyIndex.set(k, keyCount);
		return keyCount++;
	}

	function string(s, limit) {
		const n = s.length, end = n < limit ? n : limit;
		if (limit > LONG && sliceStrings && end > PREFIX && (end > LONG || end > room)) {
			longs[longs.length] = { __proto__: null, text: s, end };
			return 'L' + n + ',' + end + ',' + PREFIX + ':' + slice(s, 0, PREFIX);
		}
		if (n > limit || n > room) {
			const most = room > 256 ? (room < limit ? room : limit) : (limit < 256 ? limit : 256);
			if (n > most) {
				room -= most;
				return 'S' + n + ',' + most + ':' + slice(s, 0, most);
			}
		}
		room -= n;
		return 's' + n + ':' + s;
	}

	/* The digits of a fraction take V8 longer than all the rest of a property: it goes as its bits. */
	function number(v) {
		if (v === (v | 0))
			return v === 0 && 1 / v < 0 ? 'n-0;' : 'n' + v + ';';
		double[0] = v;
		return 'd' + halves[1 - LOW_HALF] + ',' + halves[LOW_HALF] + ';';
	}

	function value(v) {
		switch (typeof v) {
		case 'string': return string(v, maxString);
		case 'number': return number(v);
		case 'boolean': return v ? 't' : 'f';
		case 'undefined': return v === undefined ? 'u' : 'o' + idOf(v) + ';'; /* document.all */
		case 'bigint': return 'b' + v + ';';
		default: return v === null ? 'z' : 'o' + idOf(v) + ';';
		}
	}

	const accessor = (get, set) => 'g' + (get === undefined ? 0 : idOf(get)) + ',' +
		(set === undefined ? 0 : idOf(set)) + ';';

	function property(o, k) {
		let d;
		try {
			d = descriptorOf(o, k);
		} catch {
			return key(k) + '=!10;'; /* a variable that V8 cannot show */
		}
		if (d === undefined)
			return '';
		let flags = (d.enumerable ? 1 : 0) | (d.configurable ? 2 : 0), text;
		if ('value' in d) {
			if (d.writable)
				flags |= 4;
			text = value(d.value);
		} else {
			text = accessor(d.get, d.set);
		}
		return flags === 7 ? key(k) + '=' + text : key(k) + '#' + flags + '=' + text;
	}

	/* "p<here>,<in all>;" and so many properties. */
	function properties(o, keys, skip) {
		const n = keys.length, here = n < PIECE ? n : PIECE;
		let s = '';
		for (let i = 0; i < here; i++)
			if (keys[i] !== skip)
				s += property(o, keys[i]);
		if (n > here)
			more = { __proto__: null, type: 'p', from: o, keys, at: here, end: n };
		return 'p' + n + ';' + s + '.';
	}

	function element(o, i) {
		const d = descriptorOf(o, i);
		return d === undefined ? undefined : 'value' in d ? value(d.value) : accessor(d.get, d.set);
	}

	function elements(o, from, to, direct) {
		let s = '', holes = 0;
		for (let i = from; i < to; i++) {
			const text = direct ? value(o[i]) : element(o, i);
			if (text === undefined) {
				holes++;
				continue;
			}
			if (holes) {
				s += 'h' + holes + ';';
				holes = 0;
			}
			s += text;
		}
		if (holes)
			s += 'h' + holes + ';';
		return s + ']';
	}

	/* A long array with next to nothing in it: its few elements, and the holes between them. */
	function sparse(o, n) {
		for (let i = 0; i < 64; i++)
			if (descriptorOf(o, (n - 1) / 64 * i >>> 0) !== undefined)
				return undefined;
		const keys = ownKeys(o);
		let s = '', next = 0;
		for (let i = 0; i < keys.length && typeof keys[i] === 'string'; i++) {
			const at = +keys[i];
			if (!(at >= next && at < n))
				break; /* past the indexes */
			if (i === PIECE / 2)
				return undefined;
			if (at > next)
				s += 'h' + (at - next) + ';';
			s += element(o, keys[i]);
			next = at + 1;
		}
		if (next < n)
			s += 'h' + (n - next) + ';';
		return n + ';' + n + ';' + s + ']';
	}

	function sequence(o, n, direct) {
		if (!direct && n > SPARSE_FROM) {
			const text = sparse(o, n);
			if (text !== undefined)
				return text;
		}
		const end = n < maxElements ? n : maxElements, here = end < PIECE ? end : PIECE;
		if (end > here)
			more = { __proto__: null, type: 'e', from: o, direct, at: here, end };
		return n + ';' + end + ';' + elements(o, 0, here, direct);
	}

	function arrayBuffer(o) {
		let view, n = 0;
		try {
			view = new Uint8(o);
			n = viewLength(view);
		} catch { /* detached */ }
		const end = n < maxBytes ? n : maxBytes, here = end < PIECE ? end : 0;
		const text = here ? bytes(view, 0, here) : '';
		if (end > here)
			more = { __proto__: null, type: 'b', from: view, at: 0, end };
		return n + ';' + end + ';' + text.length + ':' + text;
	}

	const newInfo = (plain) => ({ __proto__: null, name: undefined, stable: false, hasPrivates: false, plain,
		wasm: false, memory: undefined, headKind: -1, head: '' });

	/*
	 * What all objects of one prototype share: their class, whether it has #privates, and whether
	 * they are plain objects (undefined: nobody has looked yet). Asking V8 for every object what it
	 * is would take longer than all the rest.
	 */
	function infoOf(proto) {
		if (proto === null)
			return newInfo(false);
		let info = classes.get(proto);
		if (info !== undefined)
			return info;
		info = newInfo(undefined);
		for (let p = proto, n = 0; p !== null && n < 64 && !T.isProxy(p); p = prototypeOf(p), n++) {
			if (exotic.has(p))
				info.plain = false;
			if (n === 0)
				noteWasm(p, info);
			const d = descriptorOf(p, 'constructor');
			if (d === undefined || typeof d.value !== 'function' || T.isProxy(d.value))
				continue;
			if (n === 0)
				info.stable = true;
			const source = sourceOf(d.value);
			if (startsWith(source, 'class') && includes(source, '#')) {
				info.hasPrivates = true;
				break;
			}
		}
		classes.set(proto, info);
		return info;
	}

	/* Only the protocol sees into WebAssembly; the size of a memory tells that it is one. */
	function noteWasm(proto, info) {
		const tag = descriptorOf(proto, toStringTag);
		if (tag === undefined || typeof tag.value !== 'string' || !startsWith(tag.value, 'WebAssembly.'))
			return;
		info.wasm = true;
		info.plain = false;
		const d = tag.value === 'WebAssembly.Memory' ? descriptorOf(proto, 'buffer') : undefined;
		if (d !== undefined && typeof d.get === 'function' &&
		    startsWith(sourceOf(d.get), 'function get buffer() { [native code] }'))
			info.memory = d.get;
	}

	function wasmPages(o, info) {
		try {
			return info.memory === undefined ? -1 : viewLength(new Uint8(call(info.memory, o))) / 65536;
		} catch {
			return -1;
		}
	}

	/* One that names itself, or arguments, says nothing about others of its prototype. */
	function classOf(o, info, own) {
		needsCdp = info.hasPrivates;
		if (own || !info.stable)
			return key(U.getConstructorName(o));
		if (info.name === undefined)
			info.name = key(U.getConstructorName(o));
		return info.name;
	}
	let needsCdp = false;

	/* Whether keys hold something that changes the object's class name. */
	function namesItself(keys) {
		for (let i = 0; i < keys.length && i < PIECE; i++)
			if (keys[i] === 'constructor' || keys[i] === toStringTag)
				return true;
		return false;
	}

	function stackOf(o, id) {
		if (!quietStacks && id !== 1)
			return '!6;'; /* reading it would call the program's prepareStackTrace */
		const d = descriptorOf(o, 'stack');
		if (d === undefined)
			return 'u';
		if ('value' in d)
			return typeof d.value === 'string' ? string(d.value, maxString) : 'u';
		if (d.get === undefined || d.get !== stackGetter)
			return 'u';
		const text = call(stackGetter, o);
		return typeof text === 'string' ? string(text, maxString) : 'u';
	}

	function errorProperties(o, keys, id) {
		/* V8 shows `stack` as a plain value even where it is an accessor. */
		const n = keys.length;
		let s = '';
		for (let i = 0; i < n && i < PIECE; i++) {
			if (keys[i] !== 'stack') {
				s += property(o, keys[i]);
				continue;
			}
			if (!quietStacks && id !== 1) {
				s += key('stack') + '#6=!6;';
				continue;
			}
			const d = descriptorOf(o, 'stack');
			if ('value' in d || d.get !== stackGetter || stackGetter === undefined)
				s += property(o, 'stack');
			else
				s += key('stack') + '#6=' + value(call(stackGetter, o));
		}
		return 'p' + (n < PIECE ? n : PIECE) + ';' + s + '.';
	}

	/*
	 * A question to the protocol costs as much as a hundred objects. Builtins that have a name have
	 * nothing to tell (bound functions have none), and the umpteenth closure of one function little.
	 */
	function worthAsking(source) {
		if (endsWith(source, '{ [native code] }'))
			return startsWith(source, 'function () {');
		const n = (askedSources.get(source) || 0) + 1;
		askedSources.set(source, n);
		return n <= SAME_SOURCE;
	}

	function scriptOf(place) {
		let n = 0;
		while (place[n] !== ',')
			n++;
		return slice(place, 0, n);
	}

	function isWeakRef(o, proto) {
		if (proto !== WeakRefPrototype && (proto === null || prototypeOf(proto) !== WeakRefPrototype))
			return false;
		try {
			weakDeref(o);
			return true;
		} catch {
			return false;
		}
	}

	const start = (kind, name, flags) => kind + ',' + name + ',' + flags + ';';

	function scopeRecord(o, scope) {
		const name = key('Object');
		const text = 'z' + scope.type + ';' + string(scope.name, 1024) + properties(o, ownKeys(o));
		return start(KIND.scope, name, more === null ? 0 : SLICED) + text + '\n';
	}

	/* What the program itself made global: data, and read without running anything. */
	function isOwnGlobal(o, k) {
		if (o !== denied1 || !internalBinding || typeof k !== 'string' || isKnownGlobal(k))
			return false;
		const d = descriptorOf(o, k);
		return d !== undefined && d.enumerable && 'value' in d;
	}

	/* Names without values, mostly: reading these would run or show what must not be. */
	function deniedRecord(o) {
		const keys = ownKeys(o);
		let s = '';
		for (let i = 0; i < keys.length && i < PIECE; i++)
			s += isOwnGlobal(o, keys[i]) ? property(o, keys[i]) : key(keys[i]) + '=!6;';
		return start(KIND.object, key(U.getConstructorName(o)), 0) + value(prototypeOf(o)) +
			'p' + (keys.length < PIECE ? keys.length : PIECE) + ';' + s + '.\n';
	}

	function record(o, id) {
		if (typeof o === 'symbol')
			return start(KIND.symbol, key('Symbol'), 0) + 'z' + string(symbolText(o), 1024) + '\n';
		const scope = scopes.get(id);
		if (scope !== undefined)
			return scopeRecord(o, scope);
		if (T.isProxy(o)) {
			if (standIn) {
				wanted += id + ',';
				return start(KIND.proxy, key(typeof o === 'function' ? 'Function' : 'Object'), NEEDS_CDP) + 'uzz\n';
			}
			const d = U.getProxyDetails(o, true);
			return start(KIND.proxy, key(typeof o === 'function' ? 'Function' : 'Object'), 0) + 'u' +
				(d === undefined ? 'zz' : value(d[0]) + value(d[1])) + '\n';
		}
		if (o === denied1 || o === denied2)
			return deniedRecord(o);
		if (o === P) /* a frame of Node's shows it: every builtin there is, none of the program's */
			return start(KIND.object, key('Object'), CLOSED) + value(null) + 'p0;.\n';
		const proto = prototypeOf(o), info = infoOf(proto);
		let kind, detail = '', keys, skip, flags = 0, own = false;
		if (info.plain === true && typeof o === 'object' && !isArray(o)) {
			keys = ownKeys(o);
			/* Arguments have the prototype of plain objects, and a symbol at their end. */
			if (proto !== ObjectPrototype || keys.length === 0 ||
			    typeof keys[keys.length - 1] === 'string' || !T.isArgumentsObject(o))
				kind = KIND.object;
			else
				keys = undefined;
		}
		if (kind !== undefined) {
			/* known already */
		} else if (typeof o === 'function') {
			kind = KIND.function;
			const source = sourceOf(o);
			/* Whole, though longer than other strings: most turn out to be pieces of their scripts. */
			detail = source.length > FUNCTION_TEXT ? string(source, maxString) :
				's' + source.length + ':' + source;
			const place = locate ? locate(o) : undefined;
			if (place !== undefined)
				detail += place;
			detail += ';';
			if (place !== undefined && closedScripts.has(scriptOf(place)))
				flags = CLOSED;
			else if (worthAsking(source))
				flags = NEEDS_CDP;
		} else if (isArray(o) || T.isArgumentsObject(o)) {
			kind = isArray(o) ? KIND.array : KIND.arguments;
			keys = U.getOwnNonIndexProperties(o, 0);
			if (kind === KIND.array) {
				detail = sequence(o, o.length, false);
				const d = descriptorOf(o, 'length');
				skip = d.writable ? 'length' : undefined;
			} else {
				const d = descriptorOf(o, 'length');
				const n = d !== undefined && typeof d.value === 'number' && d.value >= 0 ? d.value : 0;
				detail = sequence(o, n < 65536 ? n : 65536, false);
				own = true;
			}
		} else if (T.isNativeError(o)) {
			kind = KIND.error;
			detail = stackOf(o, id);
			keys = ownKeys(o);
			const name = classOf(o, info, namesItself(keys));
			if (needsCdp)
				wanted += id + ',';
			return start(kind, name, needsCdp ? NEEDS_CDP : 0) + value(proto) + detail +
				errorProperties(o, keys, id) + '\n';
		} else if (T.isMap(o) || T.isSet(o)) {
			kind = T.isMap(o) ? KIND.map : KIND.set;
			const e = U.previewEntries(o);
			detail = (kind === KIND.map ? e.length / 2 : e.length) + ';' + sequence(e, e.length, true);
		} else if (T.isWeakMap(o) || T.isWeakSet(o)) {
			kind = T.isWeakMap(o) ? KIND.weakmap : KIND.weakset;
			const e = U.previewEntries(o);
			detail = (kind === KIND.weakmap ? e.length / 2 : e.length) + ';' + sequence(e, e.length, true);
		} else if (T.isMapIterator(o) || T.isSetIterator(o)) {
			const d = U.previewEntries(o, true);
			kind = KIND.iterator;
			if (askedIterators++ < ITERATORS)
				flags = NEEDS_CDP;
			detail = (d[1] ? '1' : '0') + ';' + sequence(d[0], d[0].length, true);
		} else if (T.isDate(o)) {
			kind = KIND.date;
			detail = value(P.DatePrototypeGetTime(o)) + string(P.DatePrototypeToString(o), 1024);
		} else if (T.isRegExp(o)) {
			kind = KIND.regexp;
			detail = string(regexpText(o), maxString);
		} else if (T.isPromise(o)) {
			const d = standIn ? [0] : U.getPromiseDetails(o);
			kind = KIND.promise;
			if (standIn)
				flags = NEEDS_CDP;
			detail = d[0] + ';' + (d[0] === 0 ? 'u' : value(d[1]));
		} else if (isView(o)) {
			const tag = viewTag(o);
			keys = U.getOwnNonIndexProperties(o, 0);
			if (tag === undefined) {
				kind = KIND.dataview;
				let n = 0, offset = 0;
				try {
					n = P.DataViewPrototypeGetByteLength(o);
					offset = P.DataViewPrototypeGetByteOffset(o);
				} catch { /* out of bounds of its buffer */ }
				detail = n + ';' + offset + ';' + value(P.DataViewPrototypeGetBuffer(o));
			} else {
				kind = KIND.typedarray;
				detail = viewLength(o) + ';' + P.TypedArrayPrototypeGetByteOffset(o) + ';' +
					ELEMENT[tag] + ';' + value(P.TypedArrayPrototypeGetBuffer(o));
			}
		} else if (T.isAnyArrayBuffer(o)) {
			kind = KIND.arraybuffer;
			detail = arrayBuffer(o);
		} else if (T.isGeneratorObject(o)) {
			kind = KIND.generator;
			flags = NEEDS_CDP;
		} else if (T.isModuleNamespaceObject(o)) {
			kind = KIND.module;
		} else if (T.isBoxedPrimitive(o)) {
			kind = KIND.primitive;
			detail = value(boxed(o));
		} else if (proto !== null && isWeakRef(o, proto)) {
			kind = KIND.weakref;
			detail = value(weakDeref(o));
		} else if (info.wasm) {
			const pages = wasmPages(o, info);
			kind = pages < 0 ? KIND.object : KIND.wasmmemory;
			if (pages >= 0)
				detail = string('Memory(' + pages + ')', 1024);
			else
				flags = NEEDS_CDP;
		} else {
			kind = KIND.object;
			if (info.plain === undefined)
				info.plain = true;
		}
		if (keys === undefined)
			keys = ownKeys(o);
		if (kind !== KIND.object && typeof o === 'object' && kind !== KIND.arguments)
			info.plain = false;
		const name = classOf(o, info, own || namesItself(keys));
		if (needsCdp)
			flags |= NEEDS_CDP;
		if (flags & NEEDS_CDP)
			wanted += id + (info.wasm ? ',!' : ',');
		const sliced = more;
		if (more !== null)
			more = null; /* one continuation at a time: elements win over properties */
		const text = properties(o, keys, skip);
		if (sliced !== null)
			more = sliced;
		if (more !== null)
			flags |= SLICED;
		if (flags !== 0 || name !== info.name)
			return start(kind, name, flags) + value(proto) + detail + text + '\n';
		if (info.headKind !== kind) {
			info.headKind = kind;
			info.head = start(kind, name, 0) + value(proto);
		}
		return info.head + detail + text + '\n';
	}

	/* The next piece of what was too long for its record. */
	function piece(m) {
		const from = m.at, step = m.type === 'b' ? PIECE_BYTES : PIECE;
		const to = m.end - from < step ? m.end : from + step;
		let s = '+' + m.type + m.id + ';';
		m.at = to;
		if (m.type === 'b') {
			const text = bytes(m.from, from, to);
			return s + text.length + ':' + text + '\n';
		}
		if (m.type === 'e')
			return s + elements(m.from, from, to, m.direct) + '\n';
		for (let i = from; i < to; i++)
			s += property(m.from, m.keys[i]);
		return s + '.\n';
	}

	/*
	 * Long things take turns with what else is known by then: one huge array on top must not be all
	 * that there is time for.
	 */
	function later(m) {
		m.after = idCount;
		m.turn = PIECES_IN_TURN;
		waiting[waiting.length] = m;
	}

	function isPieceNext(recordsToo) {
		return firstWaiting < waiting.length &&
			(!recordsToo || waiting[firstWaiting].after <= head || head >= idCount);
	}

	function nextPiece() {
		const m = waiting[firstWaiting];
		let s = '';
		try {
			s = piece(m);
		} catch {
			m.at = m.end; /* it cannot be read to its end */
			long = longs.length = 0;
		}
		m.turn--;
		if (m.at < m.end && m.turn > 0)
			return s;
		waiting[firstWaiting++] = null;
		if (m.at < m.end)
			later(m);
		if (firstWaiting === waiting.length)
			firstWaiting = waiting.length = 0;
		return s;
	}

	function nextRecord() {
		const id = head++;
		let s;
		try {
			s = record(thingOf(id), id);
			if (more !== null) {
				more.id = id;
				later(more);
			}
		} catch {
			long = longs.length = 0;
			s = start(KIND.object, key('Object'), 4) + 'u\n'; /* this one cannot be read */
		}
		more = null;
		return s;
	}

	function longPiece() {
		const { text, end } = longs[long], to = end - longAt < LONG_PIECE ? end : longAt + LONG_PIECE;
		const s = '+s' + (to - longAt) + ':' + slice(text, longAt, to) + '\n';
		longAt = to;
		if (longAt === end) {
			longAt = 0;
			if (++long === longs.length)
				long = longs.length = 0;
		}
		return s;
	}

	/* The strings of what came last before all else. */
	function next(isPiece) {
		if (long < longs.length)
			return longPiece();
		sliceStrings = true;
		room = options.room;
		const s = isPiece ? nextPiece() : nextRecord();
		sliceStrings = false;
		return s;
	}

	function flush(text) {
		const s = definitionCount + ';' + definitions + text;
		definitions = '';
		definitionCount = 0;
		return s;
	}

	/* Scopes are made anew by V8 at each mention: what looks the same is one. */
	function scopeId(o, type, name) {
		if (type === 0 || type === 2)
			return idOf(o);
		const keys = ownKeys(o);
		let text = type + '(' + name + ')';
		room = options.room;
		for (let i = 0; i < keys.length && i < PIECE; i++)
			text += keys[i] + property(o, keys[i]);
		let id = scopeIds.get(text);
		if (id === undefined) {
			id = idOf(o);
			scopes.set(id, { __proto__: null, type, name });
			scopeIds.set(text, id);
		}
		return id;
	}

	function scopeList(entries) {
		let s = '';
		for (let i = 0; i < entries.length; i++) {
			const entry = entries[i], text = entry.description;
			let type = text, name = '', at = -1;
			for (let j = 0; j + 1 < text.length && at < 0; j++)
				if (text[j] === ' ' && text[j + 1] === '(')
					at = j;
			if (at >= 0) {
				type = slice(text, 0, at);
				name = slice(text, at + 2, text.length - 1);
			}
			const number = SCOPE[type];
			s += scopeId(entry.object, number === undefined ? 3 : number, name) + ',';
		}
		return s + ';';
	}

	const aboutProcess = process(P, internalBinding, { __proto__: null, value, isError: T.isNativeError,
		stackGetter });
	const walker = {
		__proto__: null,
		/* Pairs of what it is ("v", or "<scope type> <name>") and the thing; ids or values come back. */
		roots(args) {
			let s = '';
			room = options.room;
			for (let i = 0; i < args.length; i += 2) {
				const what = args[i], thing = args[i + 1];
				if (what === 'v') {
					s += value(thing);
				} else {
					let n = 0;
					while (what[n] !== ' ')
						n++;
					s += 'o' + scopeId(thing, +slice(what, 0, n), slice(what, n + 1)) + ';';
				}
			}
			return flush(s);
		},
		/*
		 * The records of the next objects, at most `count` of them, and pieces, about `chars` in all; before
		 * them how many objects are known, and which of these need the protocol's help.
		 */
		step(count, chars) {
			let s = '';
			wanted = '';
			while (chunksGone < head >>> CHUNK_BITS)
				chunks[chunksGone++] = null;
			const last = standIn && head + count > classified + 1 ? classified + 1 : head + count;
			while (s.length < chars) {
				const isPiece = isPieceNext(count > 0);
				if (!isPiece && longs.length === 0 && !(head < last && head < idCount))
					break;
				s += next(isPiece);
			}
			return flush(idCount - 1 + ';' + wanted + ';' + s);
		},
		/* Where only the protocol can tell proxies: the next things to be looked at, at most `count`. */
		unknown(count) {
			const things = list();
			for (let id = classified + 1; id < idCount && id < head + +count; id++)
				things[things.length] = thingOf(id);
			return things;
		},
		/* What they are, a letter each: x proxy, p promise, g generator, - anything else. */
		classify(letters) {
			for (let i = 0; i < letters.length; i++) {
				classified++;
				if (letters[i] !== '-')
					subtypes.set(thingOf(classified), letters[i]);
			}
			return '0;';
		},
		/* The things with these ids ("3,17,"), for questions that only the protocol answers. */
		pick(text) {
			const things = list();
			let id = 0;
			for (let i = 0; i < text.length; i++) {
				if (text[i] === ',') {
					things[things.length] = thingOf(id);
					id = 0;
				} else {
					id = id * 10 + +text[i];
				}
			}
			return things;
		},
		scopeLists(args) {
			let s = '';
			for (let i = 0; i < args.length; i++) {
				try {
					s += scopeList(args[i]);
				} catch {
					s += ';';
				}
			}
			return flush(s);
		},
		about(process) {
			room = options.room;
			return flush(aboutProcess.about(process) + ']');
		},
		/* Before the first step. */
		report: () => aboutProcess.report(idCount > 1 ? thingOf(1) : undefined),
	};
	if (helpers)
		helpers.adopt(walker);
	return walker;
}
