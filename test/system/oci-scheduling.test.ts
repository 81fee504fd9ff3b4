import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {configOf, createIn, forever, printedBy, type RuntimeBox, runtimeBox} from './runtime-box.ts';

/* Schedulers, disks, clocks and personas: process.scheduler, process.ioPriority, process.execCPUAffinity, linux.personality, linux.timeOffsets. */

let at: RuntimeBox;
beforeEach(async () => {
	at = await runtimeBox();
});
afterEach(() => {
	at[Symbol.dispose]();
});

/** Fields 19, 40 and 41 of proc_pid_stat(5): nice, priority and policy. */
const shown = 'cut -d " " -f 19,40,41 /proc/self/stat';
const withProcess = (changes: object) => ({process: {...configOf(at, '').process, ...changes}});

/** A configuration whose process runs a script, with further members. */
const scripted = (script: string, changes: object) =>
	withProcess({args: ['sh', '-c', `{ ${script}; } > /printed 2>&1`], ...changes});

test('a policy of the scheduler holds for the command, and for what enters', () => {
	expect(
		createIn(at, forever, withProcess({args: ['sleep', '1000'], scheduler: {policy: 'SCHED_BATCH', nice: 7}})),
	).toMatchObject({
		status: 0,
	});
	at.oci('start', 'c');
	const {pid} = JSON.parse(at.oci('state', 'c').out) as {pid: number};
	expect(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ').slice(38, 41)[2]).toBe('3');
	expect(at.oci('exec', 'c', 'sh', '-c', shown).out).toBe('7 0 3\n');
	const file = join(at.folder, 'process.json');
	const write = (changes: object) =>
		writeFileSync(file, JSON.stringify({...configOf(at, '').process, args: ['sh', '-c', shown], ...changes}));
	write({scheduler: {policy: 'SCHED_IDLE'}});
	expect(at.oci('exec', '--process', file, 'c').out).toBe('0 0 5\n');
	write({});
	expect(at.oci('exec', '--process', file, 'c').out).toBe('7 0 3\n');
	const times = {runtime: 4_200_000, deadline: 10_000_000, period: 100_000_000};
	write({
		args: ['sleep', '1000'],
		scheduler: {policy: 'SCHED_DEADLINE', flags: ['SCHED_FLAG_RESET_ON_FORK'], ...times},
	});
	expect(at.oci('exec', '--detach', '--pid-file', join(at.folder, 'pid'), '--process', file, 'c').log).toBeUndefined();
	const told = execFileSync('chrt', ['-p', readFileSync(join(at.folder, 'pid'), 'utf8')], {encoding: 'utf8'});
	expect(told).toContain('SCHED_DEADLINE|SCHED_RESET_ON_FORK');
	expect(told).toContain('4200000/10000000/100000000');
});

test.runIf(availableParallelism() > 1)('the kernel refuses a deadline on some of the CPUs, and nothing is left', () => {
	const scheduler = {policy: 'SCHED_DEADLINE', runtime: 4_200_000, deadline: 10_000_000, period: 10_000_000};
	const said = createIn(at, forever, withProcess({scheduler}), {resources: {cpu: {cpus: '0', mems: '0'}}});
	expect(said.log).toContain("process scheduler can't be used together with AllowedCPUs");
	at.oci('delete', '--force', 'c');
	expect(at.left()).toEqual([]);
});

test('an I/O priority, and that of a process that enters', () => {
	createIn(at, forever, withProcess({args: ['sleep', '1000'], ioPriority: {class: 'IOPRIO_CLASS_BE', priority: 6}}));
	at.oci('start', 'c');
	const {pid} = JSON.parse(at.oci('state', 'c').out) as {pid: number};
	const ionice = (of: number | string): string => execFileSync('ionice', ['-p', String(of)], {encoding: 'utf8'}).trim();
	expect(ionice(pid)).toBe('best-effort: prio 6');
	const file = join(at.folder, 'process.json');
	const idle = {...configOf(at, '').process, args: ['sleep', '1000'], ioPriority: {class: 'IOPRIO_CLASS_IDLE'}};
	writeFileSync(file, JSON.stringify(idle));
	at.oci('exec', '--detach', '--pid-file', join(at.folder, 'pid'), '--process', file, 'c');
	expect(ionice(readFileSync(join(at.folder, 'pid'), 'utf8'))).toBe('idle');
});

test('clocks of a time namespace are ahead by what is asked, to the nanosecond', async () => {
	const namespaces = [...['pid', 'ipc', 'uts', 'mount', 'network'].map(type => ({type})), {type: 'time'}];
	const timeOffsets = {monotonic: {secs: 7881, nanosecs: 2_718_281}, boottime: {secs: -3}};
	const text = await printedBy(
		at,
		'cat /proc/self/timens_offsets; readlink /proc/self/ns/time',
		{},
		{namespaces, timeOffsets},
	);
	expect(text).toMatch(/^monotonic +7881 +2718281\nboottime +-3 +0\n/);
	expect(await printedBy(at, 'cat /proc/self/timens_offsets', {}, {namespaces})).toMatch(
		/^monotonic +0 +0\nboottime +0 +0\n$/,
	);
	createIn(at, forever, {}, {namespaces, timeOffsets});
	at.oci('start', 'c');
	expect(at.oci('exec', 'c', 'cat', '/proc/self/timens_offsets').out).toMatch(/^monotonic +7881 +2718281\n/);
});

describe('persona', () => {
	test.runIf(process.arch === 'x64')('LINUX32 names a machine of 32 bits, to what enters too', async () => {
		expect(await printedBy(at, 'uname -m', {}, {personality: {domain: 'LINUX32'}})).toBe('i686\n');
		createIn(at, forever, {}, {personality: {domain: 'LINUX32', flags: []}});
		at.oci('start', 'c');
		expect(at.oci('exec', 'c', 'uname', '-m').out).toBe('i686\n');
	});

	test('a filter without personality(2) does not keep it away', async () => {
		const seccomp = {
			defaultAction: 'SCMP_ACT_ALLOW',
			syscalls: [{names: ['personality'], action: 'SCMP_ACT_ERRNO'}],
		};
		expect(await printedBy(at, 'echo ran', {}, {personality: {domain: 'LINUX'}, seccomp})).toBe('ran\n');
	});
});

test.runIf(availableParallelism() > 1)('CPUs of a process that enters; those of the caller do not count', () => {
	const allowed = ['grep', 'Cpus_allowed_list', '/proc/self/status'];
	const affinity = {execCPUAffinity: {initial: '1', final: '0'}};
	createIn(at, forever, withProcess({args: ['sleep', '1000'], ...affinity}));
	at.oci('start', 'c');
	expect(at.oci('exec', 'c', ...allowed).out).toBe('Cpus_allowed_list:\t0\n');
	const {pid} = JSON.parse(at.oci('state', 'c').out) as {pid: number};
	const all = /^Cpus_allowed_list:.*$/m;
	expect(all.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[0]).toBe(
		all.exec(readFileSync('/proc/1/status', 'utf8'))?.[0],
	);
});

test('values that mean nothing are refused by name', () => {
	const refused = (changes: object, linux: object = {}) => createIn(at, forever, withProcess(changes), linux).log;
	expect(refused({scheduler: {policy: 'SCHED_DANCE'}})).toContain('process.scheduler.policy');
	expect(refused({scheduler: {policy: 'SCHED_OTHER', priority: 3}})).toContain('priority is for SCHED_FIFO');
	expect(refused({scheduler: {policy: 'SCHED_OTHER', period: 3}})).toContain('are for SCHED_DEADLINE');
	expect(refused({scheduler: {policy: 'SCHED_OTHER', nice: 20}})).toContain('process.scheduler.nice');
	expect(refused({scheduler: {policy: 'SCHED_OTHER', flags: ['LOUD']}})).toContain('process.scheduler.flags.0');
	expect(refused({ioPriority: {class: 'IOPRIO_CLASS_BE', priority: 8}})).toContain('process.ioPriority.priority');
	expect(refused({execCPUAffinity: {initial: 'all'}})).toContain('process.execCPUAffinity.initial');
	expect(refused({}, {personality: {domain: 'LINUX64'}})).toContain('linux.personality.domain');
	expect(refused({}, {personality: {domain: 'LINUX', flags: ['X']}})).toContain('linux.personality.flags');
	expect(refused({}, {timeOffsets: {monotonic: {secs: 1}}})).toContain('needs a new time namespace');
	expect(refused({}, {timeOffsets: {realtime: {secs: 1}}})).toContain('linux.timeOffsets');
	expect(at.left()).toEqual([]);
});

// A kernel without CONFIG_RT_GROUP_SCHED has no such budget.
const hasBudgets = existsSync('/sys/fs/cgroup/cpu/cpu.rt_runtime_us');
test.runIf(hasBudgets)('real time without a budget of the cgroup is refused, and the error says why', () => {
	const {log} = createIn(at, '', scripted(shown, {scheduler: {policy: 'SCHED_FIFO', priority: 9}}));
	expect(log).toContain('no time for real-time processes');
});
