import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {egressId} from '../../src/container/plan/resolve-egress.ts';
import {tableOf} from '../../src/plan/network/nft-text.ts';
import {type TestBox, testBox} from './box.ts';
import {bringUp, isAble, left, nameServers, sleeps, stack, unusedPort} from './network-stack.ts';

/* `drift` sees what somebody took away from the networks of a container. */

const run = (program: string, ...words: readonly string[]): string =>
	execFileSync(program, words, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});

/** What differs in a container, without the titles of the steps. */
async function drifts(box: TestBox, container: string): Promise<readonly string[]> {
	const {status, out, err} = await box.tsbox(['drift', '--json', `${box.name}-${container}-1`]);
	const {differences} = JSON.parse(out) as {differences: readonly {stepId: string; problem: string}[]};
	expect({status, err}).toEqual({status: differences.length === 0 ? 0 : 1, err: ''});
	return differences.map(({stepId, problem}) => `${stepId}: ${problem}`);
}

interface Net {
	readonly bridge: string;
	readonly subnets: readonly {readonly gateway: string}[];
}

async function networkOf(box: TestBox, name: string): Promise<Net> {
	return JSON.parse((await box.tsbox(['network', 'inspect', `${box.name}_${name}`])).out) as Net;
}

/** The end of a cable on a bridge. */
function cableOn(bridge: string): string {
	const [link] = JSON.parse(run('ip', '-json', 'link', 'show', 'master', bridge)) as readonly {ifname: string}[];
	return link?.ifname ?? '';
}

