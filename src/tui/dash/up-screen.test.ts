import {describe, expect, test} from 'vitest';
import type {ProjectEvent} from '../../project/state/event.ts';
import type {RunEvent} from '../../execute/event.ts';
import {sampleRun} from '../../../test/support/sample-run.ts';
import {lineWidth} from '../draw/fit.ts';
import type {Frame} from '../draw/line.ts';
import {plainText, sampleFrame} from '../../../test/support/sample-frame.ts';
import {upLines, upSummary} from './up-screen.ts';
import {firstUp, reduceUp, type UpState} from './up-state.ts';

const at = 2000;
const step = (service: string, event: RunEvent): ProjectEvent => ({type: 'service.step', at, service, event});
const after = (...events: readonly ProjectEvent[]): UpState => events.reduce(reduceUp, firstUp(['db', 'web', 'job']));
const frame: Frame = {...sampleFrame(80), now: at};
const draw = (state: UpState, look: Frame = frame): string => plainText(upLines(state, look));

const steps = (service: string, ...events: readonly RunEvent[]): readonly ProjectEvent[] =>
	events.map(event => step(service, event));
const started = (service: string): ProjectEvent => ({type: 'service.started', at, service, pid: 7});
const health = (service: string, word: string, output = ''): ProjectEvent => ({
	type: 'service.health',
	at,
	service,
	health: word,
	output,
});
const waiting: ProjectEvent = {type: 'service.waiting', at, service: 'web', for: 'db', condition: 'service_healthy'};
const failedStep: readonly RunEvent[] = [
	...sampleRun.slice(0, 1),
	{type: 'step.started', at, id: 'image.unpack'},
	{type: 'step.done', at, id: 'image.unpack', ms: 10},
	{type: 'step.started', at, id: 'cgroup.memory'},
	{type: 'step.output', at, id: 'cgroup.memory', text: 'write error: \u001b[2JBusy\n'},
	{type: 'step.failed', at, id: 'cgroup.memory', ms: 3, message: 'could not limit memory'},
	{type: 'step.undone', at, id: 'image.unpack'},
] as const satisfies readonly RunEvent[];

test('before the first event', () => {
	expect(draw(after())).toMatchInlineSnapshot(`
		" · db        not started yet
		 · web       not started yet
		 · job       not started yet"
	`);
});

test('one service starts and another waits for it', () => {
	expect(draw(after(waiting, ...steps('db', ...sampleRun.slice(0, 5))))).toMatchInlineSnapshot(`
		" ⠹ db        starting
		     image
		     ⠹ unpack rootfs.tar.gz into the store  1 s
		       tar -xzf /srv/rootfs.tar.gz -C /var/lib/tsbox/images/1f
		       █████████░░░░░░░░░░░░░░░ 39 %, 39 MiB of 100 MiB, 1300 files, 65 MiB/s
		   · cgroup     1 step
		   · mounts     1 step
		 · web       waits until db is healthy
		 · job       not started yet"
	`);
});

test('a running service is one line with its health', () => {
	expect(
		draw(
			after(
				...steps('db', ...sampleRun.slice(0, 5)),
				started('db'),
				health('db', 'healthy'),
				started('web'),
				health('web', 'starting'),
				{type: 'service.unchanged', at, service: 'job'},
			),
		),
	).toMatchInlineSnapshot(`
		" ✔ db        running, healthy
		 · web       running, starting
		 ✔ job       unchanged, runs as the spec has it"
	`);
});

test('a failed step is expanded with the output of its tool', () => {
	expect(
		draw(
			after(started('db'), ...steps('web', ...failedStep), {
				type: 'service.failed',
				at,
				service: 'web',
				message: 'could not limit memory',
				output: 'write error: Busy',
				hint: 'try more memory',
			}),
		),
	).toMatchInlineSnapshot(`
		" ✔ db        running
		 ✘ web       failed, could not limit memory
		   ↩ image      undone
		     cgroup
		     ✘ limit memory to 100 MiB  failed after 3 ms
		       echo 104857600 > /sys/fs/cgroup/tsbox/demo/memory.max
		       write error: \\x1b[2JBusy
		       could not limit memory
		   · mounts     1 step
		     hint: try more memory
		 · job       not started yet"
	`);
});

