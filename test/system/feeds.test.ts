import type {Machine} from '../../src/container/machine/machine.ts';
import type {ContainerStats} from '../../src/container/observe/usage-meter.ts';
import {appendFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test, vi} from 'vitest';
import {containerConfig} from '../../src/container/observe/container-config.ts';
import {containerMounts} from '../../src/container/observe/container-mounts.ts';
import {containerNetwork} from '../../src/container/observe/container-network.ts';
import {openMachine} from '../../src/container/machine/open-machine.ts';
import {usageSampler} from '../../src/container/observe/usage-sampler.ts';
import {listProjects} from '../../src/project/state/list-projects.ts';
import {type LogFeed, openLogFeed} from '../../src/project/logs/log-feed.ts';
import {openEventFeed} from '../../src/project/state/project-events.ts';
import {type TestBox, testBox} from './box.ts';
import {project, sleeper, until} from './project.ts';

const patience = {timeout: 20_000, interval: 20};
const machineOf = (at: TestBox): Promise<Machine> =>
	openMachine({store: join(at.folder, 'store'), state: join(at.folder, 'state')});

async function up(at: TestBox, spec: string): Promise<void> {
	const {status, err} = await at.tsbox(['up', '-d', '--plain', spec]);
	expect({status, err}).toMatchObject({status: 0});
}

const textOf = (feed: LogFeed, index: number): string => {
	const line = feed.at(index);
	return line?.kind === 'line' ? `${line.service} ${line.text}` : 'skipped';
};
const textsOf = (feed: LogFeed): readonly string[] =>
	Array.from({length: feed.count()}, (_, index) => textOf(feed, index));

test('a feed has what was printed before, in order, and follows over a restart and a removal', async () => {
	await using at = await testBox();
	const talker = (word: string): string =>
		`command: [sh, -c, "trap 'exit 0' TERM; for n in 1 2 3; do echo ${word}$$n; sleep 0.2; done; while :; do sleep 0.1; done"]\n`;
	const spec = project(at, {web: talker('a'), db: talker('b')});
	await up(at, spec);
	const machine = await machineOf(at);
	const names = [`${at.name}-web-1`, `${at.name}-db-1`];
	await until('both have printed', async () => {
		const {out} = await at.tsbox(['logs', at.name]);
		return out.includes('a3') && out.includes('b3');
	});
	const feed = openLogFeed(machine, names, () => {});
	try {
		await vi.waitFor(() => expect(textsOf(feed)).toHaveLength(6), patience);
		expect(textsOf(feed).filter(text => text.startsWith('web'))).toEqual(['web a1', 'web a2', 'web a3']);
		const times = Array.from({length: 6}, (_, index) => feed.at(index)?.at ?? Infinity);
		expect(times).toEqual(times.toSorted((one, other) => one - other));
		expect(names.map(feed.hasOutput)).toEqual([true, true]);
		await at.tsbox(['restart', at.name, 'web']);
		await vi.waitFor(() => expect(textsOf(feed).slice(6)).toEqual(['web a1', 'web a2', 'web a3']), patience);
		expect((await at.tsbox(['down', '-t', '0', at.name])).status).toBe(0);
		await up(at, spec);
		await vi.waitFor(
			() =>
				expect(textsOf(feed).slice(9).toSorted()).toEqual(['db b1', 'db b2', 'db b3', 'web a1', 'web a2', 'web a3']),
			patience,
		);
	} finally {
		feed.close();
	}
	expect((await at.tsbox(['down', '-t', '0', at.name])).status).toBe(0);
	expect(at.leftovers()).toEqual([]);
});

test('a flood is held in bounds, what was passed over is said, and the newest lines come', async () => {
	await using at = await testBox();
	const spec = project(at, {
		web: 'command: [sh, -c, "trap \'exit 0\' TERM; while :; do if [ -e /data/go ]; then timeout 2 yes; echo flood is over; rm /data/go; fi; sleep 0.1; done"]\nvolumes: [.:/data]\n',
	});
	await up(at, spec);
	const changed = vi.fn<() => void>();
	const feed = openLogFeed(await machineOf(at), [`${at.name}-web-1`], changed, {lines: 20_000});
	const newest = (): string => textOf(feed, feed.count() - 1);
	const isSkipped = (): boolean => {
		for (let index = 0; index < feed.count(); index += 1) if (feed.at(index)?.kind === 'skipped') return true;
		return false;
	};
	try {
		appendFileSync(join(at.folder, 'go'), '');
		await until('something is skipped', isSkipped);
		await until('the flood is over', () => newest() === 'web flood is over');
		expect(feed.count()).toBeLessThanOrEqual(20_000);
		expect(changed).toHaveBeenCalled();
	} finally {
		feed.close();
	}
	expect((await at.tsbox(['down', '-t', '0', at.name])).status).toBe(0);
	expect(at.leftovers()).toEqual([]);
});

