import {chmodSync} from 'node:fs';
import {expect, test} from 'vitest';
import {type Starter, testBox} from '../system/box.ts';
import {differencesOf, execReport, probeSpec} from './runtimes.ts';

/*
 * A process that enters a container by commands and one that enters by system calls have the same credentials, limits, namespaces,
 * cgroups, mounts, descriptors, working directory, mask and environment, each as it sees them itself.
 */
const containers: Readonly<Record<string, string>> = {
	'the defaults': '',
	'a user by numbers':
		'user: "1000:1000"\ngroup_add: ["2000"]\nworking_dir: /tmp\nenvironment: {A: "1", B: "two words"}\n',
	'no capabilities': 'cap_drop: [ALL]\n',
	'all capabilities': 'cap_add: [ALL]\nsecurity_opt: [seccomp=unconfined]\n',
	'no filter and new privileges': 'security_opt: [seccomp=unconfined, no-new-privileges=false]\n',
	'a filter and new privileges': 'security_opt: [no-new-privileges=false]\n',
	'the same each time': 'reproducible: true\n',
	'few namespaces': 'namespaces: [mount, uts]\n',
	chroot: 'root: chroot\n',
	'limits of its cgroups': 'mem_limit: 64m\npids_limit: 20\ncpus: 0.5\n',
};

const ways: Readonly<Record<string, readonly string[]>> = {
	'the user of the container': [],
	'a user of the image': ['-u', 'daemon'],
	'a user and a group of the image': ['-u', 'daemon:more'],
	'a number': ['-u', '77'],
	'numbers, a folder and variables': ['-u', '77:78', '-w', '/etc', '-e', 'MORE=two words', '-e', '1x=y'],
	'a terminal': ['-t'],
};

/** What differs between an exec by commands and one by calls, by the options of both. */
async function differences(text: string, options: readonly (readonly string[])[], starter?: Starter) {
	const found: Record<string, Readonly<Record<string, string>>> = {};
	await using box = await testBox(starter);
	// Root of a user namespace has to find its way to the folder.
	chmodSync(box.folder, 0o755);
	const spec = probeSpec(box, `${text}${box.head}`);
	box.file('root/etc/passwd', 'root:x:0:0::/root:/bin/sh\ndaemon:x:1:1::/usr/sbin:/bin/sh\n');
	box.file('root/etc/group', 'root:x:0:\ndaemon:x:1:\ntty:x:5:\nmore:x:44:root,daemon\n');
	const running = box.start(['run', '--best-effort', spec, '--', 'sh', '-c', 'echo is up; sleep 1000']);
	await running.says('is up');
	for (const each of options) {
		const reports = [
			await execReport(box, ['--executor', 'commands', ...each]),
			await execReport(box, ['--executor', 'calls', ...each]),
		] as const;
		expect(reports[0].size).toBeGreaterThan(80);
		const differ = new Map(differencesOf(...reports));
		// Those of the host come and go.
		if (text.startsWith('namespaces:')) differ.delete('processes');
		if (differ.size > 0) found[each.join(' ')] = Object.fromEntries(differ);
	}
	await box.tsbox(['down', '-t', '0', box.name]);
	await running.ended;
	expect(box.leftovers()).toEqual([]);
	return found;
}

test.each(Object.keys(containers))('with %s an exec by calls is the same as one by commands', async name => {
	expect(await differences(containers[name] ?? '', [[]])).toEqual({});
});

test.each([
	['a container', undefined],
	['one with a user namespace', 'mapped'],
	['one of an ordinary user', {uid: 61_236, gid: 61_236}],
] as const)('users, folders and terminals in %s are the same by calls as by commands', async (_, starter) => {
	// With a map of one id there are no others.
	const some = typeof starter === 'object' ? {'the user of the container': [], 'a terminal': ['-t']} : ways;
	expect(await differences('', Object.values(some), starter)).toEqual({});
});
