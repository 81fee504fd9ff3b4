import {expect, test} from 'vitest';
import {recordingHost} from '../../test/support/recording-host.ts';
import {parseMountinfo} from '../host/probe/mountinfo.ts';
import {type ProcessView, problemOf} from './check.ts';

const told = {values: new Map<string, string>(), ids: undefined};

/** A process that started 500 s after the host booted. */
function view(files: Readonly<Record<string, string>>): ProcessView {
	const all: Readonly<Record<string, string>> = {stat: `7 (a ) b) S ${Array(18).fill(0).join(' ')} 50000 0`, ...files};
	return {pid: 1, text: file => all[file] ?? '', link: () => '', mounts: () => []};
}

function offsets(monotonic: number, boottime: number): ProcessView {
	return view({timens_offsets: `monotonic      ${monotonic}         0\nboottime       ${boottime}         0\n`});
}

const clocks = (shown: ProcessView): string | undefined => problemOf({kind: 'clocks'}, recordingHost(), shown, told);

test('clocks that begin with the process pass, all others fail', () => {
	expect(clocks(offsets(-480, -499))).toBeUndefined();
	expect(clocks(offsets(0, 0))).toBe('its clocks differ from those of the host by 0 s and 0 s');
	expect(clocks(offsets(-100, -100))).toBe('its clocks differ from those of the host by -100 s and -100 s');
	expect(clocks(view({}))).toBe('its clocks differ from those of the host by 0 s and 0 s');
});

test('a personality must have the flag', () => {
	const check = {kind: 'personality', flag: 0x40000} as const;
	expect(problemOf(check, recordingHost(), view({personality: '00040000\n'}), told)).toBeUndefined();
	expect(problemOf(check, recordingHost(), view({personality: '00000000\n'}), told)).toBe(
		'its personality is 00000000',
	);
});

function mounted(...rows: readonly string[]): ProcessView {
	const text = rows.map((row, at) => `${at} 0 8:1 / ${row}`).join('\n');
	return {...view({}), mounts: () => parseMountinfo(`${text}\n`)};
}

const root = '/ rw - overlay overlay rw';

test('a mount that no step made is reported', () => {
	const check = {kind: 'onlyMounts', targets: ['/', '/proc']} as const;
	const proc = '/proc rw - proc proc rw';
	expect(problemOf(check, recordingHost(), mounted(root, proc), told)).toBeUndefined();
	expect(problemOf(check, recordingHost(), mounted(root, proc, '/mnt rw - ext4 disk rw'), told)).toBe(
		'/mnt is mounted, and no step did that',
	);
});

test('the topmost mount of a target must have the type and all options', () => {
	const check = {kind: 'mount', target: '/t', type: 'tmpfs', options: ['ro', 'nodev']} as const;
	const problem = (...rows: readonly string[]) => problemOf(check, recordingHost(), mounted(root, ...rows), told);
	expect(problem('/t ro,nodev - tmpfs tmpfs rw')).toBeUndefined();
	expect(problem()).toBe('nothing is mounted on /t');
	expect(problem('/t ro,nodev - ext4 disk rw')).toBe('/t is a ext4 and not a tmpfs');
	expect(problem('/t ro,nodev - tmpfs tmpfs rw', '/t rw - tmpfs tmpfs rw')).toBe('/t is mounted without ro, nodev');
});

test('a mount of a part of a folder must show that part, and not what a symlink led to', () => {
	const check = {kind: 'mountRoot', target: '/a', endsWith: '/volumes/data/_data/part'} as const;
	const problem = (...roots: readonly string[]) => {
		const text = roots.map((shown, at) => `${at} 0 8:1 ${shown} /a rw - ext4 disk rw\n`).join('');
		return problemOf(check, recordingHost(), {...view({}), mounts: () => parseMountinfo(text)}, told);
	};
	expect(problem('/var/lib/tsbox/volumes/data/_data/part')).toBeUndefined();
	expect(problem('/var/lib/tsbox/volumes/other/_data')).toContain('/a shows /var/lib/tsbox/volumes/other/_data');
	expect(problem('/srv/volumes/data/_data/part', '/etc')).toContain('/a shows /etc and not');
	expect(problem()).toContain('/a shows nothing');
});
