import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {realHost} from '../../src/host/programs/real-host.ts';
import {freeze, thaw, thawed} from '../../src/kernel/freeze.ts';
import {isFrozen} from '../../src/state/freezer.ts';
import {type TestBox, testBox} from './box.ts';

const root = process.getuid?.() === 0;
const within = {timeout: 20_000, interval: 10};
const v1Freezer = '/sys/fs/cgroup/freezer';
const sleeps = 'command: [sh, -c, "echo ready; exec sleep 60"]\n';

/** A container that counts into a file of the host without an end. */
async function counting(at: TestBox) {
	mkdirSync(join(at.folder, 'out'));
	const count = 'i=0; while :; do i=$$((i+1)); echo $$i > /out/n; mv /out/n /out/count; done';
	const up = at.start(['up', '--plain', '-T', at.spec(`volumes: [./out:/out]\ncommand: [sh, -c, "${count}"]\n`)]);
	const now = (): number => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0);
	const file = join(at.folder, 'out/count');
	await expect.poll(now, within).toBeGreaterThan(10);
	return {up, now};
}

async function stateOf(at: TestBox): Promise<string> {
	const {out} = await at.tsbox(['ps', '--format', '{{.Name}} {{.State}}']);
	return out.trim();
}

describe.skipIf(!root)('pause and unpause', () => {
	test('a paused container makes no progress, is shown as paused, and goes on where it was', async () => {
		await using at = await testBox();
		const {up, now} = await counting(at);
		expect(await at.tsbox(['pause', at.name])).toEqual({status: 0, signal: null, out: `${at.name}\n`, err: ''});
		const held = now();
		expect(await stateOf(at)).toBe(`${at.name} paused`);
		expect(JSON.parse((await at.tsbox(['inspect', at.name])).out)).toMatchObject({state: 'paused'});
		expect(await at.tsbox(['exec', at.name, '--', 'true'])).toMatchObject({
			status: 125,
			err: expect.stringContaining(`hint     resume it with \`tsbox unpause ${at.name}\``) as string,
		});
		expect(await at.tsbox(['pause', at.name])).toMatchObject({
			status: 125,
			err: expect.stringContaining('is paused already') as string,
		});
		// Five programs have run meanwhile, each for far longer than a step of the counter takes.
		expect(now()).toBe(held);
		expect((await at.tsbox(['unpause', at.name])).status).toBe(0);
		await expect.poll(now, within).toBeGreaterThan(held);
		expect(await stateOf(at)).toBe(`${at.name} running`);
		expect((await at.tsbox(['exec', at.name, '--', 'true'])).status).toBe(0);
		expect(await at.tsbox(['unpause', at.name])).toMatchObject({
			status: 125,
			err: expect.stringContaining('is not paused') as string,
		});
		await at.tsbox(['down', '-t', '0', at.name]);
		await up.ended;
		expect(at.leftovers()).toEqual([]);
	});

	test.each([
		['kill', (at: TestBox) => at.tsbox(['kill', at.name]), 137],
		['down', (at: TestBox) => at.tsbox(['down', at.name]), 3],
	])('%s ends a paused container', async (_, end, status) => {
		await using at = await testBox();
		const trap = "trap 'exit 3' TERM; echo ready; while :; do sleep 0.05; done";
		const up = at.start(['up', '--plain', '-T', at.spec(`command: [sh, -c, "${trap}"]\n`)]);
		await up.says('ready');
		await at.tsbox(['pause', at.name]);
		expect((await end(at)).status).toBe(0);
		expect((await up.ended).status).toBe(status);
		expect(at.leftovers()).toEqual([]);
	});

	test('its own tsbox can end it too', async () => {
		await using at = await testBox();
		const up = at.start(['up', '--plain', '-T', at.spec(`stop_grace_period: 100ms\n${sleeps}`)]);
		await up.says('ready');
		await at.tsbox(['pause', at.name]);
		up.child.kill('SIGTERM');
		expect((await up.ended).status).toBe(137);
		expect(at.leftovers()).toEqual([]);
	});

	test('what is left of a paused container whose tsbox was killed is cleaned up', async () => {
		await using at = await testBox();
		const up = at.start(['up', '--plain', '-T', at.spec(sleeps)]);
		await up.says('ready');
		await at.tsbox(['pause', at.name]);
		up.child.kill('SIGKILL');
		await once(up.child, 'exit');
		expect(await at.tsbox(['gc'])).toMatchObject({status: 0});
		expect(at.leftovers()).toEqual([]);
	});

	test('any signal but SIGKILL waits until it goes on', async () => {
		await using at = await testBox();
		const trap = "trap 'exit 4' USR1; echo ready; while :; do sleep 0.05; done";
		const up = at.start(['up', '--plain', '-T', at.spec(`command: [sh, -c, "${trap}"]\n`)]);
		await up.says('ready');
		await at.tsbox(['pause', at.name]);
		expect(await at.tsbox(['kill', '-s', 'USR1', at.name])).toMatchObject({
			status: 0,
			out: `${at.name}\n`,
			err: `${at.name} is paused and receives SIGUSR1 once it is unpaused\n`,
		});
		expect(await stateOf(at)).toBe(`${at.name} paused`);
		await at.tsbox(['unpause', at.name]);
		expect((await up.ended).status).toBe(4);
		expect(at.leftovers()).toEqual([]);
	});

	test.skipIf(!existsSync(v1Freezer))('one that somebody holds with the v1 freezer is paused as well', async () => {
		await using at = await testBox();
		const hold = (): void => writeFileSync(`${v1Freezer}/tsbox/${at.name}/freezer.state`, 'FROZEN');
		const up = at.start(['up', '--plain', '-T', at.spec(sleeps)]);
		await up.says('ready');
		hold();
		await expect.poll(() => stateOf(at), within).toBe(`${at.name} paused`);
		expect((await at.tsbox(['exec', at.name, '--', 'true'])).status).toBe(125);
		expect((await at.tsbox(['unpause', at.name])).status).toBe(0);
		expect(await stateOf(at)).toBe(`${at.name} running`);
		hold();
		expect((await at.tsbox(['kill', at.name])).status).toBe(0);
		expect((await up.ended).status).toBe(137);
		expect(at.leftovers()).toEqual([]);
	});

	test.skipIf(!existsSync(v1Freezer))('the v1 freezer holds, and lets go what was killed meanwhile', async () => {
		const host = realHost();
		const freezer = {version: 1, path: `${v1Freezer}/tsbox-test-${process.pid}`} as const;
		mkdirSync(freezer.path);
		const child = spawn('sleep', ['60']);
		const ended = once(child, 'exit');
		try {
			writeFileSync(`${freezer.path}/cgroup.procs`, String(child.pid));
			await freeze(host, freezer);
			expect(isFrozen(host, freezer)).toBe(true);
			thaw(host, [freezer]);
			await thawed(host, freezer);
			expect(isFrozen(host, freezer)).toBe(false);
			await freeze(host, freezer);
			child.kill('SIGKILL');
			expect(readFileSync(`${freezer.path}/cgroup.procs`, 'utf8')).toBe(`${child.pid}\n`);
		} finally {
			thaw(host, [freezer]);
			child.kill('SIGKILL');
			await ended;
			rmdirSync(freezer.path);
		}
		thaw(host, [freezer]);
	});

	test('without a cgroup there is nothing to hold', async () => {
		await using at = await testBox({uid: 61_236, gid: 61_236});
		const up = at.start(['up', '--plain', '-T', at.spec(sleeps)]);
		await up.says('ready');
		const refused = await at.tsbox(['pause', at.name]);
		expect(refused).toMatchObject({status: 125, out: ''});
		expect(refused.err).toContain('the kernel freezes cgroups');
		expect(await at.tsbox(['kill', at.name])).toMatchObject({status: 0, out: `${at.name}\n`});
		expect((await up.ended).status).toBe(137);
		expect(at.leftovers()).toEqual([]);
	});
});

