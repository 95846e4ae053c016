// SPDX-License-Identifier: MIT
// Preload that saves a crash as inspector-postmortem does: params of Debugger.paused, and
// Runtime.getProperties of every object id met, two levels deep. V8 hands out another id at each mention,
// so that the same object comes many times.
'use strict';

const fs = require('node:fs');
const inspector = require('node:inspector');

const session = new inspector.Session();
session.connect();
const crash = { Paused: [], RemoteObjects: {}, Scripts: {}, Report: {} };
const post = (method, params) => {
	let answer;
	session.post(method, params, (error, result) => { answer = error ? {} : result; });
	return answer;
};
const save = (remote, depth) => {
	if (!remote?.objectId || crash.RemoteObjects[remote.objectId] || depth < 0)
		return;
	const properties = post('Runtime.getProperties', { objectId: remote.objectId, ownProperties: true });
	crash.RemoteObjects[remote.objectId] = properties;
	for (const p of [...(properties.result ?? []), ...(properties.internalProperties ?? [])])
		for (const value of [p.value, p.get, p.set])
			save(value, depth - 1);
};
session.on('Debugger.scriptParsed', ({ params }) => {
	crash.Scripts[params.scriptId] = { params };
});
session.on('Debugger.paused', ({ params }) => {
	crash.Paused.push(params);
	save(params.data, 2);
	for (const frame of params.callFrames) {
		save(frame.this, 2);
		for (const scope of frame.scopeChain)
			save(scope.object, 2);
		const script = crash.Scripts[frame.location.scriptId];
		script.source ??= post('Debugger.getScriptSource', { scriptId: frame.location.scriptId }).scriptSource;
	}
	crash.Report = process.report.getReport();
	fs.writeFileSync(process.env.CRASH_JSON, JSON.stringify(crash));
});
post('Debugger.enable');
post('Debugger.setPauseOnExceptions', { state: 'uncaught' });
