import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {ImageFacts} from '../../image/store/facts.ts';
import {loadProject} from '../../spec/project/load.ts';
import {recordingHost} from '../../../test/support/recording-host.ts';
import {type machines, savedFacts, storedImage} from '../../../test/support/sample-input.ts';
import {planService} from '../plan/plan-container.ts';
import {compileMinimal} from './compile-minimal.ts';

const examples = join(import.meta.dirname, '../../../config/examples');
const golden = '../../../test/golden';

/** The minimal script of a spec on a saved machine. */
async function minimal(text: string, machine: (typeof machines)[number] = 'v2-trixie'): Promise<string> {
	const file = '/srv/demo.yaml';
	const project = loadProject({
		file,
		cwd: '/srv',
		env: {},
		readText: path => (path === file ? text : undefined),
		kindOf: path => (path.endsWith('.tar.gz') ? 'file' : 'directory'),
	});
	const [service] = project.services;
	if (service === undefined) throw new Error('there is no service');
	const {rootfs} = service;
	const image: ImageFacts = rootfs.kind === 'archive' ? storedImage : {kind: 'host'};
	const opened = {
		host: recordingHost({'/srv/data': 'dir', '/srv/app.conf': 'a', '/srv/learn/readonlyfiles': 'dir'}),
		dirs: {store: '/var/lib/tsbox', state: '/run/tsbox'},
		facts: savedFacts(machine),
		limits: {},
		bestEffort: false,
	};
	const options = {dry: true, findImage: async () => image};
	return compileMinimal(opened, await planService(opened, project, service, {}, options));
}

const archive = 'rootfs: ./rootfs.tar.gz\n';

test.each(['hello', 'limits', 'readonly'])(
	'the minimal script of the example %s is the reviewed one',
	async example => {
		const script = await minimal(readFileSync(join(examples, `${example}.yaml`), 'utf8'));
		await expect(script).toMatchFileSnapshot(join(golden, `minimal/${example}.sh`));
	},
);

test.each([
	['chroot', `${archive}root: chroot\nnamespaces: []\ncommand: [sh, -c, "ls /; ps"]\n`],
	['cgroup-v1', `${archive}mem_limit: 100m\nmemswap_limit: 100m\npids_limit: 20\ncpuset: "0"\n`],
	['volumes', `${archive}volumes: [./data:/data:ro, ./app.conf:/etc/app.conf]\ncommand: [cat, /etc/app.conf]\n`],
	['bare', `${archive}profile: bare\nnamespaces: [mount, pid, uts, ipc, network]\nvolumes: [./data:/data:ro]\n`],
	[
		'bare-all',
		`${archive}profile: bare\nroot: pivot\noverlay: true\nnamespaces: [mount, pid, user]\nmem_limit: 100m\ncap_drop: [ALL]\n`,
	],
	['user', `${archive}user: "1000:1001"\ngroup_add: [video]\nworking_dir: /srv\nenvironment: {A: "it's"}\n`],
])('the minimal script of %s is the reviewed one', async (name, spec) => {
	await expect(await minimal(spec, 'v1-bookworm')).toMatchFileSnapshot(join(golden, `minimal/${name}.sh`));
});

test('each protection that the plan has and the script has not is named with an attack', async () => {
	const script = await minimal(archive);
	for (const name of ['capabilities', 'no_new_privs', 'seccomp', 'kernel files', 'devices'])
		expect(script).toMatch(new RegExp(`^# - ${name}: .+`, 'm'));
	expect(script).not.toMatch(/^# - (network|process ids|root filesystem|user ids):/m);
});

test('a protection that the plan does not have is not said to be left out', async () => {
	expect(await minimal(`${archive}security_opt: [seccomp=unconfined]\n`)).not.toMatch(/^# - seccomp:/m);
});

test('chroot(1) in place of pivot_root(8) leaves a protection out', async () => {
	expect(await minimal(`${archive}user: "1000:1000"\n`)).toMatch(/^# - root filesystem:/m);
});

test('a user namespace is left out', async () => {
	const script = await minimal(`${archive}userns_mode: auto\n`);
	expect(script).toMatch(/^# - user ids:/m);
	expect(script).toContain('# - keys of the spec: userns_mode\n');
	expect(script).not.toContain('--user');
});

test('the user namespace of a bare container, in which root is the caller, is not left out', async () => {
	const script = await minimal(`${archive}profile: bare\nroot: pivot\nnamespaces: [mount, pid, user]\n`);
	expect(script).toContain('unshare --user --map-root-user unshare --mount');
	expect(script).not.toMatch(/^# - user ids:/m);
});

test('a bare container without a drop has all capabilities with tsbox too', async () => {
	expect(await minimal(`${archive}profile: bare\n`)).not.toMatch(/^# - capabilities:/m);
	expect(await minimal(`${archive}profile: bare\nroot: pivot\nnamespaces: [mount, pid]\ncap_drop: [ALL]\n`)).toMatch(
		/^# - capabilities:/m,
	);
});

test('a key that nothing is made from is named', async () => {
	const script = await minimal(`${archive}init: true\nstop_signal: SIGINT\nhealthcheck: {test: [CMD, "true"]}\n`);
	expect(script).toContain('# - keys of the spec: init, stop_signal, healthcheck\n');
});

test('text of the spec cannot end a comment or the here-document', async () => {
	const script = await minimal(`${archive}command: [echo, "a\\nend\\nrm -rf /"]\n`);
	expect(script).toContain("<<'end_'");
});
