import {readFileSync} from 'node:fs';
import {PassThrough, Writable} from 'node:stream';
import type {RunEvent} from '../../src/execute/event.ts';
import type {ExecuteContext} from '../../src/execute/execute-context.ts';
import {openJournal} from '../../src/execute/journal.ts';
import {loadFacts} from '../../src/host/facts/saved-facts.ts';
import type {RunningProgram, RunResult} from '../../src/host/host.ts';
import {askReady} from '../../src/step/script/gate-script.ts';
import {skipAnswer} from '../../src/step/script/init-script.ts';
import type {Plan, Step} from '../../src/step/verbs/step.ts';
import {type RecordingAnswers, type RecordingHost, recordingHost} from './recording-host.ts';

const cgroup = '/sys/fs/cgroup/tsbox/demo';
const layer = '/store/layers/demo';
/** The state folder of the sample. */
export const conf = '/run/tsbox/containers/demo';

/** The host facts of the sample. */
export const sampleFacts = loadFacts(
	readFileSync(new URL('../facts/v2-bookworm.json', import.meta.url), 'utf8'),
	'v2-bookworm.json',
);

function step(rest: Pick<Step, 'id' | 'side' | 'action'> & Partial<Step>): Step {
	return {
		phase: 'process',
		title: `do ${rest.id}`,
		why: '',
		man: 'sh(1)',
		object: null,
		undo: {kind: 'none', reason: 'a sample'},
		checks: [],
		...rest,
	};
}

/** A plan with each kind of step on the host side, and the shortest container side. */
export const smallPlan: Plan = {
	schema: 1,
	name: 'demo',
	spec: 'demo.yaml',
	namespaces: ['mount', 'pid'],
	executor: 'commands',
	warnings: [],
	protections: [],
	steps: [
		step({
			id: 'rootfs.layer',
			side: 'before',
			action: {kind: 'mkdir', paths: [`${layer}/upper`, `${layer}/root`], mode: 0o755},
			undo: {kind: 'removeTree', path: layer},
			checks: [{kind: 'folder', path: `${layer}/root`}],
		}),
		step({
			id: 'rootfs.folders',
			side: 'before',
			action: {kind: 'plainFolders', roots: [`${layer}/upper`], names: ['proc']},
		}),
		step({
			id: 'cgroup.make',
			side: 'before',
			action: {kind: 'mkdir', paths: [cgroup], mode: 0o755},
			undo: {
				kind: 'removeCgroups',
				paths: [cgroup],
				parents: ['/sys/fs/cgroup/tsbox'],
				kill: {kind: 'cgroup.kill', path: cgroup},
			},
			checks: [{kind: 'folder', path: cgroup}],
		}),
		step({
			id: 'cgroup.memory',
			side: 'before',
			action: {kind: 'write', path: `${cgroup}/memory.max`, value: '4096'},
			checks: [{kind: 'value', path: `${cgroup}/memory.max`, equals: '4096'}],
		}),
		step({
			id: 'namespaces.start',
			side: 'before',
			action: {
				kind: 'start',
				users: [],
				cgroups: [`${cgroup}/cgroup.procs`],
				unshare: ['--mount', '--pid', '--fork'],
				tty: false,
			},
			undo: {kind: 'stop', kill: {kind: 'cgroup.kill', path: cgroup}},
			checks: [{kind: 'cgroups', members: [{controller: '', cgroup: '/tsbox/demo', path: cgroup}]}],
		}),
		step({
			id: 'mounts.before',
			side: 'inside',
			action: {kind: 'mountTable', name: 'before', place: 'host', rows: []},
			checks: [{kind: 'mount', target: '/', type: 'overlay', options: ['nodev']}],
		}),
		step({
			id: 'uts.hostname',
			side: 'inside',
			action: {kind: 'write', path: '/proc/sys/kernel/hostname', value: 'demo'},
			checks: [{kind: 'readBack', path: '/proc/sys/kernel/hostname', equals: 'demo'}],
		}),
		step({
			id: 'process.privileges',
			side: 'inside',
			action: {
				kind: 'dropPrivileges',
				keepGroups: false,
				landlock: [],
				filter: null,
				args: [],
				ids: {uid: 5, gid: 6, groups: [6]},
			},
			checks: [{kind: 'status', fields: {Uid: '5 5 5 5', NoNewPrivs: '1'}}],
		}),
		step({
			id: 'process.exec',
			side: 'inside',
			action: {kind: 'exec', cwd: '/', args: ['sh'], env: ['PATH=/bin'], init: 'none'},
		}),
	],
};

