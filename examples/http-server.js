// A web server that dies in a request handler. It sends itself the fatal request, so it can be
// run unattended.
'use strict';

const http = require('node:http');

const sessions = new Map();
const stats = { requests: 0, started: new Date() };

function parseCookies(request) {
	const cookies = {};
	for (const part of (request.headers.cookie || '').split(';')) {
		const [name, value] = part.trim().split('=');
		if (name)
			cookies[name] = value;
	}
	return cookies;
}

function loadCart(session) {
	const total = session.cart.items.reduce((sum, item) => sum + item.price, 0);
	return { items: session.cart.items, total };
}

function handle(request, response) {
	stats.requests++;
	const { sid } = parseCookies(request);
	const session = sessions.get(sid);
	const cart = loadCart(session); // the crash: the second visitor has no cart
	response.end(JSON.stringify(cart));
}

sessions.set('a1', { user: 'ada', cart: { items: [{ name: 'tea', price: 3.5 }] } });
sessions.set('b2', { user: 'brian', cart: null });

const server = http.createServer(handle);
server.listen(0, '127.0.0.1', () => {
	const { port } = server.address();
	const visit = (sid, next) =>
		http.get({ port, path: '/cart', headers: { cookie: `sid=${sid}` } }, (response) => {
			response.resume();
			response.on('end', next);
		}).on('error', () => {});
	visit('a1', () => visit('b2', () => {}));
});
