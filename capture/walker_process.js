/* SPDX-License-Identifier: MIT */
/*
 * What the walker tells about the process as a whole. As the walker, it runs nothing of the
 * program's: properties are looked at by their descriptors.
 */
function inspmortProcess(P, internalBinding, tools) {
	'use strict';
	return {
		__proto__: null,
		/* Versions of Node and V8, architecture, platform, pid, path, directory; then the arguments. */
		about(process) {
			const own = (o, k) => {
				const d = o !== null && typeof o === 'object' ? P.ReflectGetOwnPropertyDescriptor(o, k) : undefined;
				return d === undefined ? undefined : d.value;
			};
			const text = (v) => tools.value(typeof v === 'string' || typeof v === 'number' ? v : '');
			const versions = own(process, 'versions'), argv = own(process, 'argv');
			let s = text(own(process, 'version')) + text(own(versions, 'v8')) +
				text(own(process, 'arch')) + text(own(process, 'platform')) +
				text(own(process, 'pid')) + text(own(process, 'execPath'));
			let cwd = '';
			try {
				cwd = internalBinding('process_methods').cwd();
			} catch { /* no Node, or the directory is gone */ }
			s += text(cwd);
			for (let i = 0; P.ArrayIsArray(argv) && i < argv.length && i < 256; i++)
				s += text(own(argv, i));
			return s;
		},
		/* Node's diagnostic report, with the stack of what was thrown; no look-ups of host names. */
		report(thrown) {
			const R = internalBinding('report');
			const error = { __proto__: null, stack: '', message: '' };
			if (typeof thrown === 'object' && thrown !== null && tools.isError(thrown)) {
				const d = P.ReflectGetOwnPropertyDescriptor(thrown, 'stack');
				if (d !== undefined && typeof d.value === 'string')
					error.stack = d.value;
				else if (d !== undefined && d.get !== undefined && d.get === tools.stackGetter)
					error.stack = P.FunctionPrototypeCall(tools.stackGetter, thrown);
			}
			const had = R.getExcludeNetwork ? R.getExcludeNetwork() : true;
			if (!had)
				R.setExcludeNetwork(true);
			const text = R.getReport(error);
			if (!had)
				R.setExcludeNetwork(false);
			return text;
		},
	};
}
