import {mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {FileFacts, Host} from '../../host/host.ts';
import {realHost} from '../../host/programs/real-host.ts';
import {firstSettings} from './model/settings.ts';
import {viewMemory} from './view-memory.ts';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'tsbox-view-'))));
afterEach(() => rmSync(dir, {recursive: true}));

const real = realHost();
const own = process.getuid?.() ?? 0;
const json = `${JSON.stringify(firstSettings, null, '\t')}\n`;

test('a view is stored in the state folder of the home directory, readable only by its owner', () => {
	const memory = viewMemory(real, {HOME: dir});
	expect(memory.read()).toBeUndefined();
	memory.write(firstSettings);
	expect(viewMemory(real, {HOME: dir}).read()).toBe(json);
	const file = join(dir, '.local/state/tsbox/dash.json');
	expect(readFileSync(file, 'utf8')).toBe(json);
	expect(statSync(file).mode & 0o777).toBe(0o600);
	expect(statSync(join(dir, '.local/state/tsbox')).mode & 0o777).toBe(0o700);
});

test('only changes are stored, together with earlier changes', () => {
	viewMemory(real, {HOME: dir}).write({tab: 'plan'});
	viewMemory(real, {HOME: dir}).write({wrap: true});
	viewMemory(real, {HOME: dir}).write({tab: 'stats'});
	expect(JSON.parse(viewMemory(real, {HOME: dir}).read() ?? '')).toEqual({tab: 'stats', wrap: true});
	writeFileSync(join(dir, '.local/state/tsbox/dash.json'), 'torn {');
	viewMemory(real, {HOME: dir}).write({mouse: false});
	expect(JSON.parse(viewMemory(real, {HOME: dir}).read() ?? '')).toEqual({mouse: false});
});

test('XDG_STATE_HOME sets the folder, and a relative path stores nothing', () => {
	viewMemory(real, {HOME: join(dir, 'home'), XDG_STATE_HOME: join(dir, 'state')}).write(firstSettings);
	expect(readFileSync(join(dir, 'state/tsbox/dash.json'), 'utf8')).toBe(json);
	const relative = viewMemory(real, {HOME: dir, XDG_STATE_HOME: 'state'});
	relative.write(firstSettings);
	expect(relative.read()).toBeUndefined();
});

test('without a home directory nothing is stored', () => {
	const memory = viewMemory(real, {});
	memory.write(firstSettings);
	expect(memory.read()).toBeUndefined();
});

/** A host with these owners by path that records writes. */
function hostOf(owners: Readonly<Record<string, number>>): {readonly host: Host; readonly written: string[]} {
	const written: string[] = [];
	const host = {
		...real,
		stat: (path: string) => (path in owners ? ({uid: owners[path]} as FileFacts) : undefined),
		mkdirs: () => {},
		writeAtomic: (path: string) => void written.push(path),
	} as unknown as Host;
	return {host, written};
}

describe('nothing is written into the home directory of another user', () => {
	test.each([
		['a home of one’s own', {HOME: '/h'}, {'/h': own, '/': 0}, true],
		['the home of another', {HOME: '/h'}, {'/h': own + 1, '/': 0}, false],
		['a state folder of another in a home of one’s own', {HOME: '/h'}, {'/h': own, '/h/.local/state': own + 1}, false],
		[
			'the state folder of another beside a home of one’s own',
			{HOME: '/h', XDG_STATE_HOME: '/other/state'},
			{'/h': own, '/other': own + 1},
			false,
		],
		[
			'a state folder of one’s own in the home of another',
			{HOME: '/h', XDG_STATE_HOME: '/own'},
			{'/h': own + 1, '/own': own},
			true,
		],
	])('%s', (_, env, owners: Readonly<Record<string, number>>, isWritten) => {
		const {host, written} = hostOf(owners);
		viewMemory(host, env).write(firstSettings);
		expect(written).toHaveLength(isWritten ? 1 : 0);
	});
});

test('a file that cannot be read or written causes no error', () => {
	mkdirSync(join(dir, '.local/state/tsbox/dash.json'), {recursive: true});
	const memory = viewMemory(real, {HOME: dir});
	expect(memory.read()).toBeUndefined();
	expect(() => memory.write(firstSettings)).not.toThrow();
	rmSync(join(dir, '.local'), {recursive: true});
	writeFileSync(join(dir, '.local'), '');
	expect(memory.read()).toBeUndefined();
	expect(() => memory.write(firstSettings)).not.toThrow();
});