describe.skipIf(!root)('kill', () => {
	test('ends every process of the container, without a pid namespace too', async () => {
		await using at = await testBox();
		const up = at.start([
			'up',
			'--plain',
			'-T',
			at.spec(
				'namespaces: [mount, uts, ipc]\ncommand: [sh, -c, "(trap \'\' TERM; setsid sleep 60) & echo ready; wait"]\n',
			),
		]);
		await up.says('ready');
		expect(await at.tsbox(['kill', at.name])).toMatchObject({status: 0, out: `${at.name}\n`});
		expect((await up.ended).status).toBe(137);
		expect(at.leftovers()).toEqual([]);
	});

	test.each([
		['HUP', 'HUP', 11],
		['SIGUSR2', 'USR2', 12],
		['15', 'TERM', 13],
		['rtmin+3', '37', 14],
	])('-s %s reaches the first process', async (word, trapped, status) => {
		await using at = await testBox();
		const trap = `trap 'exit ${status}' ${trapped}; echo ready; while :; do sleep 0.05; done`;
		const up = at.start(['up', '--plain', '-T', at.spec(`command: [sh, -c, "${trap}"]\n`)]);
		await up.says('ready');
		expect(await at.tsbox(['kill', '-s', word, at.name])).toMatchObject({status: 0, out: `${at.name}\n`, err: ''});
		expect((await up.ended).status).toBe(status);
		expect(at.leftovers()).toEqual([]);
	});

	test('of several names each is tried, and the first error decides', async () => {
		await using at = await testBox();
		const up = at.start(['up', '--plain', '-T', at.spec(sleeps)]);
		await up.says('ready');
		expect(await at.tsbox(['kill', '-s', 'FROB', at.name])).toMatchObject({status: 2, out: ''});
		expect(await at.tsbox(['kill', '-s', '0', at.name])).toMatchObject({status: 2, out: ''});
		expect(await stateOf(at)).toBe(`${at.name} running`);
		const {status, out, err} = await at.tsbox(['kill', 'nosuch', at.name, 'norsuch']);
		expect({status, out}).toEqual({status: 125, out: `${at.name}\n`});
		expect(err.match(/there is no container named/g)).toHaveLength(2);
		await up.ended;
		expect(at.leftovers()).toEqual([]);
	});
});

test.skipIf(!root)('of a detached container that is killed only its own output is kept', async () => {
	await using at = await testBox();
	await at.tsbox(['up', '-d', at.spec(sleeps)]);
	expect((await at.tsbox(['kill', at.name])).status).toBe(0);
	expect((await at.tsbox(['wait', at.name])).out).toBe('137\n');
	expect((await at.tsbox(['logs', '--no-prefix', at.name])).out).toBe('ready\n');
	expect((await at.tsbox(['down', at.name])).status).toBe(0);
	expect(at.leftovers()).toEqual([]);
});
