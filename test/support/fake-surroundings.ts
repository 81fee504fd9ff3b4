import {signalOf} from '../../src/errors/interruption.ts';
import type {HostFacts} from '../../src/host/facts.ts';
import type {OciConfig} from '../../src/oci/config.ts';
import type {Host} from '../../src/host/host.ts';
import type {Service} from '../../src/spec/model/project.ts';
import {sampleRunDifference, sampleShownRun} from './sample-shown-run.ts';
import {sampleStats} from './sample-stats.ts';
import {samplePlan} from './sample-plan.ts';
import {sampleHeldStep, sampleRun} from './sample-run.ts';
import type {EngineApi} from '../../src/cli/verb/engine.ts';
import type {PlannedContainer} from '../../src/container/machine/planned-container.ts';
import type {Machine} from '../../src/container/machine/machine.ts';
import type {Io, StandardStream} from '../../src/cli/verb/io.ts';
import {main} from '../../src/cli/main.ts';

/** The result of a command line. */
export interface Outcome {
	readonly status: number;
	readonly out: string;
	readonly err: string;
	/** Engine calls: the name, and the arguments after the machine. */
	readonly calls: readonly (readonly [name: string, ...args: unknown[]])[];
	/** The files after the command. */
	readonly files: Readonly<Record<string, string>>;
}

/** What a test can set. */
export interface Surroundings {
	readonly engine?: Partial<EngineApi>;
	readonly env?: Readonly<Record<string, string>>;
	readonly terminals?: readonly StandardStream[];
	readonly files?: Readonly<Record<string, string>>;
	/** The line that each read returns after `lines`. */
	readonly line?: string;
	/** The lines that the first reads return. */
	readonly lines?: readonly string[];
	/** Signals that arrive as soon as there is a listener. */
	readonly signals?: readonly ('SIGINT' | 'SIGTERM')[];
}

const now = 1_000_000;
const service = {
	service: 'demo',
	name: 'demo',
	origins: {mem_limit: {kind: 'file', file: '/home/demo.yaml', line: 4, column: 12}, stop_signal: {kind: 'default'}},
	ports: [],
} as unknown as Service;
const project = {name: 'demo', file: '/home/demo.yaml', services: [service]};

const end = {exitCode: 0, signal: null};
const container = {
	name: 'demo',
	state: 'running',
	pid: 1234,
	command: ['sh'],
	spec: '/home/demo.yaml',
	image: 'host',
	started: now - 5000,
};

/** The container of each plan. */
function planned(): PlannedContainer {
	return {project, service, made: service, image: {kind: 'host'}, config: {} as OciConfig, plan: samplePlan};
}

