// An unhandled rejection: nobody waits for the promise that a timer started.
'use strict';

class Repository {
	constructor(url) {
		this.url = url;
		this.cache = new Map([['ada', { name: 'Ada', visits: 3 }]]);
	}

	async find(name) {
		const cached = this.cache.get(name);
		if (cached)
			return cached;
		const attempts = 2;
		throw new Error(`${this.url}: no such user: ${name} (${attempts} attempts)`);
	}
}

async function report(repository, names) {
	const lines = [];
	for (const name of names) {
		const user = await repository.find(name);
		lines.push(`${user.name}: ${user.visits}`);
	}
	return lines.join('\n');
}

const repository = new Repository('db://users');
setTimeout(() => report(repository, ['ada', 'brian']), 10);