test('a sampler tells what stats tells, and a restart makes another container', async () => {
	await using at = await testBox();
	const spec = project(at, {web: `${sleeper}mem_limit: 64m\n`});
	await up(at, spec);
	const name = `${at.name}-web-1`;
	const sampler = usageSampler(await machineOf(at));
	const first = sampler.sample([name]);
	expect(first).toMatchObject([{name, cpuPercent: null}]);
	const told = JSON.parse((await at.tsbox(['stats', '--no-stream', '--json', name])).out) as readonly ContainerStats[];
	const [second] = sampler.sample([name]);
	expect(second?.cpuPercent).toEqual(expect.any(Number));
	expect({...second, cpuPercent: 0, memory: 0, pids: 0, block: 0, pressure: 0, network: 0}).toEqual({
		...told[0],
		cpuPercent: 0,
		memory: 0,
		pids: 0,
		block: 0,
		pressure: 0,
		network: 0,
	});
	expect(second?.memory?.limit).toBe(67_108_864);
	await at.tsbox(['restart', at.name, 'web']);
	const [third] = sampler.sample([name]);
	expect(third?.pid).not.toBe(second?.pid);
	expect(third?.cpuPercent).toBeNull();
	expect((await at.tsbox(['down', '-t', '0', at.name])).status).toBe(0);
	expect(sampler.sample([name])).toEqual([]);
	expect(at.leftovers()).toEqual([]);
});

test('the network, the mounts and the configuration of a container are those that it has', async () => {
	await using at = await testBox();
	const spec = project(at, {
		web: 'command: [sh, -c, "trap \'exit 0\' TERM; nc -l -p 8080 & while :; do sleep 0.1; done"]\nports: ["80:8080"]\ntmpfs: [/scratch]\n',
	});
	await up(at, spec);
	const machine = await machineOf(at);
	const name = `${at.name}-web-1`;
	expect(containerNetwork(machine, name)).toMatchObject({
		kind: 'own',
		interfaces: [
			{name: 'lo', addresses: expect.arrayContaining(['127.0.0.1/8']) as readonly string[]},
			{name: 'eth0', addresses: expect.arrayContaining([expect.stringMatching(/\.\d+\/24$/)]) as unknown},
		],
		ports: ['0.0.0.0:80 -> 8080/tcp'],
	});
	await vi.waitFor(
		() =>
			expect(containerNetwork(machine, name).listening).toMatchObject([{protocol: 'tcp', port: 8080, program: 'nc'}]),
		patience,
	);
	expect(containerMounts(machine, name).find(({target}) => target === '/scratch')).toMatchObject({type: 'tmpfs'});
	const values = () =>
		Object.fromEntries(containerConfig(machine, name).map(({key, value, origin}) => [key, `${value} | ${origin}`]));
	expect(values()['ports.0']).toBe('80:8080/tcp | shop.yaml:6:12');
	expect((await at.tsbox(['stop', '-t', '0', at.name])).status).toBe(0);
	expect(values()['volumes.0']).toMatch(/^tmpfs:\/scratch.* \| shop\.yaml:7:13$/);
	expect((await at.tsbox(['down', '-t', '0', at.name])).status).toBe(0);
	expect(at.leftovers()).toEqual([]);
});

test('projects are listed, and their events followed, without a word to the supervisor', async () => {
	await using at = await testBox();
	const machine = await machineOf(at);
	const feed = openEventFeed(machine, at.name, () => {});
	const types = (): readonly string[] => feed.events().map(({type, service}) => `${service} ${type}`);
	try {
		expect([listProjects(machine), types()]).toEqual([[], []]);
		const spec = project(at, {web: sleeper});
		await up(at, spec);
		expect(listProjects(machine)).toEqual([
			{name: at.name, spec, specs: [spec], services: ['web'], supervisorPid: expect.any(Number) as number},
		]);
		await vi.waitFor(() => expect(types()).toContain('web service.started'), patience);
		await at.tsbox(['kill', `${at.name}-web-1`]);
		await vi.waitFor(() => expect(types()).toContain('web service.exited'), patience);
	} finally {
		feed.close();
	}
	expect((await at.tsbox(['down', '-t', '0', at.name])).status).toBe(0);
	expect(listProjects(machine)).toEqual([]);
	expect(at.leftovers()).toEqual([]);
});