/** Results of engine calls that do nothing else. All other calls return undefined. */
const results: {readonly [Name in keyof EngineApi]?: Awaited<ReturnType<EngineApi[Name]>>} = {
	planContainer: planned(),
	compilePlan: '#!/bin/sh\n',
	listRuns: [],
	showRun: sampleShownRun,
	removeRun: sampleShownRun.run.id,
	exportRun: '/home/run.tar.gz',
	importRun: sampleShownRun.run.id,
	importableRuns: ['/home/x.tar.gz'],
	diffRuns: sampleRunDifference,
	execIn: end,
	list: [container],
	inspect: {name: 'demo'},
	drift: {differences: [], checked: 31, unchecked: []},
	makeLock: {file: '/home/tsbox.lock', text: '{}\n', services: ['demo'], notLocked: [], updates: []},
	checkLock: {file: '/home/tsbox.lock', services: ['demo'], differences: [], notLocked: [], images: {}},
	verify: {
		runs: 3,
		reproducible: false,
		exitCode: 0,
		differences: [{path: '/out/app', what: 'bytes', offset: 40, one: '"a"', other: '"b"', run: 2}],
		diffoscope: null,
		coverage: {varied: [], notVaried: []},
	},
	gc: {removed: ['old']},
	listVolumes: [],
	inspectVolume: {
		name: 'shop_data',
		project: 'shop',
		volume: 'data',
		labels: {},
		container: null,
		root: 0,
		created: now - 5000,
		path: '/store/volumes/shop_data/_data',
		usedBy: [],
	},
	pruneVolumes: ['shop_data'],
	listNetworks: [],
	inspectNetwork: {
		name: 'shop_default',
		project: 'shop',
		driver: 'bridge',
		internal: false,
		attachable: false,
		subnets: [{subnet: '10.89.0.0/24', gateway: '10.89.0.1', ipRange: null, auxAddresses: {}}],
		parent: null,
		bridge: 'tsb-0a1b2c3d',
		mtu: null,
		labels: {},
		created: null,
		containers: [],
	},
	networkGraph: [],
	testNetwork: [{hop: 'name', state: 'failed', text: 'db is not known in web'}],
	createNetwork: ['10.89.0.0/24'],
	pruneNetworks: ['shared'],
	removeProjectVolumes: {removed: ['shop_data'], kept: []},
	listImages: [],
	signalContainer: {pending: false},
	wait: 7,
	rename: 'demo',
	updateLimits: {warnings: []},
	pruneStore: {
		removed: [{kind: 'archive', names: ['/srv/a.tar'], digest: 'sha256:12'}],
		parts: 0,
		bytes: 2048,
		cached: 0,
	},
	removeImage: {untagged: ['docker.io/library/nginx:1.27'], digest: 'sha256:34', bytes: 1},
	imageReference: 'docker.io/library/nginx:1.27',
	pullNamed: {name: 'docker.io/library/nginx:1.27', digest: 'sha256:34', manifest: 'sha256:34', isSame: false},
	tagImage: 'localhost:5000/web:1',
	imageHistory: [{layer: 1, diffId: 'sha256:56', bytes: 4096, created: now - 5000, createdBy: 'COPY . /', comment: ''}],
	ports: {hostNetwork: true, isPublished: false, open: [], asked: [], unread: false},
	top: [],
	copyIn: '',
	copyOut: '',
	diff: {changes: [{change: 'A', path: '/new'}], unread: []},
	projectTarget: {project: 'demo', services: []},
	knownNames: ['demo', 'web'],
	attachTo: {kind: 'ended', exitCode: 3},
};

/** Runs a command line in this process, with an engine that only records its calls. */
export async function tsbox(line: string | readonly string[], surroundings: Surroundings = {}): Promise<Outcome> {
	const argv = typeof line === 'string' ? line.split(' ').filter(word => word !== '') : line;
	const calls: [string, ...unknown[]][] = [];
	const files: Record<string, string> = {'/package/package.json': '{"version": "1.2.3"}', ...surroundings.files};
	const lines = [...(surroundings.lines ?? [])];
	let out = '';
	let err = '';
	const readFile = (path: string): string => files[path] ?? fail(`ENOENT: no such file, open '${path}'`, 'ENOENT');
	const io: Io = {
		env: surroundings.env ?? {},
		cwd: '/home',
		own: {program: '/package/bin/tsbox', read: path => readFile(`/package/${path}`), folder: () => '/package'},
		out: text => void (out += text),
		page: async text => void (out += `${surroundings.terminals === undefined ? '' : '(paged)'}${text}`),
		err: text => void (err += text),
		bytes: (stream, bytes) => void (stream === 'stdout' ? (out += Buffer.from(bytes)) : (err += Buffer.from(bytes))),
		room: async () => undefined,
		isTerminal: stream => surroundings.terminals?.includes(stream) ?? false,
		columns: () => 80,
		rows: () => 24,
		onReaderGone: () => () => undefined,
		onOutputFailed: () => () => undefined,
		now: () => now,
		readFile,
		writeFile: (path, text, replace) => {
			if (path in files && !replace) fail(`EEXIST: file exists, open '${path}'`, 'EEXIST');
			files[path] = text;
		},
		readLine: async () => lines.shift() ?? surroundings.line,
		runOnTerminal: async words => {
			calls.push(['runOnTerminal', ...words]);
			return 0;
		},
		onSignal: callback => {
			for (const signal of surroundings.signals ?? []) callback(signal);
			return () => undefined;
		},
		screen: () => fail('no screen', 'ENOTTY'),
	};
	const status = await main(argv, io, fakeEngine(calls, surroundings.engine));
	return {status, out, err, calls, files};
}

