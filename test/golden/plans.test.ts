import {readdirSync, readFileSync, realpathSync, statSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {expect, test} from 'vitest';
import type {PlannedContainer} from '../../src/container/machine/planned-container.ts';
import {renamed} from '../../src/container/plan/renamed.ts';
import {rangeMapOf, rootItself} from '../../src/host/id-map.ts';
import {type ImageFacts, lowerFolders} from '../../src/image/store/facts.ts';
import {extrasOf} from '../../src/oci/extras.ts';
import {toOciConfig} from '../../src/oci/lower.ts';
import type {HostView, SourceFacts} from '../../src/plan/input/input.ts';
import {planContainer} from '../../src/plan/plan-container.ts';
import type {Project, RootfsSource, Service} from '../../src/spec/model/project.ts';
import {loadProject} from '../../src/spec/project/load.ts';
import {stepCommand} from '../../src/step/verbs/command.ts';
import type {Plan} from '../../src/step/verbs/step.ts';
import {planJson} from '../../src/view/plan/plan-json.ts';
import {planTable} from '../../src/view/plan/plan-table.ts';
import {theme} from '../../src/view/text/theme.ts';
import {machines, savedFacts, storedImage} from '../support/sample-input.ts';

const folder = resolve(import.meta.dirname, '../../config/examples');
const examples = ['', 'learn/'].flatMap(below =>
	readdirSync(join(folder, below))
		.filter(name => name.endsWith('.yaml'))
		.map(name => `${below}${name.replace('.yaml', '')}`),
);
const archive = '/srv/rootfs.tar.gz';

/** What a host has of the list of config/host-hidden.json, in part. */
const hostView: HostView = {
	hidden: [
		{path: '/etc/shadow', kind: 'file', why: 'password hashes'},
		{path: '/home', kind: 'folder', mode: 0o755, why: "people's own files: keys, tokens, browser profiles"},
		{path: '/root', kind: 'folder', mode: 0o700, why: "root's own files: keys, tokens, shell history"},
		{path: '/var/lib/tsbox', kind: 'folder', why: 'other containers of tsbox: images, layers, volumes, records'},
	],
	shown: [],
};

/** The same for every checkout. */
function withoutCheckout(text: string): string {
	return text.replaceAll(folder, '/examples');
}

function serviceOf(example: string): Service {
	const [service] = loadProject({
		file: `${folder}/${example}.yaml`,
		cwd: folder,
		env: {ROOTFS: archive, TERM: 'xterm'},
		readText: path => (isThere(path) ? readFileSync(path, 'utf8') : undefined),
		kindOf: path =>
			path === archive ? 'file' : !isThere(path) ? undefined : statSync(path).isFile() ? 'file' : 'directory',
	}).services;
	if (service === undefined) throw new Error(`${example} has no service`);
	return service;
}

function isThere(path: string): boolean {
	return statSync(path, {throwIfNoEntry: false}) !== undefined;
}

function imageOf(rootfs: RootfsSource): ImageFacts {
	return rootfs.kind === 'directory' || rootfs.kind === 'host' ? rootfs : {...storedImage, stored: false};
}

function sourcesOf({volumes}: Service): Readonly<Record<string, SourceFacts>> {
	return Object.fromEntries(
		volumes.flatMap(volume =>
			volume.type === 'bind'
				? [[volume.source, {real: realpathSync(volume.source), kind: 'folder' as const, submounts: [], locked: []}]]
				: [],
		),
	);
}

function planOf(example: string, machine: (typeof machines)[number], service = serviceOf(example)): Plan {
	return plannedOf(example, machine, service).plan;
}

function plannedOf(example: string, machine: (typeof machines)[number], service: Service): PlannedContainer {
	const facts = savedFacts(machine);
	const isBare = service.profile === 'bare';
	const map = service.namespaces.includes('user') ? (isBare ? rootItself : rangeMapOf(facts)) : null;
	const image = imageOf(service.rootfs);
	const config = toOciConfig(service, lowerFolders(image)[0] ?? '/');
	const plan = planContainer({
		extras: extrasOf(service, facts.memory),
		config,
		facts,
		image,
		sources: sourcesOf(service),
		devices: {},
		volumes: [],
		folders: {store: '/var/lib/tsbox', state: '/run/tsbox'},
		spec: `${example}.yaml`,
		tty: service.tty ?? false,
		seccomp:
			isBare && service.security.seccomp.kind === 'unconfined'
				? null
				: {profile: 'default', filter: '', instructions: 0, notes: []},
		bestEffort: false,
		executor: 'auto',
		map,
		hostRoot: [],
		hostView: image.kind === 'host' ? hostView : {hidden: [], shown: []},
		storeLocked: [],
		toolsSealed: true,
	});
	const project = {file: `${example}.yaml`, name: example, services: [], volumes: []} as unknown as Project;
	return {project, service, made: service, image, config, plan};
}

function tableOf(plan: Plan): string {
	return withoutCheckout(
		planTable(plan, {
			columns: 160,
			theme: theme(false),
			width: text => text.length,
			commandOf: step => stepCommand(step, plan),
		}),
	);
}

test.each(machines.flatMap(machine => examples.map(example => [example, machine] as const)))(
	'the plan of %s on %s is the reviewed one',
	async (example, machine) => {
		await expect(tableOf(planOf(example, machine))).toMatchFileSnapshot(`${machine}/${example}.txt`);
	},
);

test.each(machines.flatMap(machine => examples.map(example => [example, machine] as const)))(
	'the plan of %s on %s under another name is what planning gives under that name',
	(example, machine) => {
		const under = (name: string): PlannedContainer => {
			const service = serviceOf(example);
			return plannedOf(example, machine, {...service, name, hostname: service.hostname ?? service.name});
		};
		const other = 'pool-abcdef0123-17';
		const isBare = serviceOf(example).profile === 'bare';
		expect(renamed(under('pool-0123456789-2'), other)).toEqual(isBare ? undefined : under(other));
	},
);

test('a plan as JSON is the reviewed one', async () => {
	const plan = planOf('learn/05-cgroup', 'v1-bookworm');
	const json = withoutCheckout(planJson(plan, step => stepCommand(step, plan)));
	await expect(json).toMatchFileSnapshot('v1-bookworm/learn/05-cgroup.json');
});

test.each(examples)('the plan of %s is made twice with the same bytes', example => {
	const [one, two] = [planOf(example, 'v2-trixie'), planOf(example, 'v2-trixie')];
	expect(JSON.stringify(two)).toBe(JSON.stringify(one));
});

test('each reviewed plan is of an example that is there', () => {
	const reviewed = machines.flatMap(machine => examples.map(name => `${machine}/${name}.txt`));
	const kept = readdirSync(import.meta.dirname, {recursive: true, encoding: 'utf8'});
	expect(kept.filter(name => name.endsWith('.txt') && !name.startsWith('images/') && !reviewed.includes(name))).toEqual(
		[],
	);
});
