import {chmodSync, mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type Starter, testBox} from '../system/box.ts';
import {differencesOf, probeSpec, tsboxReport} from './runtimes.ts';

/*
 * The same container made by the commands of its plan and by their system calls: mounts, credentials, limits, namespaces, cgroups,
 * devices, descriptors, environment and settings are the same, each as a process inside sees it.
 */
const more: Readonly<Record<string, string>> = {
	'the defaults': '',
	limits:
		'mem_limit: 64m\nmemswap_limit: 64m\npids_limit: 100\nulimits: {nofile: {soft: 100, hard: 200}, core: 0, nproc: 500, stack: 4194304, memlock: -1}\noom_score_adj: 500\ncpus: 0.5\n',
	'ids of numbers':
		'user: "1000:1000"\ngroup_add: ["2000"]\nworking_dir: /tmp/new\nenvironment: {A: "1", B: "two words"}\n',
	'a user of the image': 'user: "daemon"\ngroup_add: [tty, "7"]\n',
	'a number without a group': 'user: "1"\n',
	'no capabilities': 'cap_drop: [ALL]\n',
	'all capabilities': 'cap_add: [ALL]\nsecurity_opt: [seccomp=unconfined]\n',
	'no filter and new privileges': 'security_opt: [seccomp=unconfined, no-new-privileges=false]\n',
	'a filter and new privileges': 'security_opt: [no-new-privileges=false]\n',
	mounts:
		'read_only: true\nhostname: other\ntmpfs: ["/t:size=1m,mode=700", "/u:exec"]\nvolumes: ["./shared:/shared:ro", "./shared:/deep/er:rw", "./file:/etc/file:ro"]\n',
	settings:
		'sysctls: {net.ipv4.ip_unprivileged_port_start: "0", kernel.shmmax: "1000000", fs.mqueue.msg_max: "20"}\ndomainname: a.test\n',
	privileged: 'privileged: true\n',
	'a terminal': 'tty: true\n',
	'the same each time': 'reproducible: true\n',
	'an init': 'init: true\n',
	'few namespaces': 'namespaces: [mount, uts]\n',
	chroot: 'root: chroot\n',
};

/** What a container by calls shows otherwise than one by commands, and what is left of both. */
async function compare(text: string, starter?: Starter) {
	await using box = await testBox(starter);
	// Root of a user namespace has to find its way to the folder.
	chmodSync(box.folder, 0o755);
	mkdirSync(join(box.folder, 'shared'));
	box.file('file', 'text');
	const spec = probeSpec(box, `${text}${box.head}`);
	box.file('root/etc/passwd', 'root:x:0:0::/root:/bin/sh\ndaemon:x:1:1::/usr/sbin:/bin/sh\n');
	box.file('root/etc/group', 'root:x:0:\ndaemon:x:1:\ntty:x:5:\nmore:x:44:root,daemon\n');
	const reports = [
		await tsboxReport(box, spec, ['--executor', 'commands']),
		await tsboxReport(box, spec, ['--executor', 'calls']),
	] as const;
	if (reports[0].size < 80) throw new Error('the probe saw too little');
	const differences = new Map(differencesOf(...reports));
	// Those of the host come and go.
	if (text.startsWith('namespaces:')) differences.delete('processes');
	return {differences: Object.fromEntries(differences), left: box.leftovers()};
}

const same = {differences: {}, left: []};

test.each(Object.keys(more))('with %s a container is the same by calls as by commands', async name => {
	expect(await compare(more[name] ?? '')).toEqual(same);
});

test.each(['the defaults', 'a user of the image', 'mounts', 'a terminal', 'the same each time', 'limits'])(
	'with %s a container in a user namespace is the same by calls as by commands',
	async name => {
		expect(await compare(more[name] ?? '', 'mapped')).toEqual(same);
	},
);
