import {expect, test} from 'vitest';
import {recordingHost} from '../../test/support/recording-host.ts';
import {exitOf, lastExit, noteExit} from './exited.ts';
import {sampleRecord} from '../../test/support/sample-record.ts';

const state = '/run/tsbox';
const boot = {'/proc/sys/kernel/random/boot_id': 'this-boot\n', [state]: 'dir'};
const process = {pid: 7, startTime: '70'};
const later = {...sampleRecord, created: 5};

test('each container of a name keeps its own exit, and the name finds the last', () => {
	const host = recordingHost(boot);
	noteExit(host, state, sampleRecord, process, 3);
	noteExit(host, state, later, {pid: 8, startTime: '80'}, 4);
	expect(exitOf(host, state, sampleRecord)?.exitCode).toBe(3);
	expect(exitOf(host, state, later)?.exitCode).toBe(4);
	expect(exitOf(host, state, {...later, created: 6})).toBeUndefined();
	const started = {started: 1, namespaceIds: {}, ids: {uid: 0, gid: 0, groups: [0]}};
	expect(exitOf(host, state, {...later, process: {pid: 8, startTime: '80', ...started}})?.exitCode).toBe(4);
	expect(exitOf(host, state, {...later, process: {pid: 8, startTime: '81', ...started}})).toBeUndefined();
	expect(lastExit(host, state, 'demo')?.exitCode).toBe(4);
});

test('ignores a name that is a path, an exit of another boot, and a damaged line', () => {
	const host = recordingHost(boot);
	noteExit(host, state, sampleRecord, process, 3);
	expect(lastExit(host, state, '../exited/demo')).toBeUndefined();
	expect(lastExit(host, state, 'nosuch')).toBeUndefined();
	const text = host.files()[`${state}/exited/demo`] ?? '';
	const next = {...boot, '/proc/sys/kernel/random/boot_id': 'next-boot\n'};
	expect(lastExit(recordingHost({...next, [`${state}/exited/demo`]: text}), state, 'demo')).toBeUndefined();
	const damaged = recordingHost({...boot, [`${state}/exited/demo`]: `${text}{"exitCode": 1\nnull\n`});
	expect(lastExit(damaged, state, 'demo')?.exitCode).toBe(3);
});

test('forgets the oldest names beyond 200', () => {
	const names = Array.from({length: 205}, (_, at) => `c${String(at).padStart(3, '0')}`);
	const files = names.map(name => [`${state}/exited/${name}`, '']);
	const inMemory = recordingHost({...boot, ...Object.fromEntries(files)});
	const host = {
		...inMemory,
		lstat: (path: string) => {
			const facts = inMemory.lstat(path);
			const at = names.findIndex(name => path.endsWith(`/${name}`));
			return facts === undefined ? undefined : {...facts, mtimeMs: at === -1 ? 1000 : (at + 100) % 205};
		},
	};
	noteExit(host, state, sampleRecord, process, 0);
	const left = host.list(`${state}/exited`);
	expect(left).toHaveLength(200);
	expect(left).toContain('demo');
	expect(names.filter(name => !left.includes(name))).toEqual(['c105', 'c106', 'c107', 'c108', 'c109', 'c110']);
});

test('a full disk does not keep a container from ending', () => {
	const host = recordingHost(boot);
	const full = () => {
		throw Object.assign(new Error('ENOSPC'), {code: 'ENOSPC'});
	};
	noteExit({...host, writeAtomic: full}, state, sampleRecord, process, 0);
	expect(lastExit(host, state, 'demo')).toBeUndefined();
});