function reasonOf(signal: AbortSignal): string | undefined {
	return signal.aborted ? signalOf(signal) : undefined;
}

function fail(message: string, code: string): never {
	throw Object.assign(new Error(message), {code});
}

/** Records each call and returns its result in {@link results}. `own` has calls of the test. */
function fakeEngine(calls: [string, ...unknown[]][], own: Partial<EngineApi> | undefined): EngineApi {
	const machine: Machine = {
		host: {} as Host,
		dirs: {store: '/store', state: '/state'},
		facts: {schema: 1} as HostFacts,
		limits: {},
		bestEffort: false,
	};
	const others: Partial<EngineApi> = {
		toolConfig: async () => ({limits: {}, bestEffort: false, origin: null}),
		openMachine: async options => {
			calls.push(['openMachine', options]);
			return machine;
		},
		openFolders: async options => {
			calls.push(['openFolders', options]);
			return machine;
		},
		loadProject: async request => {
			calls.push(['loadProject', request]);
			return project;
		},
		keptPlan: async () => undefined,
		forgetPlans: async () => {},
		openPlanned: async (options, {words}) => {
			calls.push(['openPlanned', options, words]);
			return {machine, planned: planned()};
		},
		up: async (_, __, {signal, force, emit, hold, ...rest}) => {
			calls.push(['up', {...rest, stop: reasonOf(signal), force: reasonOf(force)}]);
			for (const event of sampleRun) {
				const answer = event.type === 'step.started' ? await hold?.(sampleHeldStep(event.id)) : 'do';
				emit(answer === 'skip' && 'id' in event ? {type: 'step.skipped', at: event.at, id: event.id} : event);
			}
			return end;
		},
		replay: async (_, word) => {
			calls.push(['replay', word]);
			return {exitCode: 4, signal: null};
		},
		findService: async (_, name, command) => ({name, command}),
		watchList: async function* () {
			calls.push(['watchList']);
			yield [container];
			yield [container, {...container, name: 'old', state: 'exited'}];
			yield [];
		},
		stats: async function* (_, ...args) {
			calls.push(['stats', ...args]);
			yield [sampleStats];
			yield [sampleStats];
		},
		upDetached: async (_, {signal, emit, ...rest}) => {
			calls.push(['upDetached', {...rest, stop: reasonOf(signal)}]);
			emit({type: 'service.started', at: now, service: 'demo', pid: 1234});
			return [
				{service: 'demo', name: 'demo', status: 'running', health: 'none', exitCode: null, restarts: 0, pid: 1234},
			];
		},
		upAttached: async (_, {signal, force, emit, isShown, output, stopping, ...rest}) => {
			calls.push(['upAttached', {...rest, shown: ['demo', 'web'].filter(service => isShown(service) ?? true)}]);
			if (signal.aborted) stopping({signal: signalOf(signal)});
			emit({type: 'service.started', at: now, service: 'web', pid: 1234});
			output.write({service: 'web', stream: 'stdout', at: now, bytes: Buffer.from('hello\n')});
			output.write({service: 'web', stream: 'stderr', at: now, bytes: Buffer.from('oh\n')});
			await output.room('stdout');
			const forced = force.aborted ? {exitCode: 137} : {exitCode: 3};
			return signal.aborted ? {...forced, signal: signalOf(signal)} : forced;
		},
		askProject: async (_, name, request, program, onEvent) => {
			calls.push(['askProject', name, request, program]);
			onEvent?.({type: 'service.removed', at: now, service: 'demo'});
			return [];
		},
		...own,
	};
	return new Proxy(others, {
		get: (_, name: keyof EngineApi) =>
			others[name] ??
			(async (_: unknown, ...args: readonly unknown[]) => {
				calls.push([name, ...args]);
				return results[name];
			}),
	}) as EngineApi;
}
