import {expect, test} from 'vitest';
import {subCgroups} from './sub-cgroups.ts';

const members = ['memory', 'cpu'].map(controller => ({controller, cgroup: '/c', path: `/cg/${controller}/c`}));
const facts = {v1: {memory: '/cg/memory', cpu: '/cg/cpu', cpuacct: '/cg/cpu'}} as never;
const host = {lstat: (path: string) => (path.includes('none') ? undefined : ({} as never))};
const pathsOf = (...asked: readonly string[]) => subCgroups(host, facts, members, asked).map(({path}) => path);

test.each([
	[['/'], ['/cg/memory/c', '/cg/cpu/c']],
	[['a/b'], ['/cg/memory/c/a/b', '/cg/cpu/c/a/b']],
	[
		['memory:m', 'cpu,cpuacct:x'],
		['/cg/memory/c/m', '/cg/cpu/c/x'],
	],
])('%j is %j', (asked, paths) => {
	expect(pathsOf(...asked)).toEqual(paths);
});

test.each([
	['..', 'bad sub cgroup path: .. is not a sub cgroup path'],
	['a/../../b', 'bad sub cgroup path'],
	['none', ' adding pid of the process to /cg/memory/c/none/cgroup.procs: no such file or directory'],
	['freezer:a', 'unknown controller freezer'],
])('%s is refused', (asked, message) => {
	expect(() => pathsOf(asked)).toThrow(message);
});
