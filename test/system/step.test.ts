import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {onTerminal} from './on-terminal.ts';
import {until} from './until.ts';
import {program} from '../support/program.ts';

/* A start step by step, at a real terminal. */

const prompt = 'Enter: run this step';

/** A terminal on which a spec is started step by step. The files get the modes of the terminal before and after, and tsbox's pid. */
function stepping(at: TestBox, spec: string, words = 'up --step') {
	const tsbox = `${program} --store ${at.folder}/store --state ${at.folder}/state ${words} ${spec}`;
	const file = (name: string): string => join(at.folder, name);
	const terminal = onTerminal(
		at,
		`trap : INT; stty -g > ${file('before')}; sh -c 'echo $$ > ${file('pid')}; NO_COLOR=1 exec ${tsbox}'; code=$?; stty -g > ${file('after')}; exit $code`,
	);
	const prompts = (): number => terminal.shown().split(prompt).length - 1;
	return {
		...terminal,
		/** Answers at the prompt, and waits for what comes then: the next prompt, or a text. */
		answer: async (text: string, shows?: string | RegExp) => {
			const before = prompts();
			terminal.type(`${text}\r`);
			await (shows === undefined ? until(`a prompt after ${text}`, () => prompts() > before) : terminal.shows(shows));
		},
		/** The title of the step that waits, as `3/20 cgroup  title`. */
		step: (): string =>
			terminal
				.shown()
				.match(/^\d+\/\d+ \S+ {2}.*?(?=\r?$)/gm)
				?.at(-1) ?? '',
		pid: (): number => Number(readFileSync(file('pid'), 'utf8')),
		modes: () => [readFileSync(file('before'), 'utf8'), readFileSync(file('after'), 'utf8')],
	};
}

const forever = `command: [sh, -c, "trap 'exit 0' TERM; echo it runs; while :; do sleep 0.05; done"]\n`;

