import {expect, test} from 'vitest';
import {sampleShownRun} from '../../../test/support/sample-shown-run.ts';
import {sampleSteps} from '../../../test/support/sample-steps.ts';
import {theme} from '../text/theme.ts';
import {stepsText} from './steps-text.ts';

const look = {columns: 60, theme: theme(false), width: (text: string) => text.length};

test('each step has its command, its why, and what changed', () => {
	expect(stepsText(sampleSteps(), look)).toMatchInlineSnapshot(`
		"demo, run 20261127t015033-1f0a9c: 3 steps

		1/3 make the cgroup  done, 2 ms
		  mkdir /a \\
		  	/b
		  It counts.
		  nothing changed that a snapshot shows

		2/3 set the hostname  done, 2 ms
		  echo demo > /proc/sys/kernel/hostname
		  ~ hostname      host -> demo

		3/3 become the command  done, 2 ms
		  exec sh
		  no snapshot: the command runs from here on
		"
	`);
});

test('steps without a snapshot say so', () => {
	const old = stepsText(sampleShownRun, look);
	expect(old.match(/this record has no snapshots/g)).toHaveLength(2);
	const {run, snapshots} = sampleSteps();
	const steps = run.steps.map((step, index) => ({
		...step,
		status: ([null, 'failed', 'skipped'] as const)[index] ?? null,
	}));
	const cut = stepsText({...sampleShownRun, run: {...run, steps}, snapshots: snapshots.slice(0, 1)}, look);
	expect(cut).toContain('the step was not reached');
	expect(cut).toContain('no snapshot: the step failed');
	expect(cut).toContain('the step was skipped');
});
