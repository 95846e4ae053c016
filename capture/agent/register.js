// SPDX-License-Identifier: MIT
'use strict';
// Loaded before the program (node --require): arms the agent and gets out of the way. Whatever is
// needed at the crash is taken here, before the program can replace it.

// The agent pauses V8 in this function and reads `error` and pause.helpers from its frame.
function pause(error) {
	debugger;
	return error;
}

// The connection below inspector.Session takes and gives text, which saves making an object of
// every message and text of it again. process.binding() would warn under --pending-deprecation.
function inspector(options, env) {
	// No exception may be thrown before the hook is in place: V8 would remember (hooks.c).
	if (!process.permission && !/--pending-deprecation/.test(options) &&
		env.NODE_PENDING_DEPRECATION !== '1') {
		const { Connection, url } = process.binding('inspector');
		if (Connection)
			return { connect: (onMessage) => new Connection(onMessage), inspectorUrl: url };
	}
	const { Session, url } = require('inspector');
	const { parse, stringify } = JSON;
	return { inspectorUrl: url, connect(onMessage) {
		const session = new Session();
		session.connect();
		session.on('inspectorNotification', (message) => onMessage(ascii(stringify(message))));
		return {
			dispatch(text) {
				const { id, method, params } = parse(text);
				session.post(method, params, (error, result) =>
					onMessage(ascii(stringify(error ? { id, error } : { id, result }))));
			},
		};
	} };
}

// The addon expects what V8 itself writes: everything beyond ASCII as an escape.
const { replace } = String.prototype;
const { charCodeAt } = String.prototype;
const { toString } = Number.prototype;
const { apply } = Reflect;

function ascii(text) {
	return apply(replace, text, [/[^\x00-\x7f]/g, (c) =>
		'\\u' + `000${apply(toString, apply(charCodeAt, c, [0]), [16])}`.slice(-4)]);
}

function threadOf() {
	// Loading worker_threads costs 2 ms; in a worker process.abort() is switched off.
	if (process.abort.disabled !== true)
		return { isMainThread: true, threadId: 0 };
	return require('worker_threads');
}

function say(text) {
	if (!process.env.INSPMORT_QUIET || process.env.INSPMORT_QUIET === '0')
		process._rawDebug(`inspmort: ${text}`);
}

// The URL of the program, if it is an ES module.
function entryModule(file) {
	const fs = require('fs');
	const path = require('path');
	try {
		const real = fs.realpathSync(file);
		if (!/\.m?js$/.test(real) || (!real.endsWith('.mjs') && packageType(path.dirname(real)) !== 'module'))
			return undefined;
		return require('url').pathToFileURL(real).href;
	} catch {
		return undefined; // no such file; Node will say so
	}

	function packageType(dir) {
		for (let parent; ; dir = parent) {
			const file = path.join(dir, 'package.json');
			if (fs.existsSync(file))
				return JSON.parse(fs.readFileSync(file, 'utf8')).type;
			parent = path.dirname(dir);
			if (parent === dir)
				return undefined;
		}
	}
}

// Never in the program's way: where addons may not be loaded, it runs without us.
function load() {
	try {
		return require('./inspmort.node');
	} catch (error) {
		say(`no crash will be captured: ${String(error.message).split('\n')[0]}`);
		return null;
	}
}

function arm() {
	if (process.permission && !process.permission.has('inspector')) {
		say('no crash will be captured: the permission model closes the inspector');
		return;
	}
	const agent = load();
	if (!agent)
		return;
	pause.helpers = { __proto__: null, locate: agent.locate, adopt: agent.adopt, process, binding: process.binding };
	const { argv, execArgv, env, versions, arch, version } = process;
	const { threadId, isMainThread } = threadOf();
	const options = `${execArgv.join(' ')} ${env.NODE_OPTIONS || ''}`;
	const listenerCount = process.listenerCount.bind(process);
	const hasCaptureCallback = process.hasUncaughtExceptionCaptureCallback.bind(process);

	const armed = agent.arm({
		...inspector(options, env),
		pause,
		programAborts: /--abort[-_]on[-_]uncaught[-_]exception/.test(options),
		nodeVersion: version,
		v8Version: versions.v8,
		arch,
		program: String(argv[1] || ''),
		thread: isMainThread ? 'main' : `worker ${threadId}`,
		suffix: isMainThread ? '' : `worker-${threadId}-`, // of the file's name
	});
	if (armed === 'no') {
		say('no crash will be captured: this V8 is unknown');
		return;
	}
	if (armed === 'debugger')
		say('V8 does not tell of throws (load the agent first, with --require): its debugger stays on, which takes time');
	if (/startup/.test(env.INSPMORT_ON) && isMainThread) {
		const entry = entryModule(argv[1]);
		if (entry)
			agent.watchStartup(entry);
	}
	process.on('uncaughtExceptionMonitor', (error, origin) => {
		tell(agent.uncaught(error, origin === 'unhandledRejection',
			listenerCount('uncaughtException') > 0 || hasCaptureCallback()), error);
	});
	// A listener for 'exit' would show in the stack traces of the program's own; process.exit() ends here.
	const { reallyExit } = process;
	process.reallyExit = function (code) {
		tell(agent.exiting(code === undefined ? 0 : code | 0, listenerCount('unhandledRejection') > 0));
		apply(reallyExit, process, [code]);
	};
	if (isMainThread)
		process.abort = agent.beforeAbort(process.abort);
	exports.captureNow = function captureNow() {
		return agent.captureNow();
	};
	exports.armed = true;
}

// The program's interface, see npm/index.d.ts. Where the agent is not armed, it does nothing.
const callbacks = [];

function tell(file, error) {
	for (let i = 0; file !== undefined && i < callbacks.length; i++) {
		try {
			callbacks[i]({ file, error });
		} catch {
			// It must not change how the process dies.
		}
	}
}

exports.armed = false;
exports.captureNow = function captureNow() {
	return undefined;
};
exports.onCrash = function onCrash(callback) {
	if (typeof callback !== 'function')
		throw new TypeError('onCrash wants a function');
	callbacks[callbacks.length] = callback;
};

// One agent for each thread, however often and from wherever this is loaded.
const mark = Symbol.for('inspmort.agent');
if (process[mark]) {
	module.exports = process[mark];
} else if (!process.env.INSPMORT_DISABLE || process.env.INSPMORT_DISABLE === '0') {
	Object.defineProperty(process, mark, { value: exports, configurable: true });
	arm();
}
