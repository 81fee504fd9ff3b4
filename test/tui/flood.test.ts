import {readFileSync} from 'node:fs';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {project, sleeper, until} from '../system/project.ts';
import {dashboard, leave, upInBackground} from './dashboard.ts';
import {detailOf, goTo} from './seen.ts';

/* Containers that print more than anybody reads. */

let at: TestBox;
const lines = 100_000;

beforeAll(async () => {
	at = await testBox();
	const spec = project(at, {
		flood: `command: [sh, -c, "while ! test -e /go; do sleep 0.1; done; exec yes a line of a flood that nobody reads"]\nstop_grace_period: 0s\nlogging: {options: {max-size: 8m, max-file: "2"}}\n`,
		many: `command: [sh, -c, "seq ${lines} | sed 's/^/line /'; ${"trap 'exit 0' TERM; while :; do sleep 0.1; done"}"]\n`,
		quiet: sleeper,
	});
	await upInBackground(at, spec);
});

afterAll(() => leave(at));

test(`in ${lines} lines one goes to the beginning, to the end and to what is searched for`, async () => {
	await using screen = await dashboard(at, [], {columns: 170, rows: 36});
	await goTo(screen, `${at.name}-many-1`);
	await screen.shows(`of ${lines}`);
	await screen.keys('Enter', 'End');
	await screen.shows(`line ${lines}`);
	await screen.keys('Home');
	expect(detailOf(await screen.shows(`lines 1-`))).toMatch(/^ +line 1$/m);
	await screen.keys('/');
	await screen.shows('search');
	await screen.type('line 77777');
	await screen.keys('Enter');
	await screen.shows(/^ > +line 77777$/m);
	await screen.keys('/');
	await screen.shows('╭');
	await screen.keys('C-u');
	await screen.type('/line 9\\d*9$/');
	await screen.keys('Enter');
	await screen.shows(/^ > +line 9\d*9$/m);
	await screen.keys('N');
	await screen.keys('f');
	await screen.shows(`line ${lines}`);
	await screen.keys('PageUp');
	await screen.shows(/\d+-\d+ of 100000/, 'following');
	await screen.close();
});

/** Resident memory of a process, MiB; the most that it had. */
function residentMiB(pid: number): number {
	return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

test('while one floods, keys are answered, memory keeps its bounds, and what was left out is told', async () => {
	await using screen = await dashboard(at);
	await goTo(screen, `${at.name}-flood-1`);
	const quiet = residentMiB(await screen.pid());
	await at.tsbox(['exec', `${at.name}-flood-1`, '--', 'touch', '/go']);
	await screen.shows('a line of a flood');
	for (let times = 0; times < 5; times++) {
		await screen.keys('?');
		await screen.shows('keys (Esc leaves)');
		await screen.keys('q');
		await screen.shows('space mark', 'keys (Esc leaves)');
	}
	await screen.keys('4');
	await screen.shows(/yes a line/);
	await screen.keys('1');
	await screen.shows('a line of a flood');
	// The bounds of what is kept are 11 MiB; V8 lets garbage be some more.
	expect(residentMiB(await screen.pid())).toBeLessThan(quiet + 60);
	// A filter leaves nothing but the places where something is left out.
	await screen.keys('Enter', '&');
	await screen.shows('show only lines with');
	await screen.type('nothing like it');
	await screen.keys('Enter');
	await screen.shows('left out here', 'a line of a flood');
	await screen.keys('&');
	await screen.shows('show only lines with');
	await screen.keys('C-u', 'Enter');
	await screen.shows('a line of a flood');
	await screen.keys('Escape');
	await screen.shows('space mark');
	await screen.keys('s');
	await screen.shows(new RegExp(`${at.name}-flood-1 +✘ exited 137`));
	await until('it is over', async () => (await screen.screen()).includes('a line of a flood'));
	await screen.close();
});
