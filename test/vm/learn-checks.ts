import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync, writeFileSync} from 'node:fs';
import type {Checks} from './checks.ts';
import {cgroupFile, type Ended, eventually, program, run, spec, startTsbox, tsbox, tsboxWords} from './guest.ts';
import {asDelegate, asUser} from './rootless-checks.ts';

const examples = '/mnt/share/config/examples';
/** The spec files of the lessons but the last, which all have `profile: bare`. */
const bare = readdirSync(`${examples}/learn`)
	.filter(name => /^(0\d|1[01])-.*\.yaml$/.test(name))
	.toSorted();
const lessons = Array.from({length: 12}, (_, at) => at + 1);

type Run = (...args: readonly string[]) => Ended;

/** What `learn --check` says of a script. */
function judged(number: number, script: string, tsboxAs: Run) {
	const file = `/tmp/solution-${number}.sh`;
	writeFileSync(file, script);
	const {status, out, err} = tsboxAs('learn', '--check', '--timeout', '120', String(number), file);
	return {status, wrong: out.split('\n').filter(line => line.startsWith('✘')), err};
}

/** The built-in solution has such commands, and does the lesson. */
function isRight(number: number, tsboxAs: Run, commands = /./): void {
	const {out: solution} = tsboxAs('learn', '--solution', String(number));
	assert.match(solution, commands);
	assert.deepEqual(judged(number, solution, tsboxAs), {status: 0, wrong: [], err: ''});
}

/** Starts a shell, looks at the machine once it answers, and lets it exit with status 3. */
async function whileShell<T>(words: readonly string[], look: () => T) {
	const [name = '', ...args] = words;
	const child = spawn(name, args);
	let out = '';
	let err = '';
	child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
	const ended = once(child, 'close');
	const answers = new Promise<void>(resolve =>
		child.stdout.on('data', (bytes: Buffer) => {
			out += bytes.toString();
			if (out.includes('typed\n')) resolve();
		}),
	);
	child.stdin.write('ls /\necho typed\n');
	await Promise.race([answers, ended]);
	const seen = look();
	child.stdin.end('exit 3\n');
	const [status] = (await ended) as [number];
	return {status, out, err, seen};
}

const limits = (): readonly unknown[] => ['memory.max', 'memory.swap.max'].map(file => cgroupFile('tsbox/demo', file));
const set = ['104857600', '0'];
const unset = [undefined, undefined];

/** The shell of a lesson's spec runs in its root filesystem, the machine looks as it should, and its cgroup ends with it. */
async function runs<T>(words: readonly string[], look: () => T, expected: T): Promise<void> {
	const {status, out, err, seen} = await whileShell(words, look);
	assert.deepEqual({status, seen}, {status: 3, seen: expected}, out + err);
	assert.match(out, /^bin$/m);
	assert.equal(cgroupFile('tsbox', 'cgroup.procs'), undefined);
}

/** Writes what tsbox compiles from a spec; gives the words that run it without Node. */
function compiled(path: string, ...options: readonly string[]): readonly string[] {
	const {status, out, err} = tsbox('compile', ...options, path);
	assert.equal(status, 0, err);
	writeFileSync('/tmp/compiled.sh', out);
	return ['env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'sh', '/tmp/compiled.sh'];
}

const cgroupSpec = `${examples}/learn/05-cgroup.yaml`;
const networkSpec = `${examples}/learn/11-network.yaml`;
const pings = (): readonly unknown[] => [...limits(), run(['busybox', 'ping', '-c', '1', '10.200.7.2']).status];

/** The lessons whose commands differ with the unified hierarchy. */
export const learnChecks: Checks = {
	'lesson 5 makes a cgroup of the unified hierarchy, and all of lesson 12 works with it': () => {
		for (const number of [5, 12]) isRight(number, tsbox, /echo 104857600 > \/sys\/fs\/cgroup\/demo\/memory\.max/);
	},
	'an ordinary user to whom a cgroup is delegated does lesson 5 as root does': () =>
		isRight(5, asDelegate, /mkdir \/sys\/fs\/cgroup\/demo/),
	'a solution of lesson 5 that allows swap is wrong': () => {
		const demo = '/sys/fs/cgroup/demo';
		const script = `mkdir ${demo}\necho 104857600 > ${demo}/memory.max\necho max > ${demo}/memory.swap.max\n`;
		const {status, wrong} = judged(5, script, tsbox);
		assert.equal(status, 1);
		assert.match(wrong[0] ?? '', /^✘ No swap: /);
	},
	'the spec of lesson 5 has its limits, and compiled in both ways too': async () => {
		await runs(tsboxWords('run', cgroupSpec), limits, set);
		await runs(compiled(cgroupSpec), limits, set);
		await runs(compiled(cgroupSpec, '--minimal'), limits, set);
	},
	'the host reaches the container of lesson 11, and compiled too': async () => {
		await runs(tsboxWords('run', networkSpec), pings, [...set, 0]);
		await runs(compiled(networkSpec), pings, [...set, 0]);
	},
	'the first example runs in the fewest commands': () => {
		const {status, out, err} = run(compiled(`${examples}/hello.yaml`, '--minimal'));
		assert.equal(status, 0, err);
		assert.match(out, /hello from hello, as uid 0/);
	},
	'root of a container with writable-cgroups divides its cgroup, and cannot write its own limit': async () => {
		const script = `cd /sys/fs/cgroup; mkdir leaf below; echo 0 > leaf/cgroup.procs; echo +memory > cgroup.subtree_control
			echo 8388608 > below/memory.max; setsid sleep 1000 & echo $! > below/cgroup.procs; cat below/memory.max
			mkdir below/deep; echo max > memory.max || echo refused`;
		const options = 'mem_limit: 64m\nuserns_mode: auto\nsecurity_opt: [writable-cgroups=true]';
		const {status, out, err} = run(compiled(spec('divided', ['sh', '-c', script], options)));
		assert.deepEqual({status, out}, {status: 0, out: '8388608\nrefused\n'}, err);
		assert.equal(cgroupFile('tsbox', 'cgroup.procs'), undefined);

		startTsbox('run', spec('divided', ['sh', '-c', `${script}; wait`], options));
		await eventually('divided cgroup', () => cgroupFile('tsbox/divided/below/deep', 'cgroup.procs'));
		const inside = tsbox('exec', 'divided', '--', 'cat', '/proc/self/cgroup');
		assert.equal(inside.out, '0::/leaf\n', inside.err);
		assert.equal(tsbox('down', '--timeout', '0', 'divided').status, 0);
		assert.equal(cgroupFile('tsbox', 'cgroup.procs'), undefined);
	},
};

/** All lessons, one after the other; this takes many minutes in an emulated machine. */
export const everyLessonChecks: Checks = {
	...Object.fromEntries(
		bare.map(name => [
			`every lesson: the spec ${name} runs`,
			() => runs(tsboxWords('run', `${examples}/learn/${name}`), limits, name < '05' ? unset : set),
		]),
	),
	...Object.fromEntries(
		lessons.flatMap(number => [
			[`every lesson: the solution of ${number} is right`, () => isRight(number, tsbox)],
			[`every lesson: for an ordinary user the solution of ${number} is right`, () => isRight(number, asOrdinary)],
		]),
	),
	'every lesson: where a cgroup is delegated the user has lesson 12 whole': () =>
		isRight(12, asDelegate, /memory\.max/),
};

function asOrdinary(...args: readonly string[]): Ended {
	return asUser([program, ...args]);
}
