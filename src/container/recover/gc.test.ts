import type {Machine} from '../machine/machine.ts';
import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {lockHolder} from '../../../test/support/lock-holder.ts';
import {recordingHost} from '../../../test/support/recording-host.ts';
import {loadFacts} from '../../host/facts/saved-facts.ts';
import type {RunEvent} from '../../execute/event.ts';
import {sampleRecord} from '../../../test/support/sample-record.ts';
import {gc, gcIfNeeded, sweepName} from './gc.ts';
import {pruneVolumes} from './volumes.ts';

const dirs = {store: '/var/lib/tsbox', state: '/run/tsbox'};
const facts = loadFacts(
	readFileSync(new URL('../../../test/facts/v2-bookworm.json', import.meta.url), 'utf8'),
	'v2-bookworm.json',
);
const alive = `1 (tsbox) S ${'0 '.repeat(18)}1 0`;

/** A machine on which process 1 owns what it started, and these files are there too. */
function machineWith(files: Readonly<Record<string, string>>) {
	const host = recordingHost(
		{
			'/proc/sys/kernel/random/boot_id': 'this-boot\n',
			'/proc/1/stat': alive,
			'/var/lib/tsbox': 'dir',
			'/run/tsbox/containers': 'dir',
			...files,
		},
		{start: lockHolder},
	);
	const machine: Machine = {host, dirs, facts, limits: {}, bestEffort: false};
	const events: RunEvent[] = [];
	return {host, machine, events, emit: (event: RunEvent) => void events.push(event)};
}

/** The files of a container: its record with this owner, a layer, and a journal that tells of the layer. */
function container(name: string, owner: number, text?: string): Readonly<Record<string, string>> {
	const record = {...sampleRecord, name, owner: {pid: owner, startTime: '1'}};
	const entry = {id: 'rootfs.layer', undo: {kind: 'removeTree', path: `/var/lib/tsbox/layers/${name}`}};
	return {
		[`/run/tsbox/containers/${name}/record.json`]: text ?? JSON.stringify(record),
		[`/run/tsbox/containers/${name}/journal`]: `${JSON.stringify(entry)}\n`,
		[`/var/lib/tsbox/layers/${name}/upper/file`]: 'text',
	};
}

test('containers of a dead tsbox are rolled back, those of a living one stay', async () => {
	const {host, machine, events, emit} = machineWith({...container('lives', 1), ...container('died', 2)});
	expect(await gc(machine, emit)).toEqual({removed: ['/run/tsbox/containers/died']});
	const paths = Object.keys(host.files());
	expect(paths.filter(path => path.includes('died'))).toEqual([]);
	expect(paths).toEqual(expect.arrayContaining(Object.keys(container('lives', 1))));
	expect(events).toMatchObject([{type: 'step.undone', id: 'rootfs.layer'}]);
});

/** A detached container that has ended, whose supervisor was killed, with a cgroup that is there still. */
function forsaken(owner: number): Readonly<Record<string, string>> {
	const detached = {project: 'shop', service: 'web', restarts: 0, health: 'none', exit: null, logging: {}, made: {}};
	const undos = [
		{id: 'rootfs.layer', undo: {kind: 'removeTree', path: '/var/lib/tsbox/layers/web'}},
		{
			id: 'cgroup',
			undo: {kind: 'removeCgroups', paths: ['/sys/fs/cgroup/tsbox/web'], parents: [], kill: {kind: 'none'}},
		},
	];
	return {
		...container(
			'web',
			owner,
			JSON.stringify({...sampleRecord, name: 'web', owner: {pid: owner, startTime: '1'}, detached}),
		),
		'/run/tsbox/containers/web/journal': undos.map(undo => `${JSON.stringify(undo)}\n`).join(''),
		'/sys/fs/cgroup/tsbox/web': 'dir',
	};
}

test('an ended container without a supervisor loses its kernel objects and keeps its files', async () => {
	const project = {'/run/tsbox/projects/shop/project.json': '{}'};
	const {host, machine, emit} = machineWith({...forsaken(2), ...project});
	expect(await gc(machine, emit)).toEqual({removed: ['/run/tsbox/containers/web']});
	expect(host.lstat('/sys/fs/cgroup/tsbox/web')).toBeUndefined();
	expect(host.lstat('/var/lib/tsbox/layers/web/upper/file')).toBeDefined();
	expect(host.lstat('/run/tsbox/containers/web/record.json')).toBeDefined();
	expect(await gc(machine, emit)).toEqual({removed: []});
	const owned = machineWith({...forsaken(1), ...project});
	expect(await gc(owned.machine, owned.emit)).toEqual({removed: []});
	const down = machineWith(forsaken(2));
	await gc(down.machine, down.emit);
	expect(Object.keys(down.host.files()).filter(path => path.includes('web'))).toEqual([]);
});

