import {readdirSync, symlinkSync} from 'node:fs';
import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type Ended, type TestBox, testBox} from './box.ts';
import {until} from './until.ts';

/* `tsbox rename`: the first name stays as an id. */

interface Row {
	readonly name: string;
	readonly id?: string;
	readonly state: string;
	readonly pid: number;
}

async function rows(at: TestBox): Promise<readonly Row[]> {
	return JSON.parse((await at.tsbox(['ps', '-a', '--json'])).out) as readonly Row[];
}

const fine = ({status, err}: Ended) => ({status, err});
const sleeper = 'command: [sh, -c, "trap \'exit 0\' TERM; echo up; while :; do sleep 0.1; done"]\n';

for (const starter of [undefined, {uid: 61_243, gid: 61_243}, 'mapped'] as const) {
	const who = starter === undefined ? '' : starter === 'mapped' ? ' with a user namespace' : ' of an ordinary user';
	test(`a running container${who} goes on under its new name, and every verb finds it`, async () => {
		await using at = await testBox(starter);
		const fresh = `${at.name}-new`;
		await at.tsbox(['up', '-d', at.spec(sleeper)]);
		const [before] = await rows(at);
		expect(fine(await at.tsbox(['rename', at.name, fresh]))).toEqual({status: 0, err: `${at.name} is now ${fresh}\n`});
		expect(await rows(at)).toMatchObject([{name: fresh, id: at.name, state: 'running', pid: before?.pid}]);
		expect((await at.tsbox(['ps', '-q'])).out).toBe(`${fresh}\n`);
		for (const name of [fresh, at.name]) {
			expect((await at.tsbox(['exec', name, 'cat', '/proc/1/comm'])).out).toBe('sh\n');
			expect((await at.tsbox(['top', name])).out).toContain('trap');
			expect(JSON.parse((await at.tsbox(['inspect', name])).out)).toBeDefined();
		}
		await until('it says so', async () => (await at.tsbox(['logs', '--no-prefix', fresh])).out === 'up\n');
		expect((await at.tsbox(['stats', '--no-stream', fresh])).out).toContain(fresh);
		const waits = at.start(['wait', fresh]);
		expect((await at.tsbox(['stop', fresh])).status).toBe(0);
		expect((await waits.ended).out).toBe('0\n');
		expect(await rows(at)).toMatchObject([{name: fresh, state: 'exited'}]);
		expect((await at.tsbox(['start', fresh])).status).toBe(0);
		expect(await rows(at)).toMatchObject([{name: fresh, id: at.name, state: 'running'}]);
		// One service of its project: the project itself stays until it is told to go.
		expect((await at.tsbox(['down', fresh])).status).toBe(0);
		expect(readdirSync(join(at.folder, 'state/containers'))).toEqual([]);
		await at.tsbox(['down', at.name]);
		expect(at.leftovers()).toEqual([]);
	});
}

test('a container in the foreground, up to its end', async () => {
	await using at = await testBox();
	const running = at.start(['up', at.spec(sleeper)]);
	await running.says('up\n');
	await at.tsbox(['rename', at.name, `${at.name}-new`]);
	const again = await at.tsbox(['up', at.spec(sleeper)]);
	expect(again.err).toContain(`${at.name} is the first name of a container that is now named ${at.name}-new`);
	const second = await at.tsbox([
		'up',
		at.file('other.yaml', `name: ${at.name}-new\nrootfs: ${at.rootfs}\n${sleeper}`),
	]);
	expect(second.err).toContain(`there is a container named ${at.name}-new already`);
	expect((await at.tsbox(['gc'])).status).toBe(0);
	expect((await at.tsbox(['ps', '-q'])).out).toBe(`${at.name}-new\n`);
	expect((await at.tsbox(['down', `${at.name}-new`])).status).toBe(0);
	expect((await running.ended).status).toBe(0);
	expect(readdirSync(join(at.folder, 'state/containers'))).toEqual([]);
	expect(at.leftovers()).toEqual([]);
});

