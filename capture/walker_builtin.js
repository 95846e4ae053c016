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

	return { __proto__: null, regexpText, boxed, bytes };
}
