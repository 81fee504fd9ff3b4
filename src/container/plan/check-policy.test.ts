import type {Machine} from '../machine/machine.ts';
import {mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {realHost} from '../../host/programs/real-host.ts';
import type {Policy} from '../../spec/config/policy.ts';
import {checkLimits, checkPolicy, hasMaximum} from './check-policy.ts';
import {loadProject} from '../machine/load-project.ts';

let dir: string;
beforeEach(() => {
	dir = realpathSync(mkdtempSync(join(tmpdir(), 'tsbox-policy-')));
	for (const folder of ['allowed/in', 'secret']) mkdirSync(join(dir, folder), {recursive: true});
	symlinkSync(join(dir, 'secret'), join(dir, 'allowed/out'));
	symlinkSync('nothing', join(dir, 'allowed/dead'));
	symlinkSync(join(dir, 'allowed'), join(dir, 'way-in'));
});
afterEach(() => rmSync(dir, {recursive: true}));

const machine = (...policies: readonly Partial<Policy>[]) =>
	({
		host: realHost(),
		policies: policies.map(policy => ({
			forbidPrivileged: false,
			ownNamespaces: [],
			forbidRootfsHost: false,
			origins: {},
			...policy,
		})),
	}) as unknown as Machine;

async function held(policies: readonly Partial<Policy>[], lines: string): Promise<string> {
	const spec = join(dir, 'demo.yaml');
	writeFileSync(spec, `rootfs: host\n${lines}`);
	const opened = machine(...policies);
	const {services} = await loadProject({file: spec, cwd: dir, env: {}}, opened);
	try {
		for (const service of services) checkPolicy(opened, service, spec);
		return 'allowed';
	} catch (error) {
		return String(error instanceof Error ? error.message : error).replaceAll(dir, 'DIR');
	}
}

test.each([
	['allowed/in', true],
	['allowed', true],
	['way-in/in', true],
	['allowed/new/folder', true],
	['allowed/../secret', false],
	['allowed/out', false],
	['allowed/out/new', false],
	['allowed/dead', false],
	['allowed/dead/new', false],
	['allowed-not', false],
	['secret', false],
	['.', false],
])('a bind source counts as where it leads: %s', async (source, isAllowed) => {
	const volume = `volumes: [{type: bind, source: ${join(dir, '.')}/${source}, target: /x, bind: {create_host_path: true}}]\n`;
	const said = await held([{allowedBinds: [join(dir, 'way-in')]}], volume);
	expect([said === 'allowed', said.includes('is in no folder that may be mounted')]).toEqual([isAllowed, !isAllowed]);
});

test('a missing folder of the list allows nothing', async () => {
	expect(await held([{allowedBinds: [join(dir, 'none')]}], `volumes: ['${dir}/secret:/x']\n`)).toContain(
		'in no folder',
	);
});

test('all policies apply: a nearer one can only be stricter', async () => {
	const far = {allowedBinds: [join(dir, 'allowed')], maxPids: 10};
	const near = {allowedBinds: ['/'], maxPids: 1000};
	const lines = `volumes: ['${dir}/secret:/x']\npids_limit: 100\n`;
	expect(await held([near, far], lines)).toContain('(and 1 more policy violations)');
	expect(await held([near], lines)).toBe('allowed');
});

test("a violation is reported with its place, its line, the rule and the rule's file", async () => {
	const spec = join(dir, 'demo.yaml');
	writeFileSync(spec, 'rootfs: host\nprivileged: true\n');
	const origins = {forbid_privileged: {kind: 'file', file: '/etc/tsbox/config.yaml', line: 3, column: 22}} as const;
	const opened = machine({forbidPrivileged: true, origins});
	const {services} = await loadProject({file: spec, cwd: dir, env: {}}, opened);
	for (const service of services)
		expect(() => checkPolicy(opened, service, spec)).toThrow(
			expect.objectContaining({
				code: 'E_POLICY',
				message: `${spec}:2:13: \`privileged\` is forbidden`,
				output: '  2 | privileged: true\n    |             ^^^^',
				why: 'the policy `forbid_privileged` of /etc/tsbox/config.yaml:3:22 forbids it',
				hint: 'take it out, and add the capability that is needed',
			}),
		);
});

test('changed limits are checked, unchanged ones are not', () => {
	const opened = machine({maxPids: 10, maxMemory: 1024});
	const option = {kind: 'option', option: 'tsbox update --pids-limit'} as const;
	const change = (pidsLimit: number) => () => checkLimits(opened, {pidsLimit}, {pids_limit: option}, '/demo.yaml');
	expect(change(10)).not.toThrow();
	expect(change(11)).toThrow('tsbox update --pids-limit on the command line: `pids_limit` is above 10');
	expect(hasMaximum(opened)).toBe(true);
	expect(hasMaximum(machine({forbidPrivileged: true}))).toBe(false);
});
