// A worker thread dies; the main thread hears of it and goes on. The worker's crash is its own file.
'use strict';

const { Worker, isMainThread, workerData } = require('node:worker_threads');

function average(samples) {
	const sum = samples.values.reduce((a, b) => a + b, 0);
	return sum / samples.values.length;
}

if (isMainThread) {
	const worker = new Worker(__filename, { workerData: { jobs: [{ values: [1, 2, 3] }, { valuse: [4] }] } });
	worker.on('error', (error) => console.log('the worker died:', error.message));
	worker.on('exit', () => console.log('the main thread goes on'));
} else {
	const results = [];
	for (const job of workerData.jobs)
		results.push(average(job)); // the crash: a misspelt name
}
