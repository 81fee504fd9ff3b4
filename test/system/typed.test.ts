import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {onTerminal} from './on-terminal.ts';
import {program} from '../support/program.ts';

/* What a person sees and types at a terminal, in a real one. */

/** The beginning of a command line of the test. */
function tsboxOf(at: TestBox): string {
	return `${program} --store ${at.folder}/store --state ${at.folder}/state`;
}

test('with -t and standard input from a file the command gets a terminal, and its status is that of tsbox', async () => {
	await using at = await testBox();
	const spec = at.spec(`tty: true\nstop_signal: SIGKILL\ncommand: [sh, -c, "while sleep 0.1; do echo tick; done"]\n`);
	await at.tsbox(['up', '-d', spec]);
	const tsbox = tsboxOf(at);
	const input = at.file('input', 'typed\n');
	const inside = "sh -c 'test -t 0 && test -t 1 && cat; exit 7'";
	for (const [words, shows] of [
		[`run -t --name ${at.name}-2 ${spec} -- ${inside} < /dev/null`, /^/],
		[`run -it --name ${at.name}-2 ${spec} -- ${inside} < ${input}`, /typed\r+\n/],
		[`exec -it ${at.name} -- ${inside} < ${input}`, /typed\r+\n/],
	] as const) {
		const {ended, shown} = onTerminal(at, `${tsbox} ${words}`);
		expect(await ended).toBe(7);
		expect(shown()).toMatch(shows);
	}
	const joined = onTerminal(at, `${tsbox} attach ${at.name} < /dev/null`);
	await joined.shows('tick');
	await at.tsbox(['down', at.name]);
	expect(await joined.ended).toBe(137);
	expect(joined.shown()).not.toContain('bug');
	expect(at.leftovers()).toEqual([]);
});

