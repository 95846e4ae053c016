// SPDX-License-Identifier: MIT
// Loads a .heapsnapshot with the code that DevTools itself loads it with.
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const worker = path.join(path.dirname(fileURLToPath(import.meta.url)),
	'../../replay/devtools/node_modules/@react-native/debugger-frontend/dist/third-party/front_end/entrypoints/heap_snapshot_worker/heap_snapshot_worker.js');

// What the worker expects of its surroundings.
Promise.withResolvers ??= () => {
	const deferred = {};
	deferred.promise = new Promise((resolve, reject) => Object.assign(deferred, { resolve, reject }));
	return deferred;
};
globalThis.self ??= globalThis;
globalThis.location ??= { search: '', href: 'http://localhost/' };
globalThis.addEventListener ??= () => {};

export async function load(text) {
	const { HeapSnapshot, HeapSnapshotLoader } = await import(pathToFileURL(worker));
	const warnings = [];
	const { warn, error, time, timeEnd } = console;
	Object.assign(console, { warn: (line) => warnings.push(line), error: (line) => warnings.push(line), time() {}, timeEnd() {} });
	const { port1, port2 } = new MessageChannel();
	try {
		const loader = new HeapSnapshotLoader.HeapSnapshotLoader({ sendEvent() {} });
		// In pieces, as a file arrives.
		for (let at = 0; at < text.length; at += 100_003)
			loader.write(text.slice(at, at + 100_003));
		loader.close();
		await loader.parsingComplete;
		new HeapSnapshot.SecondaryInitManager(port2);
		return { snapshot: await loader.buildSnapshot(port1), warnings };
	} finally {
		port1.close();
		port2.close();
		Object.assign(console, { warn, error, time, timeEnd });
	}
}
