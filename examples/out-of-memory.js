// A cache that nobody empties: node --max-old-space-size=64 examples/out-of-memory.js
'use strict';

const sessions = new Map();
let requests = 0;

function remember(user) {
	requests += 1;
	sessions.set(`session-${requests}`, { user, started: new Date(), basket: Array.from({ length: 20 }, (_, i) => ({ item: i })) });
}

function serve() {
	const batch = 500;
	for (let i = 0; i < batch; i++)
		remember(`user ${i % 100}`);
	setImmediate(serve);
}

serve();
