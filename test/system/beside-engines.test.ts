import {describe, expect, test} from 'vitest';
import {testBox} from './box.ts';
import {docker, hasEngines, machine, podman} from './engines.ts';
import {isAble, left, serves, sleeps, stack} from './network-stack.ts';

/* Networks beside Docker and Podman, with containers of theirs that run: their rules stay as they are. */

describe.runIf(isAble && hasEngines)('beside engines', () => {
	test('all published ports are reached, and the rules of Docker and Podman stay as they are', async () => {
		await using box = await testBox();
		await using place = await machine();
		await using _docker = await docker(place, 18_081);
		await using _podman = await podman(place, 18_082);
		const rules = (): string => place.out('nft', '-s', 'list', 'ruleset');
		const links = (): readonly unknown[] => JSON.parse(place.out('ip', '-json', 'address')) as unknown[];
		const before = rules();
		const linksBefore = links();
		expect(before).toMatch(/DOCKER[^]*NETAVARK/);
		const spec = stack(box, {web: `${serves}ports: ["18083:80"]\n`, job: sleeps});
		const tsbox = async (...words: readonly string[]) => box.tsbox(words, {under: place.within});
		expect(await tsbox('up', '-d', spec)).toMatchObject({status: 0});
		const fetched = (port: number): string =>
			place.out('curl', '-sS', '-m', '5', '--retry', '9', '--retry-connrefused', `http://localhost:${port}/`);
		expect([18_081, 18_082, 18_083].map(fetched)).toEqual(['docker\n', 'podman\n', `${box.name}-web-1\n`]);
		// From a container to those of the others, by the ports of the host.
		const asked = async (url: string) =>
			(await tsbox('exec', `${box.name}-job-1`, '--', 'curl', '-sS', '-m', '5', url)).out;
		const gateway = place.out('ip', '-4', '-o', 'address', 'show', 'docker0').match(/inet ([\d.]+)/)?.[1];
		expect(await asked(`http://${gateway}:18081/`)).toBe('docker\n');
		expect(await asked(`http://${gateway}:18082/`)).toBe('podman\n');
		// What is not ours is there, byte for byte.
		const table = /^table inet tsbox-\w+ \{\n(?:\t.*\n|\n)*\}\n/gm;
		expect(rules()).toMatch(table);
		expect(rules().replaceAll(table, '')).toBe(before);
		expect(await tsbox('down', '-t', '0', box.name)).toMatchObject({status: 0});
		expect(rules()).toBe(before);
		expect(links().length).toBe(linksBefore.length);
		expect(left(box)).toEqual([]);
	});
});
