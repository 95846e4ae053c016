// An ES module program that dies at its top level, after an await. INSPMORT_ON=all,startup has the
// variables as well.
import { setTimeout } from 'node:timers/promises';

async function connect(host, port) {
	const attempts = [];
	for (let attempt = 1; attempt <= 3; attempt++) {
		await setTimeout(5);
		attempts.push({ attempt, refused: true });
	}
	throw new Error(`${host}:${port} refused ${attempts.length} times`);
}

const settings = { host: 'db.example', port: 5432 };
export const connection = await connect(settings.host, settings.port);