test('a container with an unreadable record counts as abandoned', async () => {
	const {host, machine, emit} = machineWith(container('torn', 1, '{"schema":1,'));
	await gc(machine, emit);
	expect(Object.keys(host.files()).filter(path => path.includes('torn'))).toEqual([]);
});

test('half-made claims and releases are removed when their process has died', async () => {
	const {machine, emit, host} = machineWith({
		'/run/tsbox/containers/.new-1-box/record.json': '{}',
		'/run/tsbox/containers/.new-2-box/record.json': '{}',
		'/run/tsbox/containers/.dead-3-99-box/journal': '',
	});
	expect(await gc(machine, emit)).toEqual({
		removed: ['/run/tsbox/containers/.dead-3-99-box', '/run/tsbox/containers/.new-2-box'],
	});
	expect(host.list('/run/tsbox/containers')).toEqual(['.new-1-box']);
});

test('a layer without a container, as after a power cut, is removed', async () => {
	const {host, machine, emit} = machineWith({'/var/lib/tsbox/layers/lost/upper/x': '', ...container('lives', 1)});
	expect(await gc(machine, emit)).toEqual({removed: ['/var/lib/tsbox/layers/lost']});
	expect(host.list('/var/lib/tsbox/layers')).toEqual(['lives']);
});

test('volumes of verify runs are removed when their process has died, all others stay', async () => {
	const volume = (name: string, owner?: string): Readonly<Record<string, string>> => ({
		[`/var/lib/tsbox/volumes/${name}/_data`]: 'dir',
		[`/var/lib/tsbox/volumes/${name}/record.json`]: JSON.stringify({
			schema: 1,
			name,
			project: 'shop',
			volume: 'data',
			labels: {},
			root: 0,
			created: 1,
			...(owner === undefined ? {} : {owner}),
		}),
	});
	const {host, machine, emit} = machineWith({
		...volume('data.verify-1-1-1', '1-1'),
		...volume('data.verify-2-1-1', '2-1'),
		...volume('data.verify-3-1-1'),
	});
	expect(await gc(machine, emit)).toEqual({removed: ['/var/lib/tsbox/volumes/data.verify-2-1-1']});
	expect(host.list('/var/lib/tsbox/volumes')).toEqual(['data.verify-1-1-1', 'data.verify-3-1-1']);
	expect(await pruneVolumes(machine)).toEqual(['data.verify-3-1-1']);
});

test('a claimed name has no files of a container from an earlier boot', async () => {
	const {host, machine} = machineWith({
		'/var/lib/tsbox/layers/lost/upper/x': '',
		'/var/lib/tsbox/logs/lost/stdout': 'old\n',
		...container('lives', 1),
	});
	await sweepName(machine, 'lost');
	expect(Object.keys(host.files()).filter(path => path.includes('lost'))).toEqual([]);
	expect(host.list('/var/lib/tsbox/layers')).toEqual(['lives']);
});

test('a start takes no lock when nothing was left', async () => {
	const clean = machineWith(container('lives', 1));
	await gcIfNeeded(clean.machine, clean.emit);
	expect(clean.host.log).toEqual([]);
	const left = machineWith(container('died', 2));
	await gcIfNeeded(left.machine, left.emit);
	expect(left.host.log.some(line => line.includes('flock'))).toBe(true);
	expect(left.host.list('/run/tsbox/containers')).toEqual([]);
});

test('temporary files and half-made projects are removed when their process has died', async () => {
	const {host, machine, emit} = machineWith({
		'/proc/1': 'dir',
		'/run/tsbox/facts.json.1-0123456789ab.tmp': '',
		'/run/tsbox/facts.json.2-0123456789ab.tmp': '',
		'/run/tsbox/exited/box.2-0123456789ab.tmp': '',
		'/run/tsbox/projects/.new-2-shop/project.json': '',
		'/run/tsbox/projects/shop/project.json.2-0123456789ab.tmp': '',
		'/run/tsbox/projects/shop/project.json': '',
	});
	await gc(machine, emit);
	expect(Object.keys(host.files()).filter(path => /shop|tmp$/.test(path))).toEqual([
		'/run/tsbox/facts.json.1-0123456789ab.tmp',
		'/run/tsbox/projects/shop',
		'/run/tsbox/projects/shop/project.json',
	]);
});

test('without the lock gc does nothing', async () => {
	const {host, machine, emit} = machineWith(container('died', 2));
	const withoutLock = recordingHost();
	const start: typeof host.start = (argv, options) => withoutLock.start(argv, options);
	const refused = {...machine, host: {...host, start}};
	await expect(gc(refused, emit)).rejects.toMatchObject({code: 'E_SYSTEM'});
	expect(Object.keys(host.files())).toContain('/run/tsbox/containers/died/record.json');
});