function stat(pid: number): string {
	return `${pid} (a) b) S ${'0 '.repeat(18)}777 0\n`;
}

/** The files before the start. What /proc shows of process 42 matches the plan. */
const before: Readonly<Record<string, string>> = {
	'/store/layers': 'dir',
	[conf]: 'dir',
	'/sys/fs/cgroup/cgroup.procs': '',
	'/proc/1000/stat': stat(1000),
	'/proc/42/stat': stat(42),
	'/proc/42/cgroup': '0::/tsbox/demo\n',
	'/proc/42/mountinfo': '60 1 0:1 / / rw,nodev,relatime - overlay overlay rw,lowerdir=/\n',
	'/proc/42/status': 'Name:\tsh\nUid:\t5\t5\t5\t5\nNoNewPrivs:\t1\n',
};

/** What a sample container does differently from a correct one. */
export interface SampleBehaviour {
	readonly files?: Readonly<Record<string, string>>;
	/** The output of the container side before it waits at the gate. */
	readonly says?: string;
	/** The answer of the gate shell to the last command. */
	readonly answers?: string;
	readonly ended?: Awaited<RunningProgram['ended']>;
	readonly signal?: AbortSignal;
	/** The result of each program. */
	readonly run?: Partial<RunResult>;
	/** Waits for an empty line or `skip` after each `@begin`, like the container side of a held start. */
	readonly answersHold?: boolean;
	/** Called with each text that is written to the gate, before its answer. */
	readonly onGate?: (text: string) => void;
}

const usual = `@pid 42
@begin mounts.before
@begin uts.hostname
@value /proc/sys/kernel/hostname demo
@begin process.privileges
`;

/** An in-memory machine that can execute a plan, and its recorded events. */
export interface SampleContainer {
	readonly host: RecordingHost;
	readonly context: ExecuteContext;
	readonly events: readonly RunEvent[];
	/** Texts written to the gate. */
	readonly gate: readonly string[];
}

/** Makes such a machine. Its cgroupfs makes and removes its own files, and a killed process is gone. */
export function sampleContainer(behaviour: SampleBehaviour = {}): SampleContainer {
	const events: RunEvent[] = [];
	const gate: string[] = [];
	const answers: RecordingAnswers = {
		run: () => behaviour.run ?? {},
		born: folder =>
			folder.startsWith('/sys/fs/cgroup/') ? {'cgroup.procs': '', 'cgroup.kill': '', 'memory.max': 'max\n'} : {},
		kill: pid => {
			host.removeTree(`/proc/${pid}`);
			return true;
		},
	};
	const host = recordingHost({...before, ...behaviour.files}, answers);
	const launch = async (argv: readonly string[]): Promise<RunningProgram> => {
		host.start(argv, {stdio: []});
		const status = new PassThrough();
		const writable = new Writable({
			write: (chunk: Buffer, _encoding, done) => {
				const text = chunk.toString();
				gate.push(text);
				behaviour.onGate?.(text);
				if ((text === '\n' || text === `${skipAnswer}\n`) && behaviour.answersHold === true) return done();
				if (text === askReady) status.write('@ready\n');
				else status.end(behaviour.answers ?? '@exec\n');
				done();
			},
		});
		status.write(behaviour.says ?? usual);
		if (behaviour.says !== undefined && !behaviour.says.includes('process.privileges')) status.end();
		return {
			pid: 1000,
			pipes: [null, null, null, status, writable],
			ended: Promise.resolve(behaviour.ended ?? {exitCode: 0, signal: undefined, startError: undefined}),
		};
	};
	const context: ExecuteContext = {
		host,
		facts: sampleFacts,
		signal: behaviour.signal ?? new AbortController().signal,
		unpack: async () => {},
		pull: async () => {},
		copyMapped: async () => {},
		fillVolume: async () => {},
		journal: openJournal(host, conf),
		emit: event => void events.push(event),
		conf,
		launch,
		onProcess: async () => {},
		onChecked: () => {},
	};
	return {host, context, events, gate};
}
