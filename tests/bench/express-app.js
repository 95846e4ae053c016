// SPDX-License-Identifier: MIT
'use strict';
// An express application with a day's worth of state, that dies in a request handler.

const http = require('node:http');
const express = require('express');

class User {
	constructor(id) {
		this.id = id;
		this.name = `user ${id}`;
		this.email = `user${id}@example.com`;
		this.roles = id % 50 ? ['reader'] : ['reader', 'editor'];
		this.created = new Date(1.6e12 + id * 86400);
		this.settings = {theme: id % 3 ? 'light' : 'dark', pageSize: 20 + id % 5 * 10, notify: id % 2 === 0};
	}
}

class Cart {
	constructor(user) {
		this.user = user;
		this.items = Array.from({length: user.id % 4}, (_, i) => ({sku: `sku-${(user.id * 31 + i) % 997}`, count: 1 + i, price: (user.id * 7919 + i) % 10000 / 100}));
		this.total = this.items.reduce((sum, item) => sum + item.price * item.count, 0);
	}
}

const users = new Map(), carts = new Map(), log = [];
for (let id = 1; id <= 12000; id++) {
	const user = new User(id);
	users.set(user.email, user);
	carts.set(id, new Cart(user));
	if (id % 3 === 0) log.push({time: 1.7e12 + id * 1000, method: 'GET', path: `/cart/${id}`, status: id % 40 ? 200 : 404, user: user.email, ms: id * 7919 % 300 / 10});
}

const app = express();
app.use(express.json());
app.get('/', (req, res) => res.json({users: users.size}));
app.get('/cart/:id', (req, res) => {
	const cart = carts.get(Number(req.params.id));
	setImmediate(() => {
		// The mistake: carts of unknown users have no items.
		const first = cart.items[0].sku;
		res.json({first, log: log.length});
	});
});

const server = app.listen(0, '127.0.0.1', () => {
	http.get({host: '127.0.0.1', port: server.address().port, path: '/cart/4'}).on('error', () => {});
});
