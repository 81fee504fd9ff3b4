import {once} from 'node:events';
import {exec, openMachine, Pool, run, up} from '../../src/index.ts';

// Starts containers in each way that the library has and ends in a given one: die-with-boxes.ts FOLDER NAME ROOTFS WAY.
// `keep`: those that may go on do, one of them for two seconds.
const [folder = '', name = '', rootfs = '', way = ''] = process.argv.slice(2);
const machine = await openMachine({store: `${folder}/store`, state: `${folder}/state`});
// What ignores all signals, and what its parent asks of the kernel for its death.
const deaf = ['sh', '-c', 'trap "" HUP INT QUIT TERM; echo up; while :; do sleep 100; done'];
const spec = {name, rootfs, command: deaf};
const keepAlive = way === 'keep';

const box = await up(spec, {machine, name: `${name}-up`, keepAlive});
const ran = run(spec, {machine, name: `${name}-run`, keepAlive, ...(keepAlive ? {timeoutMs: 2000} : {})});
const pool = new Pool(spec, {machine, size: 1});
for (const command of [ran, box.exec(deaf), exec(box.name, deaf, {machine}), pool.run()]) {
	command.catch(() => {});
	await once(command.stdout, 'data');
}

const ways: Record<string, () => unknown> = {
	exit: () => process.exit(3),
	throw: () => {
		throw new Error('thrown');
	},
	reject: () => Promise.reject(new Error('rejected')),
	abort: () => process.abort(),
	handler: () => {
		process.once('SIGTERM', () => process.exit(4));
		process.kill(process.pid, 'SIGTERM');
	},
	keep: () => process.kill(process.pid, 'SIGKILL'),
};
setImmediate(ways[way] ?? (() => process.kill(process.pid, way)));
