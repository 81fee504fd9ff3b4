import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {Drift} from '../../src/container/machine/observed.ts';
import type {StartReport} from '../../src/state/start-report.ts';
import {type Starter, type TestBox, testBox} from './box.ts';
import {project, rows, sleeper} from './project.ts';

const root = process.getuid?.() === 0;
const v1 = existsSync('/sys/fs/cgroup/memory/memory.limit_in_bytes');
const mib = 1024 * 1024;
const none: Drift = {differences: [], checked: expect.any(Number) as number, unchecked: []};

/** What makes a check of every kind that this host can do. */
const much = `mem_limit: 64m
pids_limit: 50
read_only: true
hostname: other
user: app
tmpfs: ["/scratch:size=1m"]
volumes: ["./data:/data", "./data:/seen:ro", "named:/named"]
sysctls: {net.ipv4.ip_unprivileged_port_start: "0", kernel.msgmax: "4096"}
ulimits: {nofile: {soft: 100, hard: 200}}
oom_score_adj: 500
${sleeper}`;

/** What an ordinary user's container can have without a cgroup. */
const little = `read_only: true
hostname: other
tmpfs: ["/scratch:size=1m"]
volumes: ["named:/named"]
${sleeper}`;

/** Runs a line of the host's sh in namespaces of a process. */
function enter(pid: number, namespaces: readonly string[], line: string): void {
	execFileSync('nsenter', ['--target', String(pid), ...namespaces, 'sh', '-c', line]);
}

/** A detached container of all that; gives its name and its process. */
async function started(at: TestBox, text: string) {
	mkdirSync(join(at.folder, 'data'), {recursive: true});
	const spec = at.file(
		'web.yaml',
		`name: ${at.name}\nservices:\n  web:\n    rootfs: ${at.rootfs}\n    network_mode: none\n${`${at.head}${text}`.replaceAll(/^(?=.)/gm, '    ')}volumes: {named: {}}\n`,
	);
	const up = await at.tsbox(['up', '-d', spec]);
	expect({status: up.status, err: up.status === 0 ? '' : up.err}).toEqual({status: 0, err: ''});
	const {web} = await rows(at);
	if (web === undefined) throw new Error('nothing runs');
	return {name: web.name, pid: web.pid};
}

async function driftOf(at: TestBox, name: string): Promise<{readonly status: number | null; readonly drift: Drift}> {
	const {status, out} = await at.tsbox(['drift', '--json', name]);
	return {status, drift: JSON.parse(out) as Drift};
}

function startReportOf(at: TestBox, name: string): StartReport {
	return JSON.parse(readFileSync(join(at.folder, `state/containers/${name}/start.json`), 'utf8')) as StartReport;
}

/** Ends the project; gives what is left of it but its volumes. */
async function leftAfter(at: TestBox): Promise<readonly string[]> {
	await at.tsbox(['down', '-v', '-t', '0', at.name]);
	return at.leftovers();
}

