import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {readBundleConfig} from '../../spec/bundle/bundle-config.ts';
import {capabilityNames} from '../capabilities.ts';
import {fromBundle} from './from-bundle.ts';

const folder = join(import.meta.dirname, '../../../fixtures/bundles');
const place = {
	root: '/root',
	folder: '/bundle',
	cgroup: '/c',
	onV2: false,
	hasSelinux: false,
	capabilities: capabilityNames,
};

/** A captured configuration, without its filter, which is in a file of its own. */
function captured(name: string) {
	const config = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {linux: {seccomp?: unknown}};
	delete config.linux.seccomp;
	return fromBundle(readBundleConfig(JSON.stringify(config), name), place);
}

test.each(readdirSync(folder).filter(name => name.includes('-config')))('nothing of %s is refused', name => {
	expect(captured(name)).toMatchObject({root: {path: '/root'}, linux: {cgroupsPath: '/c'}});
});

test('what an engine leaves at zero is not written', () => {
	expect(captured('docker-config.json').linux.resources).toMatchObject({files: []});
	expect(captured('docker-config.json').linux.resources).not.toHaveProperty('cpu');
	expect(captured('docker-config.json').linux.resources).not.toHaveProperty('blockIO');
	expect(captured('docker-config-limits.json').linux.resources).toMatchObject({
		memory: {limit: expect.any(Number) as number},
		cpu: {period: 100_000},
	});
});

const minimal = {
	ociVersion: '1.1.0',
	process: {args: ['true'], cwd: '/'},
	root: {path: 'rootfs'},
	linux: {namespaces: [{type: 'mount'}]},
};
const read = (changes: object, linux: object = {}) =>
	fromBundle(
		readBundleConfig(JSON.stringify({...minimal, ...changes, linux: {...minimal.linux, ...linux}}), 'config.json'),
		place,
	);

test('paths are made absolute, and a bind mount without the option is one of all below', () => {
	const mounts = [
		{destination: 'a/../../b', type: 'tmpfs'},
		{destination: '/c', type: 'bind', source: '/s', options: ['ro']},
	];
	expect(read({mounts}).mounts).toEqual([
		{destination: '/b', type: 'tmpfs', source: 'tmpfs', options: []},
		{destination: '/c', type: 'bind', source: '/s', options: ['rbind', 'ro']},
	]);
});

test('an unlimited resource limit is one, however it is written', () => {
	const rlimits = [{type: 'RLIMIT_CORE', soft: 0, hard: 2 ** 64}];
	expect(read({process: {...minimal.process, rlimits}}).process.rlimits).toEqual([
		{type: 'RLIMIT_CORE', soft: 0, hard: -1},
	]);
});

test('limits of version 1 and of version 2 are files', () => {
	const resources = {hugepageLimits: [{pageSize: '2MB', limit: 5}], network: {classID: 7}};
	expect(read({}, {resources}).linux.resources.files).toEqual([
		{controller: 'hugetlb', file: 'hugetlb.2MB.limit_in_bytes', value: '5', reads: null},
		{controller: 'net_cls', file: 'net_cls.classid', value: '7'},
	]);
	expect(() => read({}, {resources: {unified: {'memory.high': '1'}}})).toThrow('linux.resources.unified');
	const json = JSON.stringify({...minimal, linux: {...minimal.linux, resources: {unified: {'NOT-A-KEY': '1'}}}});
	expect(() => fromBundle(readBundleConfig(json, 'config.json'), {...place, onV2: true})).toThrow(
		'the specified key has not the form CONTROLLER.VALUE `NOT-A-KEY`',
	);
});

test.each([
	['linux.intelRdt', {}, {intelRdt: {}}],
	['a container without a mount namespace', {}, {namespaces: []}],
	['linux.resources.blockIO.leafWeight', {}, {resources: {blockIO: {leafWeight: 10}}}],
] as const)('%s is refused by name', (member, changes, linux) => {
	expect(() => read(changes, linux)).toThrow(`${member} is not supported`);
});

test('ambient are those that the process has and hands on, as the kernel has it', () => {
	const capabilities = {
		bounding: ['CAP_KILL', 'CAP_CHOWN'],
		permitted: ['CAP_KILL', 'CAP_CHOWN'],
		inheritable: ['CAP_KILL', 'CAP_FOWNER'],
		ambient: ['CAP_KILL', 'CAP_CHOWN', 'CAP_FOWNER'],
	};
	expect(read({process: {...minimal.process, capabilities}}).process.capabilities.ambient).toEqual(['CAP_KILL']);
});

/** What an error says, and why. */
function trouble(work: () => unknown): string {
	try {
		work();
	} catch (error) {
		return isTsboxError(error) ? `${error.message}: ${error.why ?? ''}` : String(error);
	}
	return '';
}

const row = (containerID: number, hostID: number, size: number) => ({containerID, hostID, size});
const inUser = {namespaces: [{type: 'mount'}, {type: 'user'}], gidMappings: [row(0, 9, 1)]};

test.each([
	['without root', [row(1, 100, 10)], 'has no row for root'],
	['with an empty row', [row(0, 100, 10), row(20, 200, 0)], 'has the size 0'],
	['past the last id', [row(0, 4_294_967_290, 10)], 'past the last id'],
	['with an id twice inside', [row(0, 100, 10), row(9, 200, 10)], 'an id in common'],
	['with an id twice outside', [row(0, 100, 10), row(10, 109, 10)], 'an id in common'],
	['that is too long', Array.from({length: 341}, (_, at) => row(at, at + 1000, 1)), 'takes 340 rows'],
])('a map of ids %s is refused', (_, uidMappings, message) => {
	expect(trouble(() => read({}, {...inUser, uidMappings}))).toContain(message);
});

test('maps of ids are those of the user namespace', () => {
	const uidMappings = [row(0, 1000, 1), row(1, 100_000, 5)];
	expect(read({}, {...inUser, uidMappings}).linux).toMatchObject({uidMappings, gidMappings: inUser.gidMappings});
	expect(() => read({}, {uidMappings})).toThrow('linux.uidMappings needs a user namespace');
});

test('a label of mounts is for new filesystems, where SELinux runs', () => {
	const mounts = [
		{destination: '/t', type: 'tmpfs'},
		{destination: '/s', type: 'sysfs'},
		{destination: '/b', type: 'bind', source: '/s'},
	];
	const json = JSON.stringify({...minimal, mounts, linux: {...minimal.linux, mountLabel: 'a:b:c,d'}});
	const options = (hasSelinux: boolean) =>
		fromBundle(readBundleConfig(json, 'config.json'), {...place, hasSelinux}).mounts.map(mount => mount.options);
	expect(options(true)).toEqual([['context="a:b:c,d"'], [], ['rbind']]);
	expect(options(false)).toEqual([[], [], ['rbind']]);
});

test('what a later mount on /dev covers is not made', () => {
	const mounts = ['/dev', '/dev/pts', '/device', '/dev', '/dev/shm'].map(destination => ({destination, type: 'tmpfs'}));
	expect(read({mounts}).mounts.map(({destination}) => destination)).toEqual(['/device', '/dev', '/dev/shm']);
});
