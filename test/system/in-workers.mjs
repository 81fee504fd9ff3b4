import {closeSync, fstatSync, openSync, readdirSync, readlinkSync} from 'node:fs';
import {isMainThread, Worker, workerData} from 'node:worker_threads';

// Runs commands in worker threads, with Node's default options for these, while the main thread opens and closes files all the
// time and looks whether each is still its own: in-workers.mjs FOLDER NAME ROOTFS
if (isMainThread) await main(process.argv.slice(2));
else await work(...workerData);

async function main(where) {
	process.on('warning', warning => console.log(`warning: ${warning.message}`));
	const held = [];
	let lost = 0;
	const hold = setInterval(() => {
		while (held.length < 40) {
			const fd = openSync('/proc/self/status');
			held.push({fd, ino: fstatSync(fd).ino});
		}
		for (const {fd, ino} of held.splice(0, 10)) {
			try {
				if (fstatSync(fd).ino !== ino) lost += 1;
				closeSync(fd);
			} catch {
				lost += 1;
			}
		}
	}, 1);
	const rounds = ['first', 'second'];
	for (const round of rounds) {
		const workers = [1, 2, 3].map(
			() =>
				new Promise((resolve, reject) => {
					const worker = new Worker(new URL(import.meta.url), {workerData: where});
					worker.once('message', word => console.log(`${round} ${word}`));
					worker.once('error', reject).once('exit', resolve);
				}),
		);
		await Promise.all(workers);
	}
	clearInterval(hold);
	for (const {fd} of held) closeSync(fd);
	const fifos = readdirSync('/proc/self/fd').filter(fd => linkOf(`/proc/self/fd/${fd}`).startsWith(where[0])).length;
	console.log(`lost ${lost}, left ${fifos}`);
}

function linkOf(path) {
	try {
		return readlinkSync(path);
	} catch {
		return '';
	}
}

async function work(folder, name, rootfs) {
	const {parentPort} = await import('node:worker_threads');
	const {Pool, run} = await import('../../dist/index.js');
	const options = {store: `${folder}/store`, state: `${folder}/state`};
	const spec = {name, rootfs, command: ['true']};
	const pool = new Pool(spec, {...options, size: 2});
	const pooled = await Promise.all(['a', 'b', 'c'].map(word => pool.run({command: ['echo', word]})));
	const {stdout} = await run(spec, {...options, command: ['cat'], input: 'd'});
	await pool.close();
	parentPort.postMessage([...pooled.map(each => each.stdout.trim()), stdout].join(''));
}
