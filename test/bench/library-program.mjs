import {createInterface} from 'node:readline';
import {openMachine, Pool, run, up} from '../../dist/index.js';

// A process of its own that runs echo(1) by the library, for who measures it from outside:
// node library-program.mjs pool|run|exec STORE STATE ROOTFS SIZE NAME WORD
// It prints [] when it is ready. For each line on its standard input, a number, it runs the command so often, one after the other, and
// prints how long each took, ms, when all that it left to be done is done. It ends when its input does.
const [way, store, state, rootfs, size, name, word] = process.argv.slice(2);
const machine = await openMachine({store, state});
const command = ['echo', word];
const spec = {name, rootfs, command};

const ways = {
	run: async () => ({once: () => run(spec, {machine})}),
	exec: async () => {
		const box = await up({...spec, command: ['sleep', '100000']}, {machine});
		return {once: () => box.exec(command), close: () => box[Symbol.asyncDispose]()};
	},
	pool: async () => {
		const pool = new Pool(spec, {machine, size: Number(size)});
		await pool.ready();
		const settled = async () => {
			for (;;) {
				const {warm, starting, removing} = pool.state;
				if (warm === Number(size) && starting + removing === 0) return;
				await new Promise(resolve => setTimeout(resolve, 1));
			}
		};
		return {once: () => pool.run(), settled, close: () => pool.close()};
	},
};

const {once, settled = async () => {}, close = async () => {}} = await ways[way]();
await settled();
console.log('[]');
for await (const line of createInterface(process.stdin)) {
	const times = [];
	for (let left = Number(line); left > 0; left--) {
		const begun = performance.now();
		const {exitCode, stdout} = await once();
		times.push(performance.now() - begun);
		if (exitCode !== 0 || stdout !== `${word}\n`) throw new Error(`exit status ${exitCode}, ${stdout}`);
		// Its work in the background is nobody else's time.
		await settled();
	}
	console.log(JSON.stringify(times));
}
await close();