test('up --step runs, shows, skips, opens shells, and does the rest; the report names what was skipped', async () => {
	await using at = await testBox();
	const spec = at.spec(`pids_limit: 64\nhostname: named\n${forever}`);
	const up = stepping(at, spec);
	await up.shows(prompt);
	await up.answer('k');
	expect(up.shown()).toContain('this step cannot be skipped');
	await up.answer('n');
	expect(up.shown()).toMatch(/of the host this step changes\s+\S+ is not there/);
	await up.answer('i');
	expect(up.shown()).toContain('there is no first process yet');

	// A key that stops the program in the shell does nothing to tsbox.
	await up.answer('s', /comes back to tsbox[^]*[#$] /);
	up.type('sleep 1000\r');
	await up.shows(/sleep 1000\r\n/);
	up.type('\u0003');
	up.type('echo after-$((6 * 7))\r');
	await up.shows('after-42');
	await up.answer('exit');

	const looked = {inside: false, mounted: false};
	while (!up.step().includes('take the stage away')) {
		const title = up.step();
		if (/limit .*processes|hostname/.test(title)) await up.answer('k');
		else if (title.includes('mount everything else') && !looked.inside) {
			looked.inside = true;
			await up.answer('n');
			await up.answer('i', /inside # /);
			up.type('echo $0 is in-$((6 * 7)); exit\r');
			await up.shows('in-42');
			await up.shows(/in-42[^]*Enter: run/);
		} else await up.answer('');
	}
	const shown = up.shown();
	expect(shown).toMatch(/namespaces +own: mount \d+/);
	// What a step did stands right below it.
	expect(shown).toMatch(/ok +\d+\/\d+ {2}make the cgroup[^\n]*\n +\+ \/sys\/fs\/cgroup\S* is a folder/);
	expect(shown).toMatch(/ok +\d+\/\d+ {2}start the first process[^]*?~ namespaces +mount/);
	expect(shown).toMatch(/ok +\d+\/\d+ {2}mount everything else[^\n]*\n +\+ mounts /);
	expect(shown.match(/^skip +\d+\/\d+/gm)).toHaveLength(2);

	await up.answer('c', 'it runs');
	const {steps} = (
		JSON.parse((await at.tsbox(['inspect', at.name])).out) as {
			start: {steps: {id: string; status: string}[]};
		}
	).start;
	expect(steps.filter(({status}) => status !== 'done')).toMatchObject([
		{id: 'cgroup.pids', status: 'skipped'},
		{id: 'uts.hostname', status: 'skipped'},
	]);
	await at.tsbox(['down', at.name]);
	expect(await up.ended).toBe(0);
	expect(at.leftovers()).toEqual([]);
});

test('a start without all steps that may be skipped comes to its command', async () => {
	await using at = await testBox();
	const keys = 'mem_limit: 64m\npids_limit: 64\nread_only: true\noom_score_adj: 5\nulimits: {nofile: 64}\n';
	const up = stepping(at, at.spec(`${keys}sysctls: {net.ipv4.ip_forward: 1}\ncommand: echo it came here\n`));
	await up.shows(prompt);
	while (!up.step().includes(' process  run echo')) {
		const before = up.step();
		await up.answer('k');
		if (up.step() === before) await up.answer('');
	}
	await up.answer('', /^it came here/m);
	expect(await up.ended).toBe(0);
	expect(up.shown().match(/^skip +/gm)?.length).toBeGreaterThan(7);
	expect(at.leftovers()).toEqual([]);
});

test.each(['01-chroot', '07-user-namespace', '11-network'])(
	'lesson %s goes step by step, with a shell inside',
	async lesson => {
		await using at = await testBox();
		const folder = join(import.meta.dirname, '../../config/examples/learn');
		const text = readFileSync(join(folder, `${lesson}.yaml`), 'utf8');
		// A hook cannot enter a container that has ended, and this one ends as soon as it is told to.
		const spec = at.file('lesson.yaml', text.replace('- ./', `- ${folder}/`).replace(/^post_start:\n(?: .*\n)*/m, ''));
		const up = stepping(at, spec, `up --step --name ${at.name}`);
		await up.shows(prompt);
		while (!/ process {2}run sh/.test(up.step())) {
			const before = up.step();
			await up.answer('k');
			if (up.step() === before) await up.answer('');
		}
		await up.answer('i', /inside # /);
		up.type('echo in-$((6 * 7)); exit\r');
		await up.shows(/in-42[^]*Enter: run/);
		await up.answer('', /is running/);
		up.type('echo out-$((6 * 7)); exit\r');
		await up.shows('out-42');
		expect(await up.ended).toBe(0);
		expect(at.leftovers()).toEqual([]);
	},
);

test('run --step takes a command, and q takes back what was done', async () => {
	await using at = await testBox();
	const spec = at.spec(forever);
	const run = stepping(at, `${spec} -- echo ran`, 'run --step');
	await run.shows(prompt);
	await run.answer('c', /^ran/m);
	expect(await run.ended).toBe(0);

	const quit = stepping(at, spec, 'run --step');
	await quit.shows(prompt);
	for (let step = 0; step < 9; step += 1) await quit.answer('');
	quit.type('q\r');
	expect(await quit.ended).toBe(130);
	expect(quit.shown()).toMatch(/undone +\d+\/\d+ {2}start the first process/);
	expect(at.leftovers()).toEqual([]);
});

test.each(['s', 'i'])(
	'whatever ends tsbox during the shell of %s leaves nothing and gives the terminal back',
	async key => {
		for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGKILL', 'closed'] as const) {
			await using at = await testBox();
			const up = stepping(at, at.spec(forever));
			await up.shows(prompt);
			while (!up.step().includes('make files to bind')) await up.answer('');
			await up.answer(key, /comes back to tsbox[^]*[#$] $/);
			up.type('echo open-$((6 * 7)); sleep 1000\r');
			await up.shows('open-42');
			if (signal === 'closed') up.child.kill('SIGKILL');
			else process.kill(up.pid(), signal);
			const status = await up.ended;
			// A terminal that is closed has no status. When tsbox was killed, script(1) gives the modes back, after the shell that asks.
			const wanted = {SIGTERM: 143, SIGHUP: 129, SIGINT: 130, SIGKILL: 137, closed: status}[signal];
			const [before, after] = wanted === 137 || signal === 'closed' ? [] : up.modes();
			expect({signal, status, modes: after}).toEqual({signal, status: wanted, modes: before});
			if (signal === 'SIGKILL') await at.tsbox(['gc']);
			await until(`nothing is left after ${signal}`, () => at.leftovers().length === 0);
		}
	},
);
