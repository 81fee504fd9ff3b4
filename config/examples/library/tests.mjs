// A test runner that gives each test a container of its own: none sees the files, processes or ports of another.
//
//   node tests.mjs ROOTFS

import {Pool} from 'tsbox';

const tests = {
	'a file of one test': 'echo 1 > /counter; [ "$(cat /counter)" = 1 ]',
	'is not there for the next': '[ ! -e /counter ]',
	"the host name is the container's": '[ "$(hostname)" = tests ]',
	'nothing else runs': 'set -- /proc/[0-9]*; [ "$*" = /proc/1 ]',
};

const pool = new Pool({name: 'tests', rootfs: process.argv[2], mem_limit: '64m', pids_limit: 32}, {size: 2});
const results = await Promise.all(
	Object.entries(tests).map(async ([name, script]) => ({
		name,
		...(await pool.run({command: ['sh', '-c', script], timeoutMs: 10_000})),
	})),
);
await pool.close();

console.log(`1..${results.length}`);
for (const [at, {name, failed, stderr, timedOut}] of results.entries()) {
	console.log(`${failed ? 'not ok' : 'ok'} ${at + 1} - ${name}`);
	if (failed) console.log(`# ${timedOut ? 'took too long' : stderr.trim()}`);
}
process.exitCode = results.some(({failed}) => failed) ? 1 : 0;
