import {expect, test} from 'vitest';
import {loadProject} from '../project/load.ts';
import {offencesOf} from './policy-offences.ts';
import type {Policy} from './policy.ts';
import type {Service} from '../model/project.ts';

function service(text: string): Service {
	const [first] = loadProject({
		file: '/demo.yaml',
		cwd: '/',
		env: {},
		readText: path => (path === '/demo.yaml' ? text : undefined),
		kindOf: () => 'directory',
	}).services;
	if (first === undefined) throw new Error('no service');
	return first;
}

const nothing: Policy = {forbidPrivileged: false, ownNamespaces: [], forbidRootfsHost: false, origins: {}};
const lookup = {
	isAllowed: (path: string) => path.startsWith('/srv/'),
	realpath: (path: string) => (path === '/link' ? '/' : path),
	isDisk: (path: string) => path === '/dev/sda',
};
const offences = (policy: Partial<Policy>, text: string): readonly string[] =>
	offencesOf({...nothing, ...policy}, service(text), lookup).map(
		({key, message, hint}) => `${key}: ${message}; ${hint}`,
	);

test('a policy without rules forbids nothing', () => {
	expect(offences({}, 'rootfs: host\nprivileged: true\nvolumes: [/etc:/etc]\n')).toEqual([]);
});

test('the source of a bind mount and a folder as rootfs must be in an allowed folder', () => {
	expect(
		offences({allowedBinds: ['/srv']}, 'rootfs: /home\nvolumes: [/srv/a:/a, /etc:/etc, ./x:/x]\ntmpfs: /run\n'),
	).toEqual([
		'volumes.1: the source `/etc` is in no folder that may be mounted; name one in /srv',
		'volumes.2: the source `/x` is in no folder that may be mounted; name one in /srv',
		'rootfs: the folder `/home` is in no folder that may be mounted; name one in /srv',
	]);
	expect(offences({allowedBinds: []}, 'rootfs: host\nvolumes: [/etc:/etc]\n')[0]).toContain(
		'no folder of the host may be mounted',
	);
});

test('forbid_privileged also forbids whatever has the same effect as privileged', () => {
	const policy = {forbidPrivileged: true};
	expect(offences(policy, 'rootfs: host\nprivileged: true\n')).toHaveLength(1);
	expect(
		offences(
			policy,
			'rootfs: host\ncap_add: [NET_ADMIN, SYS_ADMIN]\ndevices: [/dev/fuse, /dev/sda]\nroot: chroot\nnamespaces: [mount, pid]\nsecurity_opt: [seccomp=unconfined, systempaths=unconfined]\n',
		).map(text => text.split(';')[0]),
	).toMatchInlineSnapshot(`
		[
		  "cap_add: CAP_SYS_ADMIN gives power over the host",
		  "security_opt.0: \`seccomp=unconfined\` is forbidden",
		  "security_opt.0: \`systempaths=unconfined\` is forbidden",
		  "devices: \`/dev/sda\` gives power over the host",
		  "root: \`root: chroot\` is no boundary",
		]
	`);
	expect(offences(policy, 'rootfs: host\ncap_add: [NET_ADMIN]\ndevices: [/dev/fuse]\n')).toEqual([]);
});

test('host namespaces and the host root are forbidden, however the spec writes them', () => {
	const policy: Partial<Policy> = {ownNamespaces: ['network', 'user'], forbidRootfsHost: true};
	expect(offences(policy, 'rootfs: /link\nnamespaces: [mount, pid, uts, ipc]\n')).toMatchInlineSnapshot(`
		[
		  "namespaces: the network namespace of the host is forbidden; add \`network\` to \`namespaces\`",
		  "namespaces: the user namespace of the host is forbidden; write \`userns_mode: auto\`",
		  "rootfs: the root of the host is forbidden as \`rootfs\`; name a folder, or an archive made by \`docker export\`",
		]
	`);
	expect(offences(policy, 'rootfs: /srv/x\nuserns_mode: auto\n')).toEqual([]);
});

test('a limit that is missing, unlimited, or too high is refused', () => {
	const policy = {maxMemory: 1_073_741_824, maxCpus: 1.5, maxPids: 100};
	expect(offences(policy, 'rootfs: host\nmem_limit: 2g\npids_limit: -1\n')).toMatchInlineSnapshot(`
		[
		  "mem_limit: \`mem_limit\` is above 1g; write \`mem_limit: 1g\` or less",
		  "cpus: \`cpus\` is missing; write \`cpus: 1.5\` or less",
		  "pids_limit: \`pids_limit\` is above 100; write \`pids_limit: 100\` or less",
		]
	`);
	expect(offences(policy, 'rootfs: host\nmem_limit: 1g\ncpus: 1.5\npids_limit: 100\n')).toEqual([]);
});

test('the namespace of another container is not that of the host', () => {
	const policy = {ownNamespaces: ['network', 'pid'] as const};
	expect(offences(policy, "rootfs: host\nnetwork_mode: 'container:db'\npid: 'container:db'\n")).toEqual([]);
	expect(offences(policy, 'rootfs: host\npid: host\n')).toEqual([
		'namespaces: the pid namespace of the host is forbidden; add `pid` to `namespaces`',
	]);
});
