import {describe, expect, test} from 'vitest';
import {testBox} from './box.ts';
import {isAble, sleeps, stack} from './network-stack.ts';

/* The labels that Compose sets, and what is found by them. */

type Labels = Readonly<Record<string, string>>;

describe.runIf(isAble)('labels', () => {
	test('containers, networks and volumes show the labels of Compose, and are found by them', async () => {
		await using at = await testBox();
		const spec = stack(
			at,
			{
				web: `${sleeps}labels: {team: shop}\nvolumes: ["data:/data"]\ndepends_on: [db]\n`,
				db: `${sleeps}scale: 2\n`,
			},
			'networks: {default: {labels: {team: net}}}\nvolumes: {data: {labels: {team: disk}}}\n',
		);
		expect(await at.tsbox(['up', '-d', spec])).toMatchObject({status: 0});
		const inspected = async (...words: readonly string[]): Promise<Labels> =>
			(JSON.parse((await at.tsbox(words)).out) as {labels: Labels}).labels;
		const hash = expect.stringMatching(/^[0-9a-f]{64}$/);
		const version = (await at.tsbox(['--version'])).out.trim().replace('tsbox ', '');
		const own = {'com.docker.compose.project': at.name, 'com.docker.compose.version': version};
		const web = {
			...own,
			team: 'shop',
			'com.docker.compose.service': 'web',
			'com.docker.compose.config-hash': hash,
			'com.docker.compose.container-number': '1',
			'com.docker.compose.oneoff': 'False',
			'com.docker.compose.depends_on': 'db:service_started:false',
			'com.docker.compose.project.config_files': spec,
			'com.docker.compose.project.working_dir': at.folder,
		};
		expect(await inspected('inspect', `${at.name}-web-1`)).toMatchObject(web);
		expect(await inspected('network', 'inspect', `${at.name}_default`)).toMatchObject({
			...own,
			team: 'net',
			'com.docker.compose.network': 'default',
			'com.docker.compose.config-hash': hash,
		});
		expect(await inspected('volume', 'inspect', `${at.name}_data`)).toMatchObject({
			...own,
			team: 'disk',
			'com.docker.compose.volume': 'data',
			'com.docker.compose.config-hash': hash,
		});
		const found = async (verb: readonly string[], ...filters: readonly string[]): Promise<string> =>
			(await at.tsbox([...verb, '-q', ...filters.flatMap(each => ['--filter', `label=${each}`])])).out;
		const project = `com.docker.compose.project=${at.name}`;
		expect(await found(['ps'], project, 'com.docker.compose.container-number=2')).toBe(`${at.name}-db-2\n`);
		expect(await found(['ps'], 'team=shop')).toBe(`${at.name}-web-1\n`);
		expect(await found(['ps'], 'team=other')).toBe('');
		expect(await found(['network', 'ls'], 'com.docker.compose.network', project)).toBe(`${at.name}_default\n`);
		expect(await found(['volume', 'ls'], 'team', project)).toBe(`${at.name}_data\n`);
		expect(await at.tsbox(['ps', '--filter', 'team'])).toMatchObject({
			status: 2,
			err: expect.stringContaining('label=NAME'),
		});
		// What nothing has changed keeps running.
		expect((await at.tsbox(['up', '-d', spec])).err).toContain('web is up to date');
		// A supervisor that takes over knows the project as it was made.
		await at.tsbox(['kill', `${at.name}-web-1`]);
		await at.tsbox(['start', at.name, 'web']);
		expect(await inspected('inspect', `${at.name}-web-1`)).toMatchObject(web);
		await at.tsbox(['down', '-v', '-t', '0', at.name]);
	});
});

test('a file of one container has no labels of a project', async () => {
	await using at = await testBox();
	const spec = at.file('one.yaml', `name: ${at.name}\nrootfs: ${at.rootfs}\ncommand: [sleep, "600"]\nlabels: {a: b}\n`);
	await at.tsbox(['up', '-d', spec]);
	const [row] = JSON.parse((await at.tsbox(['ps', '--json'])).out) as readonly {labels: Labels}[];
	expect(row?.labels).toEqual({a: 'b'});
	await at.tsbox(['down', '-t', '0', at.name]);
	expect(at.leftovers()).toEqual([]);
});
