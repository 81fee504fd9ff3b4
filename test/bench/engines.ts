import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import {has, hasEngines, machine} from '../system/engines.ts';
import {dockerWithTsbox, podmanWithTsbox, runtime} from '../system/runtime-engines.ts';
import {until} from '../system/until.ts';
import type {Bench} from './bench-context.ts';
import {digits, program, roundRobin, table, type Timed, timed, type Times} from './measure.ts';
import {command, printed, sleepingBundle} from './peers.ts';
import {engineRun, row, verbOf} from './targets.ts';

/** tsbox as the runtime of engines, beside runc: what a container costs them, and what each verb does. */
export async function engineRows(bench: Bench): Promise<void> {
	await runRows(bench);
	await verbRows(bench);
}

const runtimes = ['runc', 'tsbox'] as const;

async function runRows(bench: Bench): Promise<void> {
	const {wants, leaveOut, rounds} = bench;
	const wanted = ['docker', 'podman'].filter(engine => runtimes.some(each => wants(engineRun(engine, each))));
	if (wanted.length === 0) return;
	if (!hasEngines || !has('runc')) return leaveOut('run of engines', 'dockerd, podman, netavark or runc is not there');
	await using place = await machine();
	await using docker = await dockerWithTsbox(place);
	await using podman = await podmanWithTsbox(place);
	const engines = Object.entries({docker, podman}).filter(([name]) => wanted.includes(name));
	const ways = new Map(
		engines.flatMap(([name, {runBy}]) =>
			runtimes.map((by): readonly [string, Timed] => [
				engineRun(name, by),
				timed(program([...runBy(by), 'bb', ...command], {prints: printed})),
			]),
		),
	);
	const times = await roundRobin(ways, {warmUps: 2, rounds}, leaveOut);
	print(`One \`run --rm\` of engines, on their default networks: ${rounds} rounds in turn`, times, bench);
}

/** The verbs, in the order in which one container goes through them. */
const verbs = ['create', 'state', 'start', 'kill', 'delete'] as const;

async function verbRows(bench: Bench): Promise<void> {
	const {wants, leaveOut, rounds, root, scratch} = bench;
	const names = ['runc', 'tsbox-runtime'].flatMap(by => verbs.map(verb => verbOf(by, verb)));
	if (!names.some(wants)) return;
	if (!has('runc')) return leaveOut('verbs of runtimes', 'runc is not there');
	const lines = {runc: ['runc'], 'tsbox-runtime': [runtime, '--state', `${scratch}/state`]};
	const ways = new Map<string, Timed>([[row.true, timed(program(['/bin/true'], {prints: /^$/}))]]);
	for (const [name, line] of Object.entries(lines)) {
		const bundle = sleepingBundle(join(scratch, `verbs-${name}`), root, `/bench-verbs-${name}`);
		const [first = '', ...rest] = line;
		const words = (verb: string, ...options: readonly string[]): readonly string[] => [
			...rest,
			'--root',
			`${scratch}/verbs`,
			verb,
			...options,
			...(verb === 'create' ? ['--bundle', bundle] : []),
			`bench-${name}`,
			...(verb === 'kill' ? ['9'] : []),
		];
		const run = (...asked: Parameters<typeof words>): void =>
			void execFileSync(first, words(...asked), {stdio: 'ignore'});
		const status = (): string =>
			(JSON.parse(execFileSync(first, words('state'), {encoding: 'utf8'})) as {status: string}).status;
		for (const verb of verbs)
			ways.set(verbOf(name, verb), async () => {
				for (const before of verbs.slice(0, verbs.indexOf(verb))) run(before);
				// A signal takes a moment.
				if (verb === 'delete') await until('it has ended', () => status() === 'stopped');
				const begun = performance.now();
				run(verb);
				const took = performance.now() - begun;
				run('delete', '--force');
				return [took];
			});
	}
	const times = await roundRobin(ways, {warmUps: 1, rounds}, leaveOut);
	print(`Verbs of runtimes, as engines call them: ${rounds} rounds in turn`, times, bench);
}

function print(title: string, times: readonly Times[], {measured}: Bench): void {
	console.log(`\n${title}\n`);
	console.log(
		table(
			['way', 'median ms', 'min ms'],
			times.map(({name, median, min}) => {
				measured.set(name, median);
				return [name, digits(median), digits(min)];
			}),
		),
	);
}