describe.skipIf(!root)('drift', () => {
	test.each<{readonly who: string; readonly starter: Starter; readonly text: string}>([
		{who: 'of root', starter: undefined, text: much},
		{who: 'of root with a user namespace', starter: 'mapped', text: much},
		{who: 'of an ordinary user', starter: {uid: 61_238, gid: 61_238}, text: little},
	])('nothing differs in a container $who that nobody touched', async ({starter, text}) => {
		await using at = await testBox(starter);
		const {name} = await started(at, text);
		expect(await driftOf(at, name)).toEqual({status: 0, drift: none});
		expect(await at.tsbox(['drift', name])).toMatchObject({
			status: 0,
			out: expect.stringMatching(/^all \d\d checks agree\n$/),
			err: '',
		});
		expect(await leftAfter(at)).toEqual([]);
	});

	test('what was changed beside tsbox is told', async () => {
		await using at = await testBox();
		const {name, pid} = await started(at, much);
		const path = v1
			? `/sys/fs/cgroup/memory/tsbox/${name}/memory.limit_in_bytes`
			: `/sys/fs/cgroup/tsbox/${name}/memory.max`;
		writeFileSync(path, String(32 * mib));
		enter(pid, ['--mount'], 'umount /scratch');
		enter(pid, ['--uts'], 'echo changed > /proc/sys/kernel/hostname');
		enter(pid, ['--net'], 'echo 7 > /proc/sys/net/ipv4/ip_unprivileged_port_start');
		const {status, out, err} = await at.tsbox(['drift', name]);
		expect({status, err}).toEqual({status: 1, err: ''});
		expect(out.replace(path, 'FILE')).toMatchInlineSnapshot(`
			"limit memory to 64 MiB: FILE reads 33554432 and not 67108864
			set the hostname to other: /proc/sys/kernel/hostname reads changed and not other
			set net.ipv4.ip_unprivileged_port_start to 0: /proc/sys/net/ipv4/ip_unprivileged_port_start reads 7 and not 0
			mount everything else: nothing is mounted on /scratch
			"
		`);
		expect(await leftAfter(at)).toEqual([]);
	});

	test('a loopback interface that was taken down is told', async () => {
		await using at = await testBox();
		const {name, pid} = await started(at, sleeper);
		enter(pid, ['--net'], 'exec unshare -m sh -c "mount -t sysfs none /mnt && echo 0x8 > /mnt/class/net/lo/flags"');
		const {drift} = await driftOf(at, name);
		expect(drift.differences).toEqual([
			{
				stepId: 'network.loopback',
				title: 'bring the loopback interface up',
				problem: 'lo is down',
			},
		]);
		expect(await leftAfter(at)).toEqual([]);
	});

	test('what update changes is no difference, as it is the plan from then on', async () => {
		await using at = await testBox();
		const {name} = await started(at, `mem_limit: 64m\n${sleeper}`);
		expect(startReportOf(at, name)).toMatchObject({outcome: 'started', steps: {'process.exec': {status: 'done'}}});
		const update = await at.tsbox(['update', '--memory', '128m', '--memory-swap', '128m', '--pids-limit', '77', name]);
		expect({status: update.status, err: update.err}).toEqual({status: 0, err: ''});
		expect(await driftOf(at, name)).toEqual({status: 0, drift: none});
		const {plan} = startReportOf(at, name);
		const values = plan.steps.flatMap(({id, action}) => (action.kind === 'write' ? [[id, action.value]] : []));
		expect(Object.fromEntries(values)).toMatchObject({'cgroup.memory': String(128 * mib), 'cgroup.pids': '77'});
		const {out} = await at.tsbox(['inspect', name]);
		const {start} = JSON.parse(out) as {readonly start: {readonly steps: readonly {readonly id: string}[]}};
		expect(start).toMatchObject({outcome: 'started', ms: expect.any(Number)});
		expect(start.steps.find(({id}) => id === 'cgroup.memory')).toMatchObject({
			title: 'limit memory to 128 MiB',
			command: expect.stringMatching(/^echo 134217728 > /),
			status: 'done',
		});
		expect(await leftAfter(at)).toEqual([]);
	});

	test('of a container in the foreground too, and none of one that has ended', async () => {
		await using at = await testBox();
		const up = at.start(['up', '--plain', '-T', at.spec(sleeper)]);
		await up.says('up\n');
		expect(await driftOf(at, at.name)).toEqual({status: 0, drift: none});
		await at.tsbox(['down', '-t', '0', at.name]);
		await up.ended;
		expect(await at.tsbox(['drift', at.name])).toMatchObject({status: 125, out: ''});
		expect(at.leftovers()).toEqual([]);
	});

	test('of a container without a report nothing is said but that', async () => {
		await using at = await testBox();
		const {name} = await started(at, sleeper);
		rmSync(join(at.folder, `state/containers/${name}/start.json`));
		const {status, out, err} = await at.tsbox(['drift', name]);
		expect({status, out}).toEqual({status: 0, out: ''});
		expect(err).toContain(`not checked: ${name} has no stored plan`);
		expect(await leftAfter(at)).toEqual([]);
	});
});

describe.skipIf(!root)('the report of a start that failed', () => {
	const file = (at: TestBox): string => join(at.folder, `state/projects/${at.name}/failed-web.json`);
	const failing = 'command: [/no/such/command]\n';

	test('is kept with the project, tells which step failed, and goes with it', async () => {
		await using at = await testBox();
		expect((await at.tsbox(['up', '-d', project(at, {web: failing})])).status).not.toBe(0);
		const report = JSON.parse(readFileSync(file(at), 'utf8')) as StartReport;
		expect(report).toMatchObject({
			outcome: 'failed',
			error: {code: 'E_COMMAND_NOT_FOUND', message: '/no/such/command is not in the container'},
			steps: {'namespaces.start': {status: 'undone'}, 'process.exec': {status: 'failed'}},
		});
		expect(JSON.parse((await at.tsbox(['inspect', at.name])).out)).toMatchObject({
			failed: [{label: 'web', start: {outcome: 'failed'}}],
		});
		await at.tsbox(['gc']);
		expect(existsSync(file(at))).toBe(true);
		expect((await at.tsbox(['down', at.name])).status).toBe(0);
		expect(at.leftovers()).toEqual([]);
	});

	test('goes when the container starts', async () => {
		await using at = await testBox();
		await at.tsbox(['up', '-d', project(at, {web: failing})]);
		expect(existsSync(file(at))).toBe(true);
		expect((await at.tsbox(['up', '-d', project(at, {web: sleeper})])).status).toBe(0);
		expect(existsSync(file(at))).toBe(false);
		expect(await leftAfter(at)).toEqual([]);
	});

	test('goes when the container is removed', async () => {
		await using at = await testBox();
		await at.tsbox(['up', '-d', project(at, {web: failing, other: sleeper})]);
		expect(existsSync(file(at))).toBe(true);
		expect((await at.tsbox(['rm', at.name, 'web'])).status).toBe(0);
		expect(existsSync(file(at))).toBe(false);
		expect(await leftAfter(at)).toEqual([]);
	});
});