test('the plan that is shown is the one that is carried out, each step is done before the next is asked for, and q stops', async () => {
	await using at = await testBox();
	const spec = at.spec('command: "true"\n');
	const tsbox = tsboxOf(at);
	const planned = onTerminal(at, `PAGER=cat ${tsbox} plan ${spec}`);
	expect(await planned.ended).toBe(0);
	expect(planned.shown()).toContain('setsid --ctty');
	const without = onTerminal(at, `PAGER=cat ${tsbox} plan -T ${spec}`);
	expect(await without.ended).toBe(0);
	expect(without.shown()).not.toContain('setsid --ctty');

	const started = onTerminal(at, `${tsbox} up --step ${spec}`);
	await started.shows(/1\/\d+ .*Enter: run this step/s);
	started.type('\r');
	await started.shows(/ok +1\/\d+.*2\/\d+.*Enter: run this step/s);
	started.type('why\r');
	await started.shows(/2\/\d+.*Enter: run this step.*why\s.*undo all steps.*Enter: run this step/s);
	started.type('c\r');
	expect(await started.ended).toBe(0);
	const steps = Number(/ok +1\/(\d+)/.exec(started.shown())?.[1]);
	expect(started.shown().match(/^ok /gm)).toHaveLength(steps);
	expect(planned.shown()).toMatch(new RegExp(`\\b${steps} steps\\b`));

	const stopped = onTerminal(at, `${tsbox} up --step ${spec}`);
	await stopped.shows('Enter: run this step');
	stopped.type('\r');
	await stopped.shows(/2\/\d+.*Enter: run this step/s);
	stopped.type('q\r');
	expect(await stopped.ended).toBe(130);
	await stopped.shows(/undone +1\//);
	expect(stopped.shown()).not.toContain('failed');
	expect(at.leftovers()).toEqual([]);
});

const keys = {interrupt: '\u0003', detach: '\u0010\u0011'};

test('of a first process that ignores Ctrl-C the second tells so, the third stops it, and one more kills', async () => {
	await using at = await testBox();
	const tsbox = tsboxOf(at);
	const spec = at.spec('stop_grace_period: 10m\ncommand: sleep 600\n');
	const up = onTerminal(at, `${tsbox} up ${spec}`);
	await up.shows('is running');
	up.type(keys.interrupt + keys.interrupt);
	await up.shows(
		`sleep ignores Ctrl-C (it is process 1); Ctrl-C once more stops it, or \`tsbox down ${at.name}\` from elsewhere`,
	);
	up.type(keys.interrupt);
	await up.shows(`stopping ${at.name} with SIGTERM (killed after 10 min 0 s); press Ctrl-C again to kill`);
	up.type(keys.interrupt);
	expect(await up.ended).toBe(137);

	// The keys that leave `attach` are answered first; `run` has nobody else to look after its container.
	const run = onTerminal(at, `${tsbox} run -it ${spec} -- sh -c 'echo begun; exec sleep 600'`);
	await run.shows('begun');
	run.type(keys.detach);
	await run.shows(`${at.name} ends with this command: Ctrl-P Ctrl-Q once more stops it`);
	run.type(keys.detach);
	await run.shows('stopping');
	run.type(keys.interrupt);
	expect(await run.ended).toBe(137);
	expect(at.leftovers()).toEqual([]);
});

test('a program that makes use of Ctrl-C is never disturbed, however often it comes', async () => {
	await using at = await testBox();
	const tsbox = tsboxOf(at);
	const four = keys.interrupt.repeat(4);
	// A shell handles the signal; what it started is ended by it. The word is typed in two pieces, as its echo is no answer.
	const shell = onTerminal(at, `${tsbox} up ${at.spec('command: sh -i\n')}`);
	// Whoever types before the prompt may be dropped: the shell sets its terminal up.
	await shell.shows('/ # ');
	shell.type(`${four}echo th""ere\r`);
	await shell.shows('there');
	// Its first word comes from the process that the signal is for.
	shell.type(`sh -c 'echo beg""un; exec sleep 600'\r`);
	await shell.shows(/^begun/m);
	shell.type(`${four}echo he""re; exit 3\r`);
	await shell.shows('here');
	expect(await shell.ended).toBe(3);
	expect(shell.shown()).not.toContain('ignores');
	// A program for which Ctrl-C is a key like others, and that has no handler.
	const reader = onTerminal(
		at,
		`${tsbox} run -it ${at.spec()} -- sh -c 'stty -isig -icanon -echo; echo begun; head -c 4 | od -An -tx1'`,
	);
	await reader.shows('begun');
	reader.type(four);
	await reader.shows('03 03 03 03');
	expect(await reader.ended).toBe(0);
	expect(reader.shown()).not.toContain('ignores');
	expect(at.leftovers()).toEqual([]);
});

test('attach leaves one that ignores Ctrl-C running', async () => {
	await using at = await testBox();
	await at.tsbox([
		'up',
		'-d',
		at.spec(
			`tty: true\nstop_signal: SIGKILL\ncommand: [sh, -c, "trap '' INT; while :; do echo tick; sleep 0.1; done"]\n`,
		),
	]);
	const joined = onTerminal(at, `${tsboxOf(at)} attach ${at.name}`);
	await joined.shows('tick');
	joined.type(keys.interrupt + keys.interrupt);
	await joined.shows('sh ignores Ctrl-C (it is process 1); Ctrl-C once more leaves it running');
	joined.type(keys.interrupt);
	expect(await joined.ended).toBe(0);
	await joined.shows(`detached; ${at.name} keeps running`);
	expect((await at.tsbox(['exec', at.name, '--', 'true'])).status).toBe(0);
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('a start loads each of its scripts once, and nothing of the dashboard', async () => {
	await using at = await testBox();
	const log = join(at.folder, 'read');
	// Before the program is loaded: it takes the function from the module.
	const hook = at.file(
		'hook.cjs',
		`const fs = require('node:fs');
const {readFileSync} = fs;
fs.readFileSync = (path, ...rest) => {
	fs.appendFileSync(${JSON.stringify(log)}, path + '\\n');
	return readFileSync(path, ...rest);
};
`,
	);
	const {ended, shown} = onTerminal(
		at,
		`NODE_OPTIONS='--require=${hook}' ${tsboxOf(at)} up ${at.spec('command: "true"\n')}`,
	);
	expect(await ended).toBe(0);
	expect(shown()).toContain('is running');
	const files = readFileSync(log, 'utf8').split('\n');
	const scripts = files.filter(file => /\/dist\/\w+\.cjs$/.test(file));
	expect(scripts.length).toBeGreaterThan(1);
	expect(new Set(scripts).size).toBe(scripts.length);
	expect(files.filter(file => /dash/.test(file.slice(file.lastIndexOf('/dist/'))))).toEqual([]);
});
