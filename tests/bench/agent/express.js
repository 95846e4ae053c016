// SPDX-License-Identifier: MIT
'use strict';
// An express application that dies in a handler; it sends itself the fatal request.
const express = require('../../node_modules/express');
const app = express();
const orders = new Map(Array.from({ length: 2000 }, (_, i) => [i, { id: i, items: [{ name: `item ${i}`, price: i / 7 }], placed: new Date(i * 1e6) }]));
app.use(express.json());
app.get('/order/:id', (request, response) => {
	const order = orders.get(Number(request.params.id));
	const total = order.items.reduce((sum, item) => sum + item.price, 0);
	setImmediate(() => { throw new Error(`order ${order.id}: ${total}`); });
	response.json(order);
});
const server = app.listen(0, '127.0.0.1', () =>
	require('http').get(`http://127.0.0.1:${server.address().port}/order/7`).on('error', () => {}));
