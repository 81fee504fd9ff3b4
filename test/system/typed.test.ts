import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {onTerminal} from './on-terminal.ts';

/* What a person sees and types at a terminal, in a real one. */

const program = join(import.meta.dirname, '../../bin/tsbox');

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
	const of = async (line: string) => {
		const {ended, shown} = onTerminal(at, line);
		return {status: await ended, shown: shown()};
	};
	const inside = "sh -c 'test -t 0 && test -t 1 && cat; exit 7'";
	for (const verb of [
		`run -t --name ${at.name}-2 ${spec}`,
		`run -it --name ${at.name}-2 ${spec}`,
		`exec -it ${at.name}`,
	]) {
		expect(await of(`${tsbox} ${verb} -- ${inside} < /dev/null`)).toEqual({status: 7, shown: expect.any(String)});
		const {status, shown} = await of(`${tsbox} ${verb} -- ${inside} < ${input}`);
		expect([status, shown]).toEqual([7, expect.stringMatching(/typed\r+\n/)]);
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
	await started.shows(/1\/\d+ .*Enter to do it/s);
	started.type('\r');
	await started.shows(/ok +1\/\d+.*2\/\d+.*Enter to do it/s);
	started.type('why\r');
	await started.shows(/2\/\d+.*Enter to do it.*why\s+\S*Enter to do it/s);
	started.type('c\r');
	expect(await started.ended).toBe(0);
	const steps = Number(/ok +1\/(\d+)/.exec(started.shown())?.[1]);
	expect(started.shown().match(/^ok /gm)).toHaveLength(steps);
	expect(planned.shown()).toMatch(new RegExp(`\\b${steps} steps\\b`));

	const stopped = onTerminal(at, `${tsbox} up --step ${spec}`);
	await stopped.shows('Enter to do it');
	stopped.type('\r');
	await stopped.shows(/2\/\d+.*Enter to do it/s);
	stopped.type('q\r');
	expect(await stopped.ended).toBe(130);
	await stopped.shows(/undone +1\//);
	expect(stopped.shown()).not.toContain('failed');
	expect(at.leftovers()).toEqual([]);
});

test('nothing of Ink is loaded for a start, however long it takes', async () => {
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
	expect(files.filter(file => file.endsWith('dist/cli.cjs'))).toHaveLength(1);
	expect(files.filter(file => /ink|yoga|react/.test(file.slice(file.lastIndexOf('/dist/'))))).toEqual([]);
});
