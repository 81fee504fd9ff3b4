import type {StepSnapshot} from '../../src/records/run-snapshots.ts';
import type {ShownRun} from '../../src/records/show-run.ts';
import {sampleShownRun} from './sample-shown-run.ts';
import {sampleSnapshot} from './sample-snapshot.ts';

const [hostname] = sampleShownRun.run.steps;

/** A record whose second step has set the host name of its first process. */
export function sampleSteps(): ShownRun {
	const {run} = sampleShownRun;
	const snapshots: readonly StepSnapshot[] = [
		{step: null, snapshot: sampleSnapshot(), changes: []},
		{step: 'cgroup.make', snapshot: sampleSnapshot(), changes: []},
		{
			step: 'uts.hostname',
			snapshot: sampleSnapshot({pid: 9, nspid: [9, 1], hostname: 'demo'}),
			changes: [{area: 'hostname', sign: '~', text: 'host -> demo'}],
		},
	];
	const [, exec] = run.steps;
	const make = {
		...hostname,
		id: 'cgroup.make',
		title: 'make the cgroup',
		command: 'mkdir /a \\\n\t/b',
		why: 'It counts.',
	};
	return {...sampleShownRun, run: {...run, steps: [make, hostname, exec] as never}, snapshots};
}
