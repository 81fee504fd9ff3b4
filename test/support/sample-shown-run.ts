import type {Service} from '../../src/spec/model/project.ts';
import type {RunDifference} from '../../src/records/diff-runs.ts';
import type {RunStep} from '../../src/records/run-record.ts';
import type {ShownRun} from '../../src/records/show-run.ts';

const step: RunStep = {
	id: 'uts.hostname',
	phase: 'hardening',
	title: 'set the hostname',
	command: 'echo demo > /proc/sys/kernel/hostname',
	status: 'done',
	startedAt: 1_000_010,
	ms: 2,
	output: '',
};

/** A run record as it is shown. */
export const sampleShownRun: ShownRun = {
	run: {
		schema: 1,
		id: '20261127t015033-1f0a9c',
		verb: 'run',
		name: 'demo',
		spec: '/home/demo.yaml',
		command: ['sh', '-c', 'echo hello > /out'],
		tty: false,
		bestEffort: false,
		image: {kind: 'archive', archive: '/home/app.tar', digest: `sha256:${'12'.repeat(32)}`, bytes: 2048},
		startedAt: 1_000_000,
		commandStartedAt: 1_000_040,
		commandEndedAt: 1_000_050,
		endedAt: 1_000_060,
		outcome: 'ended',
		end: {exitCode: 3, signal: null},
		warnings: [],
		steps: [step, {...step, id: 'process.exec', title: 'become the command', command: 'exec sh', startedAt: 1_000_020}],
		usage: {
			cpuNs: 12_000_000,
			setupCpuNs: 34_000_000,
			memoryPeak: 3_145_728,
			oomKills: 0,
			block: {readBytes: 0, writeBytes: 4096},
		},
		unread: [],
		lost: 0,
	},
	folder: '/store/runs/20261127t015033-1f0a9c',
	spec: {project: {name: 'demo', file: '/home/demo.yaml'}, service: {name: 'demo'} as Service},
	host: {},
	files: [
		{change: 'A', path: '/out', kind: 'file', mode: 0o644, size: 6, digest: `sha256:${'34'.repeat(32)}`},
		{change: 'D', path: '/etc/group', kind: null},
	],
	snapshots: [],
	logs: {
		stdout: {text: 'hello\n', size: 6, skipped: 0},
		stderr: {text: '', size: 0, skipped: 0},
	},
};

/** The difference between two runs. */
export const sampleRunDifference: RunDifference = {
	before: '20261127t015033-1f0a9c',
	after: '20261127t015034-77c2aa',
	steps: [],
	facts: [{what: 'kernel.release', before: '6.1', after: '6.18'}],
	timings: [{what: 'the command', before: 10, after: 2000}],
	files: [
		{
			path: '/out',
			before: {change: 'A', path: '/out', kind: 'file', mode: 0o644, size: 6, digest: 'sha256:1'},
			after: {change: 'A', path: '/out', kind: 'file', mode: 0o644, size: 7, digest: 'sha256:2'},
			firstByte: 5,
		},
	],
	end: null,
	logs: [{stream: 'stdout', firstByte: 0, sizes: [6, 6]}],
	outputsDiffer: true,
};