test('`up -d` knows a service that was renamed; one that is made anew has its own name', async () => {
	await using at = await testBox();
	const spec = at.spec(sleeper);
	await at.tsbox(['up', '-d', spec]);
	await at.tsbox(['rename', at.name, `${at.name}-new`]);
	const [before] = await rows(at);
	expect((await at.tsbox(['up', '-d', spec])).err).toContain('is up to date');
	expect(await rows(at)).toEqual([before]);
	await at.tsbox(['up', '-d', at.spec(`${sleeper}hostname: other\n`)]);
	const [after] = await rows(at);
	expect(after).toMatchObject({name: at.name, state: 'running'});
	expect(after).not.toHaveProperty('id');
	await at.tsbox(['down', at.name]);
	expect(readdirSync(join(at.folder, 'state/containers'))).toEqual([]);
	expect(at.leftovers()).toEqual([]);
});

test('a policy starts it again under its new name', async () => {
	await using at = await testBox();
	await at.tsbox(['up', '-d', at.spec(`${sleeper}restart: always\n`)]);
	const [before] = await rows(at);
	await at.tsbox(['rename', at.name, `${at.name}-new`]);
	await at.tsbox(['kill', `${at.name}-new`]);
	await until('it runs again', async () => {
		const [row] = await rows(at);
		return row?.state === 'running' && row.pid !== before?.pid;
	});
	expect(await rows(at)).toMatchObject([{name: `${at.name}-new`, id: at.name}]);
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('what a killed rename left is gone after gc, and nothing else', async () => {
	await using at = await testBox();
	await at.tsbox(['up', '-d', at.spec(sleeper)]);
	await at.tsbox(['rename', at.name, `${at.name}-new`]);
	const stale = join(at.folder, `state/containers/${at.name}-stale`);
	symlinkSync(`@${at.name}`, stale);
	execFileSync('touch', ['-h', '-d', '1 minute ago', stale]);
	expect((await at.tsbox(['ps', '-a', '-q'])).out).toBe(`${at.name}-new\n`);
	expect((await at.tsbox(['gc'])).status).toBe(0);
	expect(readdirSync(join(at.folder, 'state/containers')).toSorted()).toEqual([at.name, `${at.name}-new`]);
	expect((await at.tsbox(['exec', `${at.name}-new`, 'true'])).status).toBe(0);
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('two at once: one wins, and the other is told', async () => {
	await using at = await testBox();
	const spec = at.file(
		'two.yaml',
		`name: ${at.name}\nservices:\n  a:\n    rootfs: ${at.rootfs}\n    network_mode: none\n    ${sleeper}  b:\n    rootfs: ${at.rootfs}\n    network_mode: none\n    ${sleeper}`,
	);
	await at.tsbox(['up', '-d', spec]);
	const both = await Promise.all(
		['a', 'b'].map(service => at.tsbox(['rename', `${at.name}-${service}-1`, `${at.name}-x`])),
	);
	expect(both.map(({status}) => String(status)).toSorted()).toEqual(['0', '125']);
	expect(both.find(({status}) => status !== 0)?.err).toContain(`there is a container named ${at.name}-x already`);
	expect((await rows(at)).map(({name}) => name).filter(name => name === `${at.name}-x`)).toHaveLength(1);
	await at.tsbox(['down', '-t', '0', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('nonsense is refused', async () => {
	await using at = await testBox();
	expect((await at.tsbox(['rename', at.name])).status).toBe(2);
	expect((await at.tsbox(['rename', at.name, 'other'])).err).toContain(`there is no container named ${at.name}`);
	await at.tsbox(['up', '-d', at.spec(sleeper)]);
	for (const bad of ['../up', '', '.hidden', 'a b', '@x']) {
		const {status, err} = await at.tsbox(['rename', at.name, bad]);
		expect({status, told: err.includes('must begin with a letter or digit')}).toEqual({status: 2, told: true});
	}
	expect((await at.tsbox(['rename', at.name, at.name])).err).toContain(`already named ${at.name}`);
	await at.tsbox(['down', '-t', '0', at.name]);
	expect(at.leftovers()).toEqual([]);
});
