import {readFileSync} from 'node:fs';
import {loadFacts} from '../../src/host/facts/saved-facts.ts';
import type {HostFacts} from '../../src/host/facts.ts';
import {type ImageFacts, lowerFolders, type OciImage} from '../../src/image/store/facts.ts';
import {extrasOf} from '../../src/oci/extras.ts';
import {toOciConfig} from '../../src/oci/lower.ts';
import type {PlanInput} from '../../src/plan/input/input.ts';
import {planContainer} from '../../src/plan/plan-container.ts';
import type {Service} from '../../src/spec/model/project.ts';
import type {Plan, Step} from '../../src/step/verbs/step.ts';

/** The machines with stored facts in test/facts. */
export const machines = ['v1-bookworm', 'v2-bookworm', 'v2-trixie'] as const;

/** The stored facts of a machine. */
export function savedFacts(machine: (typeof machines)[number]): HostFacts {
	const file = `${machine}.json`;
	return loadFacts(readFileSync(new URL(`../facts/${file}`, import.meta.url), 'utf8'), file);
}

/** The service of a spec that has a root filesystem and a command. */
export const sampleService: Service = {
	service: 'demo',
	name: 'demo',
	rootfs: {kind: 'archive', path: '/srv/rootfs.tar.gz'},
	entrypoint: [],
	command: ['sh'],
	environment: {},
	groupAdd: [],
	volumes: [],
	ports: [],
	readOnly: false,
	ulimits: [],
	sysctls: {},
	namespaces: ['mount', 'pid', 'uts', 'ipc', 'network', 'cgroup'],
	root: 'pivot',
	capAdd: [],
	capDrop: [],
	noNewPrivileges: true,
	security: {seccomp: {kind: 'default'}, systemPathsUnconfined: false},
	privileged: false,
	devices: [],
	init: false,
	stopSignal: 'SIGTERM',
	stopGraceMs: 10_000,
	labels: {},
	keep: false,
	origins: {},
};

/** An unpacked image. */
export const storedImage = {
	kind: 'archive',
	archive: '/srv/rootfs.tar.gz',
	digest: `sha256:${'ab'.repeat(32)}`,
	stored: true,
	path: `/var/lib/tsbox/images/${'ab'.repeat(32)}/rootfs`,
	bytes: 4_000_000,
} as const satisfies ImageFacts;

/** An image of a registry with this many layers, all in the store. */
export function layeredImage(count: number): OciImage {
	const hex = (number: number): string => (number + 1).toString(16).padStart(16, '0').padEnd(64, 'c');
	const digest = `sha256:${'ef'.repeat(32)}`;
	return {
		kind: 'image',
		reference: 'docker.io/library/web:1',
		digest,
		manifest: digest,
		config: `sha256:${'cd'.repeat(32)}`,
		layers: Array.from({length: count}, (_, number) => ({
			diffId: `sha256:${hex(number)}`,
			digest: `sha256:${hex(number + 1000)}`,
			size: 1_000_000,
			mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
			path: `/var/lib/tsbox/lower/${hex(number).slice(0, 16)}/fs`,
			stored: true,
		})),
		stored: true,
		bytes: count * 1_000_000,
		source: `docker://docker.io/library/web@${digest}`,
	};
}

/** Changes to {@link sampleService} on a v2 machine. */
export interface SampleChanges extends Partial<Omit<PlanInput, 'service' | 'config'>> {
	readonly service?: Partial<Service>;
}

/** The input of a plan for {@link sampleService} with changes. */
export function sampleInput({service: changed = {}, ...rest}: SampleChanges = {}): PlanInput {
	const service = {...sampleService, ...changed};
	const image = rest.image ?? storedImage;
	const tty = rest.tty ?? false;
	const facts = rest.facts ?? savedFacts('v2-bookworm');
	return {
		extras: extrasOf(service, facts.memory),
		config: toOciConfig({...service, tty}, lowerFolders(image)[0] ?? '/'),
		facts,
		sources: {},
		devices: {},
		volumes: [],
		folders: {store: '/var/lib/tsbox', state: '/run/tsbox'},
		spec: 'demo.yaml',
		bestEffort: false,
		executor: 'auto',
		map: null,
		hostRoot: [],
		hostView: {hidden: [], shown: []},
		storeLocked: [],
		toolsSealed: true,
		// One instruction, BPF_RET of SECCOMP_RET_ALLOW. No test of a plan depends on the filter.
		seccomp: {profile: 'default', filter: 'BgAAAAAA/38=', instructions: 1, notes: []},
		...rest,
		image,
		tty,
	};
}

/** The plan for a small service on a v2 machine with changes. */
export function samplePlan(changes: SampleChanges = {}): Plan {
	return planContainer(sampleInput(changes));
}

/** The step with this id. Throws if there is none. */
export function stepOf(plan: Plan, id: string): Step {
	const step = plan.steps.find(each => each.id === id);
	if (step === undefined) throw new Error(`no step ${id} among ${plan.steps.map(each => each.id).join(' ')}`);
	return step;
}

/** The rows of a mount table of the plan, as `SOURCE TARGET TYPE OPTIONS`. */
export function rowsOf(plan: Plan, id: string): readonly string[] {
	const {action} = stepOf(plan, id);
	if (action.kind !== 'mountTable') throw new Error(`${id} mounts nothing`);
	return action.rows.map(row => `${row.source} ${row.target} ${row.type} ${row.options.join(',')}`);
}

/** The limits that a plan writes to cgroup files before the start, by file name in the cgroup of the container. */
export function limitsOf(plan: Plan): Readonly<Record<string, string>> {
	return Object.fromEntries(
		plan.steps.flatMap(({phase, action}) =>
			phase === 'cgroup' &&
			action.kind === 'write' &&
			action.path.includes('/tsbox/demo/') &&
			!action.path.endsWith('/devices.deny')
				? [[action.path.split('/').at(-1) ?? '', action.value]]
				: [],
		),
	);
}
