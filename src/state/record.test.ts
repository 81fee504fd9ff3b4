import {expect, test} from 'vitest';
import {type RecordingHost, recordingHost} from '../../test/support/recording-host.ts';
import {addNotes} from './notes.ts';
import {
	type ContainerRecord,
	currentCgroups,
	type Detached,
	isOwned,
	readRecord,
	stateOf,
	writeRecord,
} from './record.ts';
import {sampleRecord} from '../../test/support/sample-record.ts';

const folder = '/run/tsbox/containers/demo';

/** A host with these running processes, by pid and start time. */
function machine(
	processes: Readonly<Record<number, string>>,
	boot = 'this-boot',
	state = 'S',
	files: Readonly<Record<string, string>> = {},
): RecordingHost {
	const stats = Object.entries(processes).map(
		([pid, start]) => [`/proc/${pid}/stat`, `${pid} (x y) ${state} ${'0 '.repeat(18)}${start} 0`] as const,
	);
	return recordingHost({
		'/proc/sys/kernel/random/boot_id': `${boot}\n`,
		[folder]: 'dir',
		...Object.fromEntries(stats),
		...files,
	});
}

const running: ContainerRecord = {
	...sampleRecord,
	process: {pid: 7, startTime: '70', started: 1, namespaceIds: {}, ids: {uid: 0, gid: 0, groups: [0]}},
};

test('a record is read back as written', () => {
	const host = machine({});
	writeRecord(host, folder, running);
	expect(readRecord(host, folder)).toEqual(running);
	expect(readRecord(host, '/run/none')).toBeUndefined();
});

test("a supervisor's notes and a concurrent write of the record do not undo each other", () => {
	const host = machine({});
	const made = {name: 'a', service: 'a'} as unknown as Detached['made'];
	const about = {project: 'p', service: 'a', restarts: 0, health: 'starting', exit: null, made} as const;
	const record = {...running, created: 5, detached: {...about, logging: {maxSize: 1, maxFile: 1}}};
	writeRecord(host, folder, record);
	const seen = readRecord(host, folder);
	addNotes(host, folder, 5, {health: 'healthy'});
	addNotes(host, folder, 5, {exit: {code: 3, at: 9}});
	writeRecord(host, folder, {...(seen ?? record), stopSignal: 'SIGINT'});
	expect(readRecord(host, folder)).toMatchObject({
		stopSignal: 'SIGINT',
		detached: {health: 'healthy', exit: {code: 3}, restarts: 0},
	});
	// The next start has a new record, without notes.
	writeRecord(host, folder, {...record, created: 6});
	expect(readRecord(host, folder)).toMatchObject({detached: {health: 'starting', exit: null}});
});

test.each([
	['damaged', '{"schema":1', /is damaged/],
	['empty', '', /is damaged/],
	['of a later version', JSON.stringify({...sampleRecord, schema: 2}), /another version/],
	['no record at all', 'null', /another version/],
	['without an owner', JSON.stringify({...sampleRecord, owner: null}), /another version/],
])('does not trust a record that is %s', (_, text, message) => {
	const host = recordingHost({[`${folder}/record.json`]: text});
	expect(() => readRecord(host, folder)).toThrow(
		expect.objectContaining({code: 'E_STATE', message: expect.stringMatching(message)}),
	);
});

test("does not read another user's record", () => {
	const host = recordingHost({[`${folder}/record.json`]: JSON.stringify(sampleRecord)});
	const foreign = {
		...host,
		lstat: (path: string) => {
			const facts = host.lstat(path);
			return facts === undefined ? undefined : {...facts, uid: 12345};
		},
	};
	expect(() => readRecord(foreign, folder)).toThrow(/belongs to another user/);
});

test.each([
	['the process', '\n', 7],
	['nothing, while the line is not whole', '', undefined],
])('the second line of a compiled script adds %s', (_, end, pid) => {
	const line = JSON.stringify({created: 6, process: {pid: 7}});
	const host = recordingHost({[`${folder}/record.json`]: `${JSON.stringify(sampleRecord)}\n${line}${end}`});
	expect(readRecord(host, folder)?.process?.pid).toBe(pid);
});

test.each([
	['created', {1: '1'}, 'its owner lives and it has no process yet', sampleRecord],
	['dead', {}, 'its owner is gone', sampleRecord],
	['dead', {1: '2'}, "another process has its owner's number", sampleRecord],
	['running', {1: '1', 7: '70'}, 'its process runs', running],
	['running', {7: '70'}, 'its process runs though its owner is gone', running],
	['dead', {1: '1'}, 'its process has ended', running],
	['dead', {1: '1', 7: '71'}, 'another process has its number', running],
] as const)('a container is %s with the processes %j when %s', (state, processes, _why, record) => {
	expect(stateOf(machine(processes), record)).toBe(state);
});

test.each([
	['running', '/tsbox/demo', ''],
	['running', '/tsbox/demo/leaf/deep', '/leaf/deep'],
	['dead', '/tsbox/demo2', undefined],
] as const)('a container is %s when its process is in the cgroup %s', (state, path, below) => {
	const files = {'/proc/7/cgroup': `0::${path}\n`};
	const member = {controller: '', cgroup: '/tsbox/demo', path: '/sys/fs/cgroup/tsbox/demo'};
	const host = machine({1: '1', 7: '70'}, 'this-boot', 'S', files);
	const record = {...running, cgroups: [member]};
	expect(stateOf(host, record)).toBe(state);
	expect(currentCgroups(host, record).map(now => now.path)).toEqual(
		below === undefined ? [] : [`/sys/fs/cgroup/tsbox/demo${below}`],
	);
});

test('a zombie counts as ended', () => {
	expect(stateOf(machine({1: '1', 7: '70'}, 'this-boot', 'Z'), running)).toBe('dead');
});

test('a record of another boot has no owner and no process, whatever pids are in use now', () => {
	const host = machine({1: '1', 7: '70'}, 'next-boot');
	expect(stateOf(host, running)).toBe('dead');
	expect(isOwned(host, running)).toBe(false);
	expect(isOwned(machine({1: '1'}), running)).toBe(true);
});
