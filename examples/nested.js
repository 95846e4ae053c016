// An uncaught exception some calls deep, with the kinds of values that real programs hold:
// instances of classes, closures, Maps and Sets, and a graph that refers to itself.
'use strict';

class Customer {
	#creditLimit = 250;

	constructor(name) {
		this.name = name;
		this.orders = [];
		this.address = { street: '12 Quay Street', city: 'Cork', geo: [51.897, -8.472] };
	}

	get limit() {
		return this.#creditLimit;
	}
}

class Order {
	constructor(customer, items) {
		this.id = Order.next++;
		this.customer = customer;
		this.items = items;
		this.placed = new Date(Date.UTC(2026, 0, 15, 9, 30));
		this.tags = new Set(['express', 'gift']);
		customer.orders.push(this);
	}
}
Order.next = 1001;

class Stock {
	constructor() {
		this.levels = new Map([
			['tea', { pieces: 40, price: 3.5 }],
			['scone', { pieces: 12, price: 2.25 }],
			['jam', { pieces: 0, price: 4 }],
		]);
		this.reservations = new WeakMap();
	}

	priceOf(name, quantity) {
		const level = this.levels.get(name);
		const total = level.price * quantity; // the crash: there is no honey
		return Math.round(total * 100) / 100;
	}
}

function makeCheckout(stock, currency) {
	let checkouts = 0;
	return function checkout(order) {
		checkouts += 1;
		const sums = [];
		for (const [name, quantity] of order.items) {
			const price = stock.priceOf(name, quantity);
			sums.push({ name, quantity, price });
		}
		return { order, currency, number: checkouts, sums };
	};
}

function main() {
	const stock = new Stock();
	const ada = new Customer('Ada');
	const friend = new Customer('Grace');
	ada.friend = friend;
	friend.friend = ada; // a cycle
	const order = new Order(ada, new Map([['tea', 2], ['scone', 3], ['honey', 1]]));
	const checkout = makeCheckout(stock, 'EUR');
	const retries = 3n;
	const receipt = checkout(order);
	console.log('receipt', receipt, retries);
}

main();
