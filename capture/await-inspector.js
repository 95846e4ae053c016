// SPDX-License-Identifier: MIT
'use strict';
// Loaded before the program by `inspmort run --via websocket`: opens the inspector and waits for
// it. The options of the command line would do the same, but worker threads and forked children
// inherit those and would wait for ever.
if (require('worker_threads').isMainThread) {
	const at = process.execArgv.indexOf(__filename);
	if (at > 1)
		process.execArgv.splice(at - 2, 3); // --inspect-publish-uid=stderr --require FILE
	delete require.cache[__filename];
	require('inspector').open(0, '127.0.0.1', true);
}
