import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {blocksOf, fileOf} from '../docs-pages.ts';
import {has} from './engines.ts';
import {type Lan, lan, type Node} from './swarm.ts';
import {until} from './until.ts';

/* Docker Swarm on three nodes whose runtime is tsbox: the commands of docs/swarm.md, in their order. */

const page = blocksOf('docs/swarm.md');
const file = (name: string) => page.find(block => fileOf(block) === name)?.text ?? '';

/** The block of commands that has this text. */
function commands(text: string): string {
	const found = page.find(block => block.language === 'sh' && block.text.includes(text));
	if (found === undefined) throw new Error(`docs/swarm.md has no block with "${text}"`);
	return found.text;
}

describe.runIf(has('dockerd', 'docker', 'tini', 'ip'))('Swarm', () => {
	let cable: Lan;
	let nodes: readonly Node[];
	let first: Node;
	beforeAll(async () => {
		cable = await lan();
		nodes = [await cable.boot(1), await cable.boot(2), await cable.boot(3)];
		first = nodes[0] as Node;
	});
	afterAll(async () => {
		await cable?.[Symbol.asyncDispose]();
	});

	/** Types commands on a node. */
	const typed = ({place, docker}: Node, lines: string) =>
		place.out(
			'sh',
			'-ec',
			`docker() { command ${docker.line} "$@"; }\ntsbox() { ${docker.tsboxLine} "$@"; }\n${lines}`,
		);
	const say = (...words: readonly string[]) => first.docker.run(words).out.trim();
	/** `SERVICE RUNNING/WANTED` of each service. */
	const services = () => say('stack', 'services', '--format', '{{.Name}} {{.Replicas}}', 'lab').split('\n').toSorted();
	/** The nodes of the running containers of a service, by the ids of their tasks. */
	const tasks = (service: string) => {
		const format = '{{.ID}} {{.Node}} {{.CurrentState}}';
		const lines = say('service', 'ps', '--format', format, '-f', 'desired-state=running', service).split('\n');
		return new Map(
			lines.filter(line => line.includes('Running')).map(line => line.split(' ').slice(0, 2) as [string, string]),
		);
	};
	/** A field of the service `store`. */
	const field = (name: string) => say('service', 'inspect', '-f', `{{.${name}}}`, 'lab_store');
	const inside = ({docker}: Node, service: string, ...words: readonly string[]) =>
		docker.run(['exec', docker.run(['ps', '-qf', `name=${service}`]).out.split('\n')[0] ?? '', ...words]).out;
	const running = ({docker}: Node) => docker.run(['ps', '-q']).out.split('\n').filter(Boolean);
	/** So many containers run, each of them is tsbox's, and none differs from its plan. */
	const expectContainers = async (count: number) => {
		const all = () => nodes.reduce((sum, node) => sum + running(node).length, 0);
		await until(`${count} run`, () => all() === count);
		for (const node of nodes) {
			const names = typed(node, 'tsbox ps -q').split('\n').filter(Boolean);
			expect(names.toSorted()).toEqual(
				running(node)
					.map(id => `docker-${id}`)
					.toSorted(),
			);
			const said = typed(node, commands('tsbox drift'));
			expect(said.match(/^all \d+ checks agree$/gm) ?? []).toHaveLength(names.length);
		}
	};

	test('three nodes whose runtime is tsbox join one swarm', () => {
		expect(JSON.parse(file('daemon.json'))).toMatchObject({'default-runtime': 'tsbox', runtimes: {tsbox: {}}});
		for (const {docker} of nodes) expect(docker.run(['info', '-f', '{{.DefaultRuntime}}']).out).toBe('tsbox\n');
		typed(first, commands('swarm init'));
		say('swarm', 'update', '--dispatcher-heartbeat', '1s');
		const token = say('swarm', 'join-token', '-q', 'worker');
		for (const node of nodes.slice(1)) typed(node, commands('swarm join').replace('TOKEN', token));
		expect(say('node', 'ls', '--format', '{{.Hostname}} {{.Status}}').split('\n').toSorted()).toEqual([
			'node1 Ready',
			'node2 Ready',
			'node3 Ready',
		]);
	});

	test('a stack of three services runs on them', async () => {
		writeFileSync(join(first.place.folder, 'stack.yaml'), file('stack.yaml'));
		typed(first, commands('stack deploy'));
		await until('all run', () => services().join() === 'lab_asker 2/2,lab_store 3/3,lab_web 3/3');
		await expectContainers(8);
		expect([...tasks('lab_web').values()].toSorted()).toEqual(['node1', 'node2', 'node3']);
		for (const node of nodes) {
			expect(inside(node, 'lab_web', 'cat', '/www/index.html')).toBe('a page\n');
			const limits = ['memory/memory.limit_in_bytes', 'cpu/cpu.cfs_quota_us', 'pids/pids.max'];
			expect(inside(node, 'lab_web', 'cat', ...limits.map(name => `/sys/fs/cgroup/${name}`))).toBe(
				'33554432\n25000\n20\n',
			);
			// Over the overlay network, to the containers of each node.
			const found = inside(node, 'lab_web', 'nslookup', '-type=a', 'web').match(/^Address: .*/gm) ?? [];
			expect(found).toHaveLength(3);
			for (const address of found)
				expect(inside(node, 'lab_web', 'wget', '-qO-', `http://${address.slice(9)}/`)).toBe('a page\n');
			for (const number of [1, 2, 3])
				expect(node.place.out('curl', '-sS', '-m', '5', `http://192.0.2.${number}:8080/`)).toBe('a page\n');
		}
		await until('asker has found both', () =>
			/a page[^]*a password/.test(say('service', 'logs', '--raw', 'lab_asker')),
		);
	});

	test('an update replaces each container of a service, and is taken back', async () => {
		const before = tasks('lab_store');
		typed(first, commands('COLOR=blue'));
		await until('it is done', () => field('UpdateStatus.State') === 'completed');
		const after = tasks('lab_store');
		expect(after.size).toBe(3);
		expect([...after.keys()].filter(id => before.has(id))).toEqual([]);
		expect(field('Spec.TaskTemplate.ContainerSpec.Env')).toBe('[COLOR=blue]');
		await expectContainers(8);
		typed(first, commands('service rollback'));
		await until('it is taken back', () => field('UpdateStatus.State') === 'rollback_completed');
		expect(field('Spec.TaskTemplate.ContainerSpec.Env')).toBe('[]');
	});

	test('an update that fails is rolled back', async () => {
		typed(first, commands('/no/such/command'));
		await until('it is rolled back', () => field('UpdateStatus.State') === 'rollback_completed');
		expect(field('Spec.TaskTemplate.ContainerSpec.Args')).toContain('httpd');
		await until('all run', () => tasks('lab_store').size === 3);
		const failed = say('service', 'ps', '--no-trunc', '--format', '{{.Error}}', 'lab_store');
		expect(failed).toContain('/no/such/command');
		await expectContainers(8);
	});

	test('the containers of a lost node move to the others, and the node comes back without them', async () => {
		const [, , lost] = nodes;
		nodes = nodes.slice(0, 2);
		await lost?.place.off();
		await until('the node is down', () => /node3 +Down/.test(typed(first, commands('node ls'))));
		const moved = (name: string, count: number) => {
			const at = [...tasks(name).values()];
			return at.length === count && !at.includes('node3');
		};
		await until('its containers are elsewhere', () => moved('lab_store', 3) && moved('lab_asker', 2));
		await expectContainers(7);
		const back = await cable.boot(3);
		nodes = [...nodes, back];
		await until('a container runs on it', () => [...tasks('lab_web').values()].includes('node3'));
		await expectContainers(8);
		expect(back.docker.containers()).toHaveLength(1);
	});

	test('nothing of a stack stays', async () => {
		typed(first, commands('stack rm'));
		await until('no container is left', () => nodes.every(({docker}) => docker.run(['ps', '-aq']).out === ''));
		for (const {place, docker} of nodes) {
			expect(docker.containers()).toEqual([]);
			expect(place.cgroups()).toEqual([]);
		}
		typed(first, commands('node rm'));
	});
});