describe.runIf(isAble)('drift of networks', () => {
	test('a rule, an element, a published port, an address and a link that somebody took away are told', async () => {
		await using box = await testBox();
		const port = await unusedPort();
		const spec = stack(
			box,
			{web: `${sleeps}networks: [one, two]\nports: ["${port}:80"]\n`, job: `${sleeps}networks: [three]\n`},
			'networks: {one: {enable_ipv6: true}, two: {internal: true}, three: {}}\n',
		);
		await bringUp(box, spec);
		const table = tableOf(join(box.folder, 'state'));
		const [one, two] = await Promise.all(['one', 'two'].map(name => networkOf(box, name)));
		if (one === undefined || two === undefined) throw new Error('no networks');
		const id = (name: string, step: string): string => `network.${box.name}_${name}.${step}`;
		const nft = (command: string): string => run('nft', command.replace('TABLE', table));
		expect(await drifts(box, 'web')).toEqual([]);

		nft(`delete element TABLE ports4 { tcp . ${port} }`);
		expect(await drifts(box, 'web')).toEqual([
			expect.stringMatching(`^network.rules: the map ports4 of the table ${table} has no element tcp . ${port} : `),
		]);
		expect(await drifts(box, 'job')).toEqual([]);

		nft(`delete element TABLE internal { "${two.bridge}" }`);
		nft('flush chain TABLE guard');
		nft('add rule TABLE forward accept');
		expect((await drifts(box, 'web')).slice(0, 1)).toEqual([
			`${id('two', 'bridge')}: the set internal of the table ${table} has no element ${two.bridge}`,
		]);
		expect(await drifts(box, 'job')).toEqual([
			`network.rules: 1 of the 1 rules of the chain guard of the table ${table} are missing`,
			`network.rules: the chain forward of the table ${table} has rules that no step made, or in another order`,
		]);

		nft('delete table TABLE');
		expect(await drifts(box, 'job')).toEqual([
			`${id('three', 'bridge')}: there is no table ${table}`,
			`network.rules: there is no table ${table}`,
		]);

		const gateways = one.subnets.map(({gateway}) => gateway);
		expect(gateways).toHaveLength(2);
		for (const each of gateways)
			run('ip', 'address', 'del', `${each}/${each.includes(':') ? 64 : 24}`, 'dev', one.bridge);
		run('ip', 'link', 'set', two.bridge, 'down');
		expect(await drifts(box, 'web')).toEqual(
			expect.arrayContaining([
				`${id('one', 'bridge')}: ${one.bridge} does not have the address ${gateways[0]}/24 and ${gateways[1]}/64`,
				`${id('two', 'bridge')}: ${two.bridge} is down`,
			]),
		);

		const cable = cableOn(one.bridge);
		run('ip', 'link', 'set', cable, 'nomaster');
		expect(await drifts(box, 'web')).toContain(`${id('one', 'link')}: ${cable} is not on ${one.bridge}`);
		run('ip', 'link', 'del', cable);
		run('ip', 'link', 'del', two.bridge);
		expect(await drifts(box, 'web')).toEqual(
			expect.arrayContaining([
				`${id('one', 'link')}: it has no eth0`,
				`${id('one', 'link')}: there is no network device ${cable}`,
				`${id('two', 'bridge')}: there is no network device ${two.bridge}`,
			]),
		);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('who comes too late for a subnet takes nothing away from the network that has it', async () => {
		await using box = await testBox();
		const late = box.file('late.yaml', `name: ${box.name}-late\nrootfs: host\nnetworks: [default]\n${sleeps}`);
		const {out} = await box.tsbox(['compile', late]);
		const [subnet = ''] = /10\.89\.\d+\.0\/24/.exec(out) ?? [];
		const networks = `networks: {default: {ipam: {config: [{subnet: ${subnet}}]}}}\n`;
		await bringUp(box, stack(box, {web: sleeps}, networks));
		expect(await drifts(box, 'web')).toEqual([]);
		expect(spawnSync('sh', [box.file('late.sh', out)], {encoding: 'utf8'}).status).not.toBe(0);
		expect(await drifts(box, 'web')).toEqual([]);
		const claim = join(box.folder, 'state/networks/.subnets', subnet.replace('/', '-'));
		expect(readFileSync(claim, 'utf8')).toBe(`${box.name}_default\n`);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test.runIf(existsSync('/usr/sbin/dnsmasq'))(
		'what is missing of an egress, and a name server that has ended, are told',
		async () => {
			await using box = await testBox();
			const spec = stack(box, {
				job: `${sleeps}dns: [192.0.2.1]\negress: [api.example.com:443, 192.0.2.7]\n`,
				other: `${sleeps}egress: []\n`,
			});
			await bringUp(box, spec);
			const state = join(box.folder, 'state');
			const [table, mark] = [tableOf(state), egressId(state, `${box.name}-job-1`)];
			const egress = `network.${box.name}_default.egress`;
			for (const each of ['job', 'other']) expect(await drifts(box, each)).toEqual([]);

			// What dnsmasq and packets add is nothing that a step made.
			run('nft', `add element ${table} egress-${mark}-n0-4 { 192.0.2.9 }`);
			expect(await drifts(box, 'job')).toEqual([]);

			run('nft', `delete element ${table} egress-${mark}-all4 { 192.0.2.7 }`);
			expect(await drifts(box, 'job')).toEqual([
				`${egress}: the set egress-${mark}-all4 of the table ${table} has no element 192.0.2.7`,
			]);
			run('nft', `flush chain ${table} egress-${mark}`);
			run('nft', `flush map ${table} egress4`);
			const guard = table.replace('inet', 'bridge');
			run('nft', `flush set ${guard} guarded`);
			for (const pid of nameServers(box, `${box.name}-job-1`)) process.kill(pid, 'SIGKILL');
			expect(await drifts(box, 'job')).toEqual([
				expect.stringMatching(
					`^${egress}: the map egress4 of the table ${table} has no element [\\d.]+ : goto egress-`,
				),
				`${egress}: the set egress-${mark}-all4 of the table ${table} has no element 192.0.2.7`,
				expect.stringMatching(
					`^${egress}: \\d+ of the \\d+ rules of the chain egress-${mark} of the table ${table} are`,
				),
				expect.stringMatching(`^${egress}: the set guarded of the table ${guard} has no element tsb`),
				'network.resolver: its dnsmasq has ended',
			]);
			run('nft', `delete table ${guard}`);
			expect(await drifts(box, 'other')).toEqual(expect.arrayContaining([`${egress}: there is no table ${guard}`]));
			await box.tsbox(['down', '-t', '0', box.name]);
			expect(left(box)).toEqual([]);
		},
	);
});
