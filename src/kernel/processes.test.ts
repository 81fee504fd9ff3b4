import {expect, test} from 'vitest';
import {recordingHost} from '../../test/support/recording-host.ts';
import {containerProcesses} from './processes.ts';

/** The /proc files of processes, by pid and parent. */
function processes(parents: Readonly<Record<number, number>>): Readonly<Record<string, string>> {
	return Object.fromEntries(
		Object.entries(parents).flatMap(([pid, parent]) => [
			[`/proc/${pid}/stat`, `${pid} (sh) S ${parent} ${'0 '.repeat(20)}\n`],
			[`/proc/${pid}/status`, `Uid:\t0\t0\t0\t0\nNSpid:\t${pid}\t${pid}0\n`],
			[`/proc/${pid}/cmdline`, 'sh\0'],
		]),
	);
}

const members = [
	{controller: 'memory', cgroup: '/tsbox/demo', path: '/memory'},
	{controller: '', cgroup: '/tsbox/demo', path: '/unified'},
];
const pidsOf = (files: Readonly<Record<string, string>>, groups = members) =>
	containerProcesses(recordingHost(files), groups, 7).map(({pid}) => pid);

test('lists each process of the cgroup and its children once, by pid, without those that ended', () => {
	const files = {
		...processes({7: 1, 9: 7, 20: 7, 100: 1}),
		'/unified/cgroup.procs': '100\n7\n0\n55\n',
		'/unified/a.b/cgroup.procs': '20\n',
		'/unified/a.b/deep/cgroup.procs': '9\n7\n',
		'/memory/cgroup.procs': '1\n',
	};
	expect(pidsOf(files)).toEqual([7, 9, 20, 100]);
	expect(containerProcesses(recordingHost(files), members, 7)[0]).toMatchObject({insidePid: 70, ppid: 1});
});

test('skips a hierarchy that shows no processes', () => {
	expect(pidsOf({...processes({7: 1, 8: 7}), '/memory/cgroup.procs': '8\n7\n'})).toEqual([7, 8]);
});

test('a threaded child cgroup, which does not list its processes, is no failure', () => {
	const host = recordingHost({
		...processes({7: 1}),
		'/unified/cgroup.procs': '7\n',
		'/unified/threaded/cgroup.procs': '',
	});
	const readText = (path: string): string | undefined => {
		if (path.includes('/threaded/')) throw Object.assign(new Error('EOPNOTSUPP'), {code: 'EOPNOTSUPP'});
		return host.readText(path);
	};
	expect(containerProcesses({...host, readText}, members, 7).map(({pid}) => pid)).toEqual([7]);
});

test('without a cgroup it follows the children of all threads', () => {
	const files = {
		...processes({7: 1, 8: 7, 9: 7, 10: 9}),
		'/proc/7/task/7/children': '8 ',
		'/proc/7/task/71/children': '9 ',
		'/proc/8/task/8/children': '',
		'/proc/9/task/9/children': '10 ',
	};
	expect(pidsOf(files, [])).toEqual([7, 8, 9, 10]);
});
