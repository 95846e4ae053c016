/* SPDX-License-Identifier: MIT */
/* What is inside some builtin objects, seen without any property that the program could have put there. */
function inspmortBuiltin(P, T, B) {
	'use strict';
	/* Node's encoder takes the bytes as its receiver, from Node 24 on as its first argument. */
	let bytesAsReceiver = true;
	try {
		if (B)
			P.FunctionPrototypeCall(B.base64Slice, new P.Uint8Array(1), 0, 1);
	} catch {
		bytesAsReceiver = false;
	}

	function regexpText(o) {
		let s = '/' + P.RegExpPrototypeGetSource(o) + '/';
		if (P.RegExpPrototypeGetHasIndices && P.RegExpPrototypeGetHasIndices(o)) s += 'd';
		if (P.RegExpPrototypeGetGlobal(o)) s += 'g';
		if (P.RegExpPrototypeGetIgnoreCase(o)) s += 'i';
		if (P.RegExpPrototypeGetMultiline(o)) s += 'm';
		if (P.RegExpPrototypeGetDotAll(o)) s += 's';
		if (P.RegExpPrototypeGetUnicode(o)) s += 'u';
		if (P.RegExpPrototypeGetUnicodeSets && P.RegExpPrototypeGetUnicodeSets(o)) s += 'v';
		if (P.RegExpPrototypeGetSticky(o)) s += 'y';
		return s;
	}

	function boxed(o) {
		if (T.isNumberObject(o)) return P.NumberPrototypeValueOf(o);
		if (T.isStringObject(o)) return P.StringPrototypeValueOf(o);
		if (T.isBooleanObject(o)) return P.BooleanPrototypeValueOf(o);
		if (T.isBigIntObject(o)) return P.BigIntPrototypeValueOf(o);
		return P.SymbolPrototypeValueOf(o);
	}

	/* Base64 of bytes; hex where Node's own encoder is out of reach. */
	function bytes(view, from, to) {
		if (B)
			return bytesAsReceiver ? P.FunctionPrototypeCall(B.base64Slice, view, from, to) :
				B.base64Slice(view, from, to);
		let s = 'x';
		for (let i = from; i < to; i++)
			s += (view[i] < 16 ? '0' : '') + P.NumberPrototypeToString(view[i], 16);
		return s;
	}

	/*
	 * The globals of the language and of Node 18 to 26. Even to look at the descriptor of one may
	 * load a hundred of Node's modules; what is not among them the program has put there.
	 */
	const known = ' ' +
		'AbortController AbortSignal AggregateError Array ArrayBuffer AsyncDisposableStack ' +
		'Atomics BigInt BigInt64Array BigUint64Array Blob Boolean BroadcastChannel Buffer ' +
		'ByteLengthQueuingStrategy CloseEvent CompressionStream CountQueuingStrategy Crypto ' +
		'CryptoKey CustomEvent DOMException DataView Date DecompressionStream DisposableStack ' +
		'Error ErrorEvent EvalError Event EventTarget File FinalizationRegistry Float16Array ' +
		'Float32Array Float64Array FormData Function Headers Infinity Int16Array Int32Array ' +
		'Int8Array Intl Iterator JSON Map Math MessageChannel MessageEvent MessagePort NaN ' +
		'Navigator Number Object Performance PerformanceEntry PerformanceMark ' +
		'PerformanceMeasure PerformanceObserver PerformanceObserverEntryList ' +
		'PerformanceResourceTiming Promise Proxy QuotaExceededError RangeError ' +
		'ReadableByteStreamController ReadableStream ReadableStreamBYOBReader ' +
		'ReadableStreamBYOBRequest ReadableStreamDefaultController ReadableStreamDefaultReader ' +
		'ReferenceError Reflect RegExp Request Response Set SharedArrayBuffer Storage String ' +
		'SubtleCrypto SuppressedError Symbol SyntaxError Temporal TextDecoder ' +
		'TextDecoderStream TextEncoder TextEncoderStream TransformStream ' +
		'TransformStreamDefaultController TypeError URIError URL URLPattern URLSearchParams ' +
		'Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet ' +
		'WebAssembly WebSocket WritableStream WritableStreamDefaultController ' +
		'WritableStreamDefaultWriter assert async_hooks atob btoa buffer child_process ' +
		'clearImmediate clearInterval clearTimeout cluster console constants crypto decodeURI ' +
		'decodeURIComponent dgram diagnostics_channel dns domain encodeURI encodeURIComponent ' +
		'escape eval events fetch fs global globalThis http http2 https inspector isFinite ' +
		'isNaN localStorage navigator net os parseFloat parseInt path perf_hooks performance ' +
		'process punycode querystring queueMicrotask readline repl sessionStorage setImmediate ' +
		'setInterval setTimeout stream string_decoder structuredClone sys timers tls ' +
		'trace_events tty undefined unescape url util v8 vm wasi worker_threads zlib ';

	function isKnownGlobal(name) {
		return P.StringPrototypeIncludes(known, ' ' + name + ' ');
	}

	return { __proto__: null, regexpText, boxed, bytes, isKnownGlobal };
}
