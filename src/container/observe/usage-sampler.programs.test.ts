import type {Machine} from '../machine/machine.ts';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import type {Host} from '../../host/host.ts';
import {bootId, identify} from '../../host/programs/process.ts';
import {realHost} from '../../host/programs/real-host.ts';
import {setAlias} from '../../state/set-alias.ts';
import {containerFolder, writeRecord} from '../../state/record.ts';
import {sampleRecord} from '../../../test/support/sample-record.ts';
import {usageSampler} from './usage-sampler.ts';

let folder = '';
let read: string[] = [];
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'sampler-'));
	read = [];
});
afterEach(() => rmSync(folder, {recursive: true}));

/** The real files; what is read is noted. */
function machineOf(): Machine {
	const real = realHost();
	const host: Host = {
		...real,
		readText: path => {
			read.push(path);
			return real.readText(path);
		},
	};
	return {host, dirs: {state: folder, store: folder}} as Machine;
}

/** Writes the record of a container whose first process has this number; its folder is as old as `age` says, in seconds. */
function container(name: string, pid: number, age = 60): void {
	const host = realHost();
	const path = containerFolder(folder, name);
	mkdirSync(path, {recursive: true});
	const identity = identify(host, pid) ?? {pid, startTime: '1'};
	writeRecord(host, path, {
		...sampleRecord,
		name,
		bootId: bootId(host),
		cgroups: [],
		process: {...identity, started: 1, namespaceIds: {}, ids: {uid: 0, gid: 0, groups: []}},
	});
	const then = Date.now() / 1000 - age;
	utimesSync(path, then, then);
}

test('running containers are sampled in the requested order, ended and unknown ones are left out', () => {
	container('one', process.pid);
	container('two', process.pid);
	container('ended', 2 ** 22 + 1);
	mkdirSync(containerFolder(folder, 'damaged'));
	writeFileSync(`${containerFolder(folder, 'damaged')}/record.json`, '{');
	const sample = usageSampler(machineOf()).sample(['two', 'ended', 'nosuch', 'damaged', 'one']);
	expect(sample.map(({name, pid}) => [name, pid])).toEqual([
		['two', process.pid],
		['one', process.pid],
	]);
	expect(sample[0]).toMatchObject({cpuPercent: null, memory: null});
});

test('a record is read once until an entry of its folder is replaced', () => {
	container('one', process.pid);
	const sampler = usageSampler(machineOf());
	const records = (): number => read.filter(path => path.endsWith('/record.json')).length;
	for (let time = 0; time < 5; time += 1) sampler.sample(['one']);
	expect(records()).toBe(1);
	container('one', process.pid, 30);
	sampler.sample(['one']);
	sampler.sample(['one']);
	expect(records()).toBe(2);
});

test('a folder changed a moment ago is read again, since another change may have the same time', () => {
	container('one', process.pid, -5);
	const sampler = usageSampler(machineOf());
	sampler.sample(['one']);
	sampler.sample(['one']);
	expect(read.filter(path => path.endsWith('/record.json'))).toHaveLength(2);
});

test('a restarted container counts as another one, and an ended one is gone', async () => {
	const child = spawn('sleep', ['60']);
	container('one', child.pid ?? 0);
	const sampler = usageSampler(machineOf());
	expect(sampler.sample(['one'])).toMatchObject([{pid: child.pid}]);
	child.kill('SIGKILL');
	await once(child, 'exit');
	expect(sampler.sample(['one'])).toEqual([]);
	container('one', process.pid, 30);
	expect(sampler.sample(['one'])).toMatchObject([{pid: process.pid, cpuPercent: null}]);
});

test('a renamed container is found by either name and shown under the new one', () => {
	container('one', process.pid);
	const machine = machineOf();
	const sampler = usageSampler(machine);
	expect(sampler.sample(['one'])[0]?.name).toBe('one');
	setAlias(machine.host, folder, 'one', 'other');
	expect(sampler.sample(['other', 'one']).map(({name}) => name)).toEqual(['other', 'other']);
	setAlias(machine.host, folder, 'one', 'one');
	expect(sampler.sample(['other', 'one']).map(({name}) => name)).toEqual(['one']);
});
