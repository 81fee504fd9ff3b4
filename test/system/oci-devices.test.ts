import {spawnSync} from 'node:child_process';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {configOf, type RuntimeBox, runtimeBox} from './runtime-box.ts';

/* The device list of a bundle. With version 2 of control groups it is a program, which a machine gets here that lacks the controller of version 1. */

const withoutList = 'umount -l /sys/fs/cgroup/devices 2>/dev/null; exec "$@"';
const machines = [
	['the list of version 1', []],
	['a program of version 2', ['unshare', '--mount', 'sh', '-c', withoutList, 'sh']],
] as const;

const tun = {type: 'c', major: 10, minor: 200};
const fuse = {type: 'c', major: 10, minor: 229};
const nodes = 'mknod /tun c 10 200; mknod /dev/tun c 10 200; mknod /fuse c 10 229';
const open = (path: string, how = '<>') => `(exec 3${how}${path}) 2>&1 | grep -q 'not permitted' && echo ${path}`;
const opens = [open('/tun'), open('/dev/tun'), open('/tun', '<'), open('/fuse'), open('/dev/null')].join('\n');

describe.each(machines)('by %s', (_, [...within]) => {
	let at: RuntimeBox;
	beforeEach(async () => {
		at = await runtimeBox();
	});
	afterEach(() => {
		at[Symbol.dispose]();
	});

	/** The paths that do not open for a script. */
	function forbidden(script: string, devices: readonly object[], linux: object = {}): readonly string[] {
		const config = configOf(at, script, {}, {resources: {devices}, ...linux});
		const sets = ['CAP_MKNOD', 'CAP_SETPCAP'];
		const capabilities = {bounding: sets, effective: sets, permitted: sets};
		const bundle = at.bundle({...config, process: {...config.process, capabilities}});
		const [program = '', ...words] = [...within, ...at.command, 'run', '--bundle', bundle, 'c'];
		const {stdout, stderr} = spawnSync(program, words, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
		expect(stderr).toBe('');
		expect(at.left()).toEqual([]);
		return stdout.split('\n').filter(Boolean);
	}

	test('nodes that a container makes do not open, but for those of the list', () => {
		const all = {allow: false, access: 'rwm'};
		expect(forbidden(`${nodes}\n${opens}\ntrue`, [all])).toEqual(['/tun', '/dev/tun', '/tun', '/fuse']);
		expect(
			forbidden(`rm /tun /fuse; ${nodes}\n${opens}\ntrue`, [
				all,
				{allow: true, ...fuse, access: 'rw'},
				{allow: true, ...tun, access: 'r'},
			]),
		).toEqual(['/tun', '/dev/tun']);
	});

	test('all open where all are allowed', () => {
		expect(forbidden(`${nodes}\n${opens}\ntrue`, [{allow: true, access: 'rwm'}])).toEqual([]);
	});

	test('nodes of the bundle do not open in a user namespace, but for those of the list', () => {
		const rows = [{containerID: 0, hostID: 1_879_048_192, size: 65_536}];
		const linux = {
			namespaces: ['pid', 'ipc', 'uts', 'mount', 'network', 'user'].map(type => ({type})),
			uidMappings: rows,
			gidMappings: rows,
			devices: [
				{path: '/dev/tun', ...tun, fileMode: 0o666},
				{path: '/dev/fuse', ...fuse, fileMode: 0o666},
			],
		};
		const script = `${open('/dev/tun')}\n${open('/dev/fuse')}\n${open('/dev/null')}\ntrue`;
		expect(forbidden(script, [{allow: true, ...fuse, access: 'rw'}], linux)).toEqual(['/dev/tun']);
	});
});
