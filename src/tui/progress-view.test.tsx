import {render} from 'ink-testing-library';
import {expect, test} from 'vitest';
import type {RunEvent} from '../run/event.ts';
import {glyphs} from '../view/glyphs.ts';
import {failedRun, sampleRun} from '../view/sample-run.ts';
import {progressLines} from './progress-lines.ts';
import {noProgress, reduceProgress} from './progress-state.ts';
import {ProgressView} from './progress-view.tsx';

function draw(
	events: readonly RunEvent[],
	columns: number,
	rows = 24,
	env: Record<string, string> = {LANG: 'C.UTF-8'},
): string {
	const state = events.reduce(reduceProgress, noProgress);
	const signs = glyphs(env);
	const lines = progressLines(state, {rows, now: 2100, tick: 1, glyphs: signs});
	const {lastFrame, unmount} = render(<ProgressView lines={lines} columns={columns} isAscii={signs.isAscii} />);
	const frame = lastFrame() ?? '';
	unmount();
	return frame;
}

test('an unpacking shows its bar, bytes, files and rate at 60 columns', () => {
	expect(draw(sampleRun.slice(0, 4), 60)).toMatchInlineSnapshot(`
		"starting demo: 0 of 3 steps                            1.1 s
		  image
		  ⠙ unpack rootfs.tar.gz into the store                1.1 s
		    tar -xzf /srv/rootfs.tar.gz -C /var/lib/tsbox/images/1f
		    ████████░░░░░░░░░░░░░░░░ 35 %, 35 MiB of 100 MiB, 1200 …
		· cgroup     1 step
		· mounts     1 step"
	`);
});

test('a phase that is over is one line, the running one shows its steps and the command, at 100 columns', () => {
	expect(draw(sampleRun.slice(0, 9), 100)).toMatchInlineSnapshot(`
		"starting demo: 1 of 3 steps                                                                    1.1 s
		✔ image      1 step                                                                              1 s
		  cgroup
		  ⠙ limit memory to 100 MiB                                                                    89 ms
		    echo 104857600 > /sys/fs/cgroup/tsbox/demo/memory.max
		· mounts     1 step
		! no swap accounting on this kernel"
	`);
});

test('a failed step is open with its command and what its tool said', () => {
	expect(draw(failedRun.slice(0, -1), 60)).toMatchInlineSnapshot(`
		"rolling back demo: 1 of 3 steps                        1.1 s
		✔ image      1 step                                      1 s
		↩ cgroup     undone
		  mounts
		  ✘ mount the container's file tree        failed after 8 ms
		    mount -a -T after.fstab
		    mount: /proc: permission denied.
		    mount ended with status 32
		! no swap accounting on this kernel"
	`);
});

test('without a UTF-8 locale every sign is ASCII', () => {
	for (const columns of [20, 60, 100]) expect(draw(failedRun, columns, 24, {LANG: 'C'})).toMatch(/^[\n\x20-\x7e]*$/);
});

test.each([2, 3, 4, 5, 6, 7, 24])('at %d lines the frame leaves one free', rows => {
	expect(draw(failedRun, 60, rows).split('\n').length).toBeLessThanOrEqual(rows - 1);
});

test.each([5, 6, 7, 24])('at %d lines the running step is in sight', rows => {
	expect(draw(sampleRun.slice(0, 9), 60, rows)).toContain('limit memory to 100 MiB');
});

test('no line is wider than the terminal', () => {
	for (const line of draw(failedRun, 30).split('\n')) expect(Array.from(line).length).toBeLessThanOrEqual(30);
});
