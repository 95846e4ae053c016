/* SPDX-License-Identifier: MIT */
/*
 * What the walker uses where there is no Node inside (Deno, Electron's pages, browsers): ordinary
 * builtins in the shape of Node's internals. They cannot tell what weak collections hold, and a program
 * that has replaced builtins is walked with the replacements. Proxies and promises are told by the
 * protocol (subtypes.c) before anything is looked at.
 */
function inspmortPlain() {
	'use strict';
	function makeBuiltins() {
		const p = { __proto__: null, SafeMap: Map, Error, Uint8Array, Uint32Array, Float64Array, ReflectOwnKeys: Reflect.ownKeys,
			ReflectGetOwnPropertyDescriptor: Reflect.getOwnPropertyDescriptor,
			ObjectGetPrototypeOf: Object.getPrototypeOf, ObjectSetPrototypeOf: Object.setPrototypeOf,
			ArrayIsArray: Array.isArray, ArrayBufferIsView: ArrayBuffer.isView,
			ObjectPrototype: Object.prototype, SymbolToStringTag: Symbol.toStringTag,
			StringFromCharCode: String.fromCharCode };
		const uncurry = (f) => Function.prototype.call.bind(f);
		const constructors = [String, Number, Boolean, BigInt, Symbol, Function, Date, RegExp, DataView,
			ArrayBuffer, WeakRef, Object.getPrototypeOf(Uint8Array), Map, Set, WeakMap,
			WeakSet, Promise, Error, Array];
		for (let i = 0; i < constructors.length; i++) {
			const C = constructors[i], proto = C.prototype, keys = Reflect.ownKeys(proto);
			p[C.name + 'Prototype'] = proto;
			for (let j = 0; j < keys.length; j++) {
				const k = keys[j], d = Reflect.getOwnPropertyDescriptor(proto, k);
				const text = typeof k === 'symbol' ? k === Symbol.toStringTag ? 'SymbolToStringTag' : '' :
					k.charAt(0).toUpperCase() + k.slice(1);
				if (text && typeof d.value === 'function')
					p[C.name + 'Prototype' + text] = uncurry(d.value);
				else if (text && d.get)
					p[C.name + 'PrototypeGet' + text] = uncurry(d.get);
			}
		}
		return p;
	}

	function makeTypes() {
		const t = { __proto__: null };
		const brand = (probe, ...args) => (o) => {
			try {
				probe(o, ...args);
				return true;
			} catch {
				return false;
			}
		};
		const getter = (C, name) => Function.prototype.call.bind(
			Reflect.getOwnPropertyDescriptor(C.prototype, name).get);
		const method = (C, name) => Function.prototype.call.bind(C.prototype[name]);
		const never = () => false;
		t.isMap = brand(getter(Map, 'size'));
		t.isSet = brand(getter(Set, 'size'));
		t.isWeakMap = brand(method(WeakMap, 'has'), {});
		t.isWeakSet = brand(method(WeakSet, 'has'), {});
		t.isDate = brand(method(Date, 'getTime'));
		t.isRegExp = (o) => o !== RegExp.prototype && brand(getter(RegExp, 'source'))(o);
		const buffer = brand(getter(ArrayBuffer, 'byteLength'));
		const shared = typeof SharedArrayBuffer === 'function' ?
			brand(getter(SharedArrayBuffer, 'byteLength')) : never;
		t.isAnyArrayBuffer = (o) => buffer(o) || shared(o);
		t.isNumberObject = brand(method(Number, 'valueOf'));
		t.isStringObject = brand(method(String, 'valueOf'));
		t.isBooleanObject = brand(method(Boolean, 'valueOf'));
		t.isBigIntObject = brand(method(BigInt, 'valueOf'));
		t.isSymbolObject = brand(method(Symbol, 'valueOf'));
		t.isBoxedPrimitive = (o) => t.isNumberObject(o) || t.isStringObject(o) ||
			t.isBooleanObject(o) || t.isBigIntObject(o) || t.isSymbolObject(o);
		t.isNativeError = (o) => Reflect.getOwnPropertyDescriptor(o, 'stack') !== undefined &&
			Error.prototype.isPrototypeOf(o);
		t.isProxy = t.isArgumentsObject = t.isPromise = t.isGeneratorObject = never;
		t.isModuleNamespaceObject = t.isMapIterator = t.isSetIterator = never;
		return t;
	}

	function makeUtil() {
		const u = { __proto__: null };
		const mapEach = Function.prototype.call.bind(Map.prototype.forEach);
		const setEach = Function.prototype.call.bind(Set.prototype.forEach);
		u.previewEntries = (o) => {
			const e = [];
			if (types.isMap(o))
				mapEach(o, (v, k) => { e[e.length] = k; e[e.length] = v; });
			else if (types.isSet(o))
				setEach(o, (v) => { e[e.length] = v; });
			return e;
		};
		u.getOwnNonIndexProperties = (o) => {
			const all = Reflect.ownKeys(o), keys = [];
			for (let i = 0; i < all.length; i++)
				if (typeof all[i] === 'symbol' || `${all[i] >>> 0}` !== all[i])
					keys[keys.length] = all[i];
			return keys;
		};
		u.getConstructorName = (o) => {
			for (let p = o, n = 0; p !== null && n < 64; p = Object.getPrototypeOf(p), n++) {
				const d = Reflect.getOwnPropertyDescriptor(p, 'constructor');
				if (d && typeof d.value === 'function') {
					const name = Reflect.getOwnPropertyDescriptor(d.value, 'name');
					if (name && typeof name.value === 'string' && name.value)
						return name.value;
				}
			}
			return 'Object';
		};
		return u;
	}

	const types = makeTypes();
	return { __proto__: null, builtins: makeBuiltins(), types, util: makeUtil() };
}
