import {expect, test} from 'vitest';
import {recordingHost} from '../../test/support/recording-host.ts';
import {freezersOf, isFrozen, isToFreeze, shownState} from './freezer.ts';
import {sampleRecord} from '../../test/support/sample-record.ts';

const unified = {controller: '', cgroup: '/tsbox/demo', path: '/cg/unified/tsbox/demo'};
const freezer = {controller: 'freezer', cgroup: '/tsbox/demo', path: '/cg/freezer/tsbox/demo'};
const running = {
	...sampleRecord,
	cgroups: [freezer, unified],
	process: {pid: 7, startTime: '70', started: 1, namespaceIds: {}, ids: {uid: 0, gid: 0, groups: [0]}},
};

function machine(frozen: '0' | '1', state: string, files: Readonly<Record<string, string>> = {}) {
	return recordingHost({
		'/proc/sys/kernel/random/boot_id': 'this-boot\n',
		'/proc/7/stat': `7 (x) S ${'0 '.repeat(18)}70 0`,
		'/proc/7/cgroup': '2:freezer:/tsbox/demo\n0::/tsbox/demo\n',
		[`${unified.path}/cgroup.freeze`]: `${frozen}\n`,
		[`${unified.path}/cgroup.events`]: `populated 1\nfrozen ${frozen}\n`,
		[`${freezer.path}/freezer.state`]: `${state}\n`,
		[`${freezer.path}/freezer.self_freezing`]: state === 'THAWED' ? '0\n' : '1\n',
		...files,
	});
}

test.each([
	['0', 'THAWED', 'running'],
	['1', 'THAWED', 'paused'],
	['0', 'FROZEN', 'paused'],
	['0', 'FREEZING', 'running'],
] as const)('with frozen %s and record %s the state is %s, %s', (frozen, state, shown) => {
	expect(shownState(machine(frozen, state), running)).toBe(shown);
	expect(shownState(machine(frozen, state), {...running, process: null})).toBe('dead');
});

test('cgroup v2 comes first, and missing freezers are left out', () => {
	const host = machine('1', 'THAWED');
	expect(freezersOf(host, running.cgroups)).toEqual([
		{version: 2, path: unified.path},
		{version: 1, path: freezer.path},
	]);
	expect(freezersOf(recordingHost(), running.cgroups)).toEqual([]);
	expect(shownState(host, {...running, cgroups: []})).toBe('running');
});

test('a requested freeze is not yet a completed one', () => {
	const host = machine('1', 'FREEZING', {[`${unified.path}/cgroup.events`]: 'populated 1\nfrozen 0\n'});
	for (const each of freezersOf(host, running.cgroups)) {
		expect(isToFreeze(host, each)).toBe(true);
		expect(isFrozen(host, each)).toBe(false);
	}
});
