import type {Machine} from '../machine/machine.ts';
import {expect, test} from 'vitest';
import {recordingHost} from '../../../test/support/recording-host.ts';
import {type MeteredContainer, usageMeter} from './usage-meter.ts';

const members = [{controller: '', cgroup: '/tsbox/demo', path: '/cgroup'}];
const demo = (pid: number): MeteredContainer => ({
	name: 'demo',
	shown: 'shown',
	cgroups: members,
	namespaces: ['network'],
	process: {pid, startTime: '5'},
});

test("CPU is measured since the container's previous reading, and memory without a limit against the machine", () => {
	const host = recordingHost({
		'/proc/meminfo': 'MemTotal:       4000 kB\n',
		'/cgroup/cpu.stat': 'usage_usec 1000\n',
		'/cgroup/memory.current': '1024000\n',
		'/cgroup/memory.max': 'max\n',
	});
	const meter = usageMeter({host, dirs: {state: '/', store: '/'}} as unknown as Machine);
	expect(meter([demo(7)])[0]?.cpuPercent).toBeNull();
	host.writeKernelFile('/cgroup/cpu.stat', 'usage_usec 999999999\n');
	const [second] = meter([demo(7)]);
	expect(second?.cpuPercent).toBeGreaterThan(0);
	expect(second).toMatchObject({name: 'shown', pid: 7, memory: {used: 1_024_000, limit: null, percent: 25}});
	expect(meter([demo(8)])[0]?.cpuPercent).toBeNull();
	meter([]);
	expect(meter([demo(8)])[0]?.cpuPercent).toBeNull();
});

test('an absent file is not read again until the container is another one', () => {
	const host = recordingHost({'/cgroup/cpu.stat': 'usage_usec 1000\n'});
	const meter = usageMeter({host, dirs: {state: '/', store: '/'}} as unknown as Machine);
	const looked = (): number => host.reads.filter(path => path === '/cgroup/io.stat').length;
	meter([demo(7)]);
	meter([demo(7)]);
	expect(looked()).toBe(1);
	meter([demo(8)]);
	expect(looked()).toBe(2);
});
