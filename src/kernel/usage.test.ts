import {expect, test} from 'vitest';
import {recordingHost} from '../../test/support/recording-host.ts';
import type {CgroupMember} from '../step/verbs/cgroup-member.ts';
import {cpuTime, networkUse, readUsage} from './usage.ts';

const members = (...controllers: readonly string[]): readonly CgroupMember[] =>
	controllers.map(controller => ({controller, cgroup: '/tsbox/demo', path: `/${controller || 'unified'}`}));

const v1Files = {
	'/cpuacct/cpuacct.usage': '5000000\n',
	'/memory/memory.usage_in_bytes': '1000\n',
	'/memory/memory.limit_in_bytes': '9223372036854771712\n',
	'/memory/memory.stat': 'inactive_file 1\ntotal_inactive_file 300\n',
	'/pids/pids.current': '3\n',
	'/pids/pids.max': '40\n',
	'/blkio/blkio.throttle.io_service_bytes_recursive': '8:0 Read 7\n8:0 Write 8\nTotal 15\n',
};
const v2Files = {
	'/unified/cpu.stat': 'usage_usec 5000\nuser_usec 1\n',
	'/unified/memory.current': '1000\n',
	'/unified/memory.max': '4096\n',
	'/unified/memory.stat': 'inactive_file 300\n',
	'/unified/pids.current': '3\n',
	'/unified/pids.max': 'max\n',
	'/unified/io.stat': '8:0 rbytes=7 wbytes=8 rios=1\n',
	'/unified/cpu.pressure': 'some avg10=1.50 avg60=0.00 avg300=0.00 total=0\n',
	'/unified/memory.pressure': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n',
};

test('v1: each controller has a folder, and there is no pressure', () => {
	const all = members('memory', 'cpu', 'cpuacct', 'pids', 'blkio');
	const host = recordingHost(v1Files);
	expect(cpuTime(host, all)).toBe(5_000_000);
	expect(readUsage(host, all)).toEqual({
		memory: {used: 700, limit: null},
		pids: {current: 3, limit: 40},
		block: {in: 7, out: 8},
		pressure: {cpu: null, memory: null},
	});
});

test('v2: one folder has everything', () => {
	const host = recordingHost(v2Files);
	expect(cpuTime(host, members(''))).toBe(5_000_000);
	expect(readUsage(host, members(''))).toEqual({
		memory: {used: 700, limit: 4096},
		pids: {current: 3, limit: null},
		block: {in: 7, out: 8},
		pressure: {cpu: 1.5, memory: 0},
	});
});

test('hybrid layout: controllers come from v1, pressure from the unified hierarchy', () => {
	const host = recordingHost({...v1Files, '/unified/cpu.pressure': v2Files['/unified/cpu.pressure']});
	expect(readUsage(host, members('memory', 'pids', ''))).toEqual({
		memory: {used: 700, limit: null},
		pids: {current: 3, limit: 40},
		block: null,
		pressure: {cpu: 1.5, memory: null},
	});
});

test('CPU time comes from the folder of cpu when cpu and cpuacct share a hierarchy, without both from cpu.stat', () => {
	const text = v1Files['/cpuacct/cpuacct.usage'];
	expect(cpuTime(recordingHost({'/cpu/cpuacct.usage': text}), members('cpu'))).toBe(5_000_000);
	expect(cpuTime(recordingHost(v2Files), members('cpu', ''))).toBe(5_000_000);
});

test('v1 block I/O comes from the scheduler when throttling counts nothing', () => {
	const files = {
		'/blkio/blkio.throttle.io_service_bytes_recursive': 'Total 0\n',
		'/blkio/blkio.bfq.io_service_bytes_recursive': '8:0 Read 5\n8:0 Write 6\nTotal 11\n',
	};
	expect(readUsage(recordingHost(files), members('blkio')).block).toEqual({in: 5, out: 6});
});

test('a missing or unreadable file gives null', () => {
	const nothing = {memory: null, pids: null, block: null, pressure: {cpu: null, memory: null}};
	for (const groups of [members(), members('memory', 'cpuacct', 'pids', 'blkio'), members('')]) {
		expect(cpuTime(recordingHost(), groups)).toBeNull();
		expect(readUsage(recordingHost(), groups)).toEqual(nothing);
	}
	// Contents of a pressure file with psi=0, and of a file whose cgroup was removed while the file was open.
	for (const code of ['EOPNOTSUPP', 'ENODEV', 'EACCES']) {
		const host = {
			...recordingHost(),
			readText: () => {
				throw Object.assign(new Error(code), {code});
			},
		};
		expect(cpuTime(host, members(''))).toBeNull();
		expect(readUsage(host, members(''))).toEqual(nothing);
		expect(networkUse(host, 7)).toBeNull();
	}
});
