import {expect, test} from 'vitest';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {RunEvent} from './event.ts';
import {execute} from './execute.ts';
import {rollBack} from './rollback.ts';
import {conf, sampleContainer, sampleFacts, smallPlan} from '../../test/support/sample-container.ts';
import {keepEvents, startReportOf} from './start-report-of.ts';

test('the report of a successful start has each step as done', async () => {
	const {context, events} = sampleContainer();
	await execute(smallPlan, context);
	const report = startReportOf(smallPlan, events);
	expect(report).toMatchObject({schema: 1, plan: smallPlan, outcome: 'started', startedAt: events[0]?.at});
	expect(Object.keys(report.steps)).toEqual(smallPlan.steps.map(({id}) => id));
	expect(new Set(Object.values(report.steps).map(({status}) => status))).toEqual(new Set(['done']));
	expect(report.error).toBeUndefined();
});

test('the report of a failed start has the failed step, its output, and the undone steps', async () => {
	const says = '@pid 42\n@begin mounts.before\nmount: no such device\n';
	const {host, context, events} = sampleContainer({
		says,
		ended: {exitCode: 32, signal: undefined, startError: undefined},
	});
	const error: unknown = await execute(smallPlan, context).catch((thrown: unknown) => thrown);
	await rollBack(host, sampleFacts, conf, context.emit);
	const report = startReportOf(smallPlan, events, {error});
	expect(report).toMatchObject({
		outcome: 'failed',
		error: {code: 'E_STEP_FAILED', message: 'could not do mounts.before', output: 'mount: no such device'},
	});
	expect(Object.entries(report.steps).map(([id, {status}]) => `${id} ${status}`)).toMatchInlineSnapshot(`
		[
		  "rootfs.layer undone",
		  "rootfs.folders done",
		  "cgroup.make undone",
		  "cgroup.memory done",
		  "namespaces.start undone",
		  "mounts.before failed",
		]
	`);
	expect(report.steps['mounts.before']).toMatchObject({output: 'mount: no such device'});
});

const at = (ms: number): Pick<RunEvent, 'at'> => ({at: 1000 + ms});

test('a step that was never reached is not undone, and a failed step stays failed', () => {
	const {steps, ms} = startReportOf(
		smallPlan,
		[
			{type: 'plan.started', ...at(0), name: 'demo', steps: []},
			{type: 'step.started', ...at(1), id: 'a'},
			{type: 'step.done', ...at(3), id: 'a', ms: 2},
			{type: 'step.failed', ...at(5), id: 'b', ms: 2, message: 'no'},
			{type: 'step.undone', ...at(7), id: 'c'},
			{type: 'step.undone', ...at(8), id: 'b'},
			{type: 'step.undone', ...at(9), id: 'a'},
		],
		{error: new TsboxError('E_STEP_FAILED', 'no')},
	);
	expect(steps).toEqual({a: {status: 'undone'}, b: {status: 'failed', ms: 2, message: 'no', output: ''}});
	expect(ms).toBe(5);
});

test('an unexpected error is reported by its message', () => {
	expect(startReportOf(smallPlan, [], {error: new RangeError('odd')}).error).toEqual({code: 'E_STATE', message: 'odd'});
});

test('all events are passed on, and those that a report needs are kept', () => {
	const heard: RunEvent[] = [];
	const {emit, kept} = keepEvents(event => heard.push(event));
	emit({type: 'step.progress', ...at(0), id: 'a', done: 1, total: 2, entries: 3});
	emit({type: 'step.done', ...at(0), id: 'a', ms: 1});
	expect(heard).toHaveLength(2);
	expect(kept).toEqual([heard[1]]);
});
