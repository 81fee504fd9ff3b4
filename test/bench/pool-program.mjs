import {Pool} from '../../dist/index.js';

// A process with a pool, for who measures it from outside: node pool-program.mjs STORE STATE SIZE NAME ROOTFS COMMAND...
// It prints a line when the pool is full. For each line on its standard input, a number, it runs the command so often, one after
// the other, and prints a line when the pool is full again. It ends when its input does.
const [store, state, size, name, rootfs, ...command] = process.argv.slice(2);
const pool = new Pool({name, rootfs, command}, {store, state, size: Number(size)});

async function full() {
	for (;;) {
		const {warm, starting, removing} = pool.state;
		if (warm === Number(size) && starting + removing === 0) break;
		await new Promise(resolve => setTimeout(resolve, 1));
	}
	console.log('full');
}

await pool.ready();
await full();
for await (const line of (await import('node:readline')).createInterface(process.stdin)) {
	for (let left = Number(line); left > 0; left--) {
		const {exitCode} = await pool.run();
		if (exitCode !== 0) throw new Error(`exit status ${exitCode}`);
	}
	await full();
}
await pool.close();
