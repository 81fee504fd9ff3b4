import {expect, test} from 'vitest';
import {memoryVictims} from './memory-victims.ts';

const first = {pid: 40, startTime: '10000'};

/** The kernel's format, Linux 6.1. */
function kill(at: number, cgroup: string, pid: number, name: string) {
	return [
		{
			at,
			text: `oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=${cgroup},task_memcg=${cgroup},task=${name},pid=${pid},uid=0`,
		},
		{
			at,
			text: `Memory cgroup out of memory: Killed process ${pid} (${name}) total-vm:207068kB, anon-rss:101632kB, file-rss:1712kB, shmem-rss:0kB, UID:0 pgtables:236kB oom_score_adj:0`,
		},
	];
}

test('finds the victims that the log names with the cgroup or one below', () => {
	const log = [
		...kill(200, '/tsbox/demo', 41, 'a) b, (c'),
		...kill(201, '/tsbox/demo2', 42, 'other'),
		...kill(202, '/tsbox/demo/below', 43, 'tail'),
	];
	expect(memoryVictims(log, '/tsbox/demo', first)).toEqual([
		{pid: 41, program: 'a) b, (c'},
		{pid: 43, program: 'tail'},
	]);
});

test('finds the first process without its cgroup, and ignores an earlier process with the same pid', () => {
	const [, alone] = kill(150, '', 40, 'sh');
	expect(memoryVictims(alone === undefined ? [] : [alone], '/tsbox/demo', first)).toEqual([{pid: 40, program: 'sh'}]);
	expect(memoryVictims(kill(90, '/tsbox/demo', 40, 'sh'), '/tsbox/demo', first)).toEqual([]);
});
