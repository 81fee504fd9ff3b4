import {expect, test} from 'vitest';
import {recordingHost} from '../../test/support/recording-host.ts';
import {memoryCount} from './memory.ts';

const v1 = [{controller: 'memory', cgroup: '/tsbox/demo', path: '/m'}];
const v2 = [{controller: '', cgroup: '/tsbox/demo', path: '/u'}];

test('v1: kills, limit, and peak come from the files of the memory controller', () => {
	const host = recordingHost({
		'/m/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 3\n',
		'/m/memory.limit_in_bytes': '104857600\n',
		'/m/memory.max_usage_in_bytes': '100\n',
	});
	expect(memoryCount(host, [...v2, ...v1])).toEqual({oomKills: 3, limit: 104857600, peak: 100});
});

test('v2: kills come from memory.events, and `max` is infinite', () => {
	const files = {
		'/u/memory.events': 'low 0\nhigh 0\nmax 7\noom 2\noom_kill 1\noom_group_kill 5\n',
		'/u/memory.max': 'max\n',
	};
	expect(memoryCount(recordingHost({...files, '/u/memory.peak': '9\n'}), v2)).toEqual({
		oomKills: 1,
		limit: Number.POSITIVE_INFINITY,
		peak: 9,
	});
	expect(memoryCount(recordingHost({...files, '/u/memory.max': '8192\n', '/u/memory.current': '4\n'}), v2)).toEqual({
		oomKills: 1,
		limit: 8192,
		peak: 4,
	});
});

test('a missing cgroup, or one without memory controller, gives undefined', () => {
	expect(memoryCount(recordingHost({'/u/cgroup.procs': ''}), v2)).toBeUndefined();
	expect(memoryCount(recordingHost({}), v1)).toBeUndefined();
	expect(memoryCount(recordingHost({}), [])).toBeUndefined();
});
