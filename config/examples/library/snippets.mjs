// A service that runs snippets of strangers: POST one to /, and get what became of it as JSON. Each has a container that
// nothing has run in before, without a network, with little memory, time and output.
//
//   node snippets.mjs ROOTFS [PORT]

import {createServer} from 'node:http';
import {isTsboxError, Pool} from 'tsbox';

const [rootfs, port = '8080'] = process.argv.slice(2);
const largestSnippet = 64 * 1024;

const pool = new Pool(
	{
		name: 'snippets',
		rootfs,
		user: '65534:65534',
		read_only: true,
		tmpfs: ['/tmp:size=16m'],
		cap_drop: ['ALL'],
		mem_limit: '64m',
		memswap_limit: '64m',
		pids_limit: 32,
		cpus: 1,
	},
	{size: 4, concurrency: 8},
);

async function bodyOf(request) {
	const chunks = [];
	let length = 0;
	for await (const chunk of request) {
		length += chunk.length;
		if (length > largestSnippet) return undefined;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString();
}

async function answer(request, response) {
	const reply = (status, value) =>
		response.writeHead(status, {'content-type': 'application/json'}).end(`${JSON.stringify(value)}\n`);
	const snippet = await bodyOf(request);
	if (request.method !== 'POST' || snippet === undefined)
		return reply(400, {error: 'POST a snippet of 64 KiB at most'});
	// Whoever hangs up needs no answer.
	const gone = new AbortController();
	response.once('close', () => gone.abort());
	const {exitCode, stdout, stderr, timedOut, truncated, oomKilled, durationMs, usage} = await pool.run({
		command: ['sh', '-c', snippet],
		cwd: '/tmp',
		timeoutMs: 2000,
		maxOutput: 64 * 1024,
		signal: gone.signal,
	});
	return reply(200, {exitCode, stdout, stderr, timedOut, truncated, oomKilled, durationMs, usage});
}

const server = createServer((request, response) => {
	answer(request, response).catch(error => {
		if (response.writable) response.writeHead(500).end(isTsboxError(error) ? `${error.code}\n` : 'failed\n');
	});
});

await pool.ready();
server.listen(Number(port), '127.0.0.1', () => console.log(`listening on ${server.address().port}`));

for (const signal of ['SIGINT', 'SIGTERM'])
	process.once(signal, async () => {
		server.close();
		server.closeAllConnections();
		await pool.close({kill: true});
	});
