import {expect, test} from 'vitest';
import type {RunEvent} from '../../execute/event.ts';
import {eventJson} from '../text/event-json.ts';
import {noPlainProgress, plainProgress} from './progress-plain.ts';
import {failedRun, sampleRun} from '../../../test/support/sample-run.ts';

function print(events: readonly RunEvent[]): string {
	let progress = noPlainProgress;
	let text = '';
	for (const event of events) {
		progress = plainProgress(progress, event);
		text += progress.lines;
	}
	return text;
}

test('a run prints a line per tenth unpacked, per finished step, and for the container', () => {
	expect(print(sampleRun)).toMatchInlineSnapshot(`
		"       1/3  unpack rootfs.tar.gz into the store (30 %, 35 MiB of 100 MiB, 1200 entries)
		       1/3  unpack rootfs.tar.gz into the store (100 %, 100 MiB of 100 MiB, 4100 entries)
		ok     1/3  unpack rootfs.tar.gz into the store (1 s)
		warning: no swap accounting on this kernel
		ok     2/3  limit memory to 100 MiB (0.4 ms)
		ok     3/3  mount the container's file tree (8 ms)
		demo is running (pid 1234), 3 steps in 1 s
		demo exited with status 0
		"
	`);
});

test('a failed step is one line, followed by the undone steps', () => {
	expect(print(failedRun).split('\n').slice(4).join('\n')).toMatchInlineSnapshot(`
		"ok     2/3  limit memory to 100 MiB (0.4 ms)
		failed 3/3  mount the container's file tree (8 ms)
		undone 2/3  limit memory to 100 MiB
		"
	`);
});

test('the output of a successful step follows its line', () => {
	const output: RunEvent = {type: 'step.output', at: 2011, id: 'cgroup.memory', text: 'note: a\u001b[2J\nb\n'};
	expect(
		print([...sampleRun.slice(0, 9), output, ...sampleRun.slice(9, 10)])
			.split('\n')
			.slice(4)
			.join('\n'),
	).toMatchInlineSnapshot(`
		"ok     2/3  limit memory to 100 MiB (0.4 ms)
		       note: a\\x1b[2J
		       b
		"
	`);
});

test('signals and the memory limit are described in words', () => {
	expect(
		print([
			{type: 'container.stopping', at: 1, name: 'demo', signal: 'SIGTERM', graceMs: 10_000},
			{
				type: 'container.oom',
				at: 2,
				name: 'demo',
				limit: 104857600,
				peak: 104857600,
				killed: 1,
				victims: [],
				first: true,
			},
			{
				type: 'container.oom',
				at: 2,
				name: 'demo',
				limit: 4096,
				peak: 4096,
				killed: 2,
				victims: [{pid: 7, program: 'tail'}],
				first: false,
			},
			{type: 'container.exited', at: 3, name: 'demo', exitCode: 137, signal: 'SIGKILL'},
		]),
	).toMatchInlineSnapshot(`
		"stopping demo with SIGTERM (killed after 10 s); press Ctrl-C again to kill
		demo was killed by the memory limit of 100 MiB (peak 100 MiB)
		2 processes of demo were killed by the memory limit of 4 KiB: tail (pid 7)
		demo was ended by SIGKILL
		"
	`);
});

test('each event is one line of JSON that parses back to the event', () => {
	for (const event of failedRun) {
		const line = eventJson(event);
		expect(line.indexOf('\n')).toBe(line.length - 1);
		expect(JSON.parse(line)).toEqual(event);
	}
});
