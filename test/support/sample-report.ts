import type {StartReport} from '../../src/state/start-report.ts';
import {samplePlan} from './sample-plan.ts';

/** The report of a successful start. */
export const startedReport: StartReport = {
	schema: 1,
	plan: samplePlan,
	startedAt: 1000,
	ms: 41,
	outcome: 'started',
	steps: {
		'cgroup.memory': {status: 'done', ms: 0.4},
		'namespaces.start': {status: 'done', ms: 12},
		'mounts.table': {status: 'done', ms: 8},
	},
};

/** The report of a start whose second step failed, and which was rolled back. */
export const failedReport: StartReport = {
	...startedReport,
	outcome: 'failed',
	steps: {
		'cgroup.memory': {status: 'undone'},
		'namespaces.start': {
			status: 'failed',
			ms: 3,
			message: 'could not start the first process in new namespaces',
			output: 'unshare: unshare failed: Operation not permitted\n\u001b[2Jsecond\tline\n',
		},
	},
	error: {
		code: 'E_STEP_FAILED',
		message: 'could not start the first process in new namespaces',
		why: 'the kernel does not let this user make namespaces',
		hint: 'run it as root, or set kernel.unprivileged_userns_clone to 1, and see `tsbox doctor` for what this machine lacks',
		output: 'unshare: unshare failed: Operation not permitted',
	},
};
