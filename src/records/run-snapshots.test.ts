import {describe, expect, test} from 'vitest';
import {recordingHost} from '../../test/support/recording-host.ts';
import {packSnapshots, readSnapshots} from './run-snapshots.ts';

const status = 'State:\tS (sleeping)\nUid:\t0\t0\t0\t0';
const mount = (id: number, target: string): string => `${id} 1 0:5 / ${target} rw - tmpfs none rw\n`;
const frames = [
	{step: null, texts: {pid: '7', status, mountinfo: mount(1, '/'), 'ns/mnt': 'mnt:[1]', hostname: 'host'}},
	{step: 'a', texts: {pid: '7', status, mountinfo: `${mount(1, '/')}${mount(2, '/data')}`, 'ns/mnt': 'mnt:[1]'}},
	{step: 'b', texts: {pid: '7', status, mountinfo: `${mount(1, '/')}${mount(2, '/data')}`, 'ns/mnt': 'mnt:[1]'}},
];

function read(content: unknown) {
	return readSnapshots(recordingHost({'/run/snapshots.json': JSON.stringify(content)}), '/run');
}

test('what was packed is read again, with what changed from step to step', () => {
	const shown = read(packSnapshots(frames));
	expect(shown.map(({step, changes}) => [step, changes.map(({sign, text}) => `${sign} ${text}`)])).toEqual([
		[null, []],
		['a', ['+ /data: tmpfs none (rw)']],
		['b', []],
	]);
	expect(shown.map(({snapshot}) => snapshot.mounts.map(({target}) => target))).toEqual([
		['/'],
		['/', '/data'],
		['/', '/data'],
	]);
	expect(shown.map(({snapshot}) => snapshot.hostname)).toEqual(['host', undefined, undefined]);
});

test('a text that stays is stored once, and so is a line', () => {
	const {lines, frames: packed} = packSnapshots(frames);
	expect(lines.filter(line => line.includes(' / / '))).toHaveLength(1);
	expect(packed.map(({texts}) => Object.keys(texts))).toEqual([
		['pid', 'status', 'mountinfo', 'ns/mnt', 'hostname'],
		['hostname', 'mountinfo'],
		[],
	]);
	expect(packed[1]?.texts['hostname']).toBeNull();
});

test('a record of an older version has none', () => {
	expect(readSnapshots(recordingHost({'/run/run.json': '{}'}), '/run')).toEqual([]);
});

describe('an invalid file says why', () => {
	const packed = packSnapshots(frames);
	test.each([
		['a list', [], 'is not a list of snapshots'],
		['one of a newer tsbox', {...packed, schema: 2}, 'made by a newer tsbox'],
		['a line that is not there', {...packed, lines: []}, 'is not a list of snapshots'],
		['a line that is no text', {...packed, lines: packed.lines.map(() => 1)}, 'is not a list of snapshots'],
		[
			'texts that fill the memory',
			{...packed, lines: ['x'.repeat(2 ** 26), ...packed.lines]},
			'not a list of snapshots',
		],
		['a frame that is none', {...packed, frames: [null]}, 'is not a list of snapshots'],
		[
			'too many frames',
			{...packed, frames: Array.from({length: 1001}, () => packed.frames[2])},
			'not a list of snapshots',
		],
	])('%s', (_, content, why) => {
		expect(() => read(content)).toThrow(
			expect.objectContaining({code: 'E_RUN_INVALID', why: expect.stringContaining(why)}),
		);
	});
});

test('texts that no kernel writes make an odd snapshot, and no failure', () => {
	const texts = {
		pid: 'x',
		status: 'CapEff: zz\nUid:',
		mountinfo: 'a - b',
		cgroup: 'x',
		cap_last_cap: '1e300',
		'ns/mnt': '[',
	};
	const [shown] = read(packSnapshots([{step: '__proto__', texts}]));
	expect(shown?.snapshot).toMatchObject({pid: 0, mounts: [], capabilities: {effective: []}, namespaces: {}});
});