test('a service that failed before its first step has the last lines of output', () => {
	const output = Array.from({length: 20}, (_, line) => `line ${line}`).join('\n');
	expect(
		draw(after({type: 'service.failed', at, service: 'web', message: 'db became unhealthy', output})),
	).toMatchInlineSnapshot(`
		" · db        not started yet
		 ✘ web       failed, db became unhealthy
		     line 12
		     line 13
		     line 14
		     line 15
		     line 16
		     line 17
		     line 18
		     line 19
		 · job       not started yet"
	`);
});

test('an unhealthy service has the output of its check, and later failures are shown', () => {
	expect(
		draw(
			after(
				started('db'),
				health('db', 'unhealthy', 'connection refused'),
				started('web'),
				health('web', 'healthy'),
				{type: 'service.exited', at, service: 'web', exitCode: 137, oomKilled: true},
				started('job'),
				{type: 'service.exited', at, service: 'job', exitCode: 1, oomKilled: false},
				{type: 'service.restarting', at, service: 'job', ms: 100, count: 2},
			),
		),
	).toMatchInlineSnapshot(`
		" ✘ db        running, unhealthy
		     connection refused
		 ! web       exited, with status 137, and ran out of memory
		 ⠹ job       restarting, restart 2"
	`);
});

describe('other events', () => {
	test.each([
		[{type: 'service.changed', at, service: 'db', changes: ['image', 'ports']}, 'made anew: image, ports changed'],
		[{type: 'service.oom', at, service: 'db', killed: 1, limit: 5, victims: []}, 'ran out of memory'],
		[{type: 'service.hook', at, service: 'db', hook: 'post_start', message: 'the hook failed'}, 'the hook failed'],
		[{type: 'service.stopping', at, service: 'db', signal: 'SIGTERM', graceMs: 10_000}, 'is stopped with SIGTERM'],
		[{type: 'service.removed', at, service: 'db'}, 'is removed'],
		[{type: 'service.ended', at, service: 'db', exitCode: 0}, 'not started yet'],
		[
			{type: 'service.waiting', at, service: 'db', for: 'job', condition: 'service_completed_successfully'},
			'waits until job has completed successfully',
		],
		[{type: 'service.waiting', at, service: 'db', for: 'job', condition: 'new_one'}, 'waits until job new_one'],
	] as const)('%j', (event, words) => {
		expect(draw(after(event)).split('\n')[0]).toContain(words);
	});

	test('of an unknown service add a line', () => {
		expect(after(started('web-2')).map(({service}) => service)).toEqual(['db', 'web', 'job', 'web-2']);
	});
});

test('ASCII lines are only ASCII, and control characters are escaped', () => {
	const state = after(waiting, ...steps('db', ...failedStep), {
		type: 'service.failed',
		at,
		service: '\u001b[2Jx\u202e',
		message: 'a\nb\u001b',
		output: '\u001b[2Jc\rd',
		hint: '\u0007',
	});
	for (const locale of ['C', 'C.UTF-8'])
		for (const line of upLines(state, {...frame, ...sampleFrame(80, 24, locale)}))
			for (const {text} of line) expect(text).toMatch(locale === 'C' ? /^[\x20-\x7e]*$/ : /^[^\u0000-\u001f\u202e]*$/);
	expect(upLines(state, frame).every(line => lineWidth(line, frame.width) > 0)).toBe(true);
});

test('the summary says how many services run, or which did not start', () => {
	expect(upSummary(after(started('db')), 3200)).toBe('1 service runs, in 3.2 s');
	expect(upSummary(after(started('db'), {type: 'service.unchanged', at, service: 'web'}), 45)).toBe(
		'2 services run, in 45 ms',
	);
	expect(upSummary(after(), 10)).toBe('0 services run, in 10 ms');
	const failed = (service: string): ProjectEvent => ({type: 'service.failed', at, service, message: 'x'});
	expect(upSummary(after(failed('db'), started('job'), failed('web')), 10)).toBe('db, web did not start');
});
