import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {shellCommand} from '../../src/spec/syntax/shell-words.ts';
import type {TestBox} from '../system/box.ts';
import {onTerminal} from '../system/on-terminal.ts';
import {until} from '../system/project.ts';
import {type Cell, type Ending, type PlanStep, running, type Way} from './cells.ts';
import type {Orders} from './hold.ts';

const program = join(import.meta.dirname, '../../bin/tsbox');

/** Where cells of a way are tried. */
export interface Ground {
	readonly box: TestBox;
	/** The bundled hold.ts. */
	readonly self: string;
	readonly plan: readonly PlanStep[];
	/** One container. */
	readonly spec: string;
	/** Two containers, the first of which has the same plan. */
	readonly several: string;
	/** What is there before each try. */
	readonly before: readonly string[];
}

/** One that ends at SIGTERM and at Ctrl-C, and says that it runs. */
export const command = `[sh, -c, "trap 'exit 0' TERM INT HUP; echo it runs; while :; do sleep 0.05; done"]`;

function wordsOf(way: Way, {spec, several, box}: Ground): readonly string[] {
	switch (way) {
		case 'up of several':
			return ['up', several];
		case 'up --dash':
			return ['up', '--dash', several];
		case 'run -it':
			return ['run', '-it', spec];
		case 'exec -it':
			return [
				'exec',
				'-it',
				box.name,
				'--',
				'sh',
				'-c',
				"trap 'exit 0' INT HUP; echo it runs; while :; do sleep 0.05; done",
			];
		case 'up':
		case 'up --plain':
		case 'up --step':
		case 'up -T':
			return [...way.split(' '), spec];
	}
}

const keys: Partial<Record<Ending, string>> = {
	'Ctrl-C': '\u0003',
	'Ctrl-C twice': '\u0003\u0003',
	'Ctrl-D': '\u0004',
	'Ctrl-\\': '\u001c',
};

/** What a start that was held exits with; where the terminal is closed nobody hears. */
const statuses: Readonly<Record<Ending, number | undefined>> = {
	'Ctrl-C': 130,
	'Ctrl-C twice': 130,
	'Ctrl-D': 130,
	'Ctrl-\\': 131,
	SIGTERM: 143,
	SIGHUP: 129,
	'terminal closed': undefined,
	'check fails': 125,
	'step fails': 125,
};

function textOf(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}

function isGone(pid: string): boolean {
	const stat = textOf(`/proc/${pid}/stat`);
	return stat === '' || /\) Z /.test(stat);
}

/** Whether keys reach tsbox as keys, or the container, and so are no request to stop. */
function isRaw({way, step}: Cell): boolean {
	return way === 'up --dash' || (step === running && way !== 'up -T' && way !== 'up of several');
}

/** Tries a cell; gives what is wrong. */
export async function tryCell(ground: Ground, cell: Cell): Promise<readonly string[]> {
	const {box, self, plan} = ground;
	const {way, ending, step} = cell;
	const [log, go, status, modes] = ['log', 'go', 'status', 'modes'].map(name => join(box.folder, name));
	if (log === undefined || go === undefined || status === undefined || modes === undefined) throw new TypeError();
	for (const file of [log, go, status, modes]) rmSync(file, {force: true});
	const fails = ending.endsWith('fails');
	const action = plan.find(({id}) => id === step);
	const isOfHost = action?.side === 'host';
	const name = way === 'up of several' || way === 'up --dash' ? `${box.name}-one-1` : box.name;
	const prompts = way === 'up --step' && !fails;
	const orders: Orders = {
		log,
		go,
		self,
		// At its prompts it is held without our doing.
		step: prompts ? 'none' : step,
		container: name,
		keys: way === 'up --dash',
		how: ending === 'check fails' ? 'check' : ending === 'step fails' ? 'fail' : 'hold',
		...(isOfHost && action.undo.kind === 'none' && action.action.path !== undefined
			? {writes: action.action.path.replace(`/${box.name}/`, `/${name}/`)}
			: {}),
	};
	writeFileSync(log, '');
	const folders = ['--store', join(box.folder, 'store'), '--state', join(box.folder, 'state')];
	const words = [process.execPath, '--require', self, program, ...folders, ...wordsOf(way, ground)];
	const variables = `TSBOX_HOLD=${shellCommand([JSON.stringify(orders)])} HOME=/root`;
	// The shell goes on after a key that is meant for all on the terminal.
	const line = `trap : INT QUIT; stty -g > ${modes}; ${variables} ${shellCommand(words)}; echo $? > ${status}; stty -g >> ${modes}`;
	const terminal = onTerminal(box, line);
	const problems: string[] = [];
	const told = (): readonly string[] => readFileSync(log, 'utf8').split('\n');
	const pid = (): string =>
		told()
			.find(each => each.startsWith('tsbox '))
			?.slice(6) ?? '';
	const count = (text: string): number => terminal.shown().split(text).length - 1;
	try {
		// Until it is where it is to be.
		if (way === 'up --step') {
			const at = step === running || fails ? plan.length : plan.findIndex(({id}) => id === step);
			for (let prompt = 0; prompt <= at; prompt += 1) {
				const isOver = (): boolean =>
					count('Enter: run this step') > prompt || existsSync(status) || count('it runs') > 0;
				await until(`prompt ${prompt + 1}`, isOver);
				if (existsSync(status) || count('it runs') > 0) break;
				if (prompt < at) terminal.type('\r');
			}
		}
		if (step === running) await terminal.shows(way === 'up --dash' ? 'running' : 'it runs');
		else if (!fails && !prompts) await until('it is held', () => told().includes('held'));

		if (ending === 'terminal closed') terminal.child.kill('SIGKILL');
		else if (ending === 'SIGTERM' || ending === 'SIGHUP') process.kill(Number(pid()), ending);
		else if (!fails) {
			terminal.type(keys[ending] ?? '');
			// A signal may overtake it, and then it would reach a terminal that was given back.
			if (orders.keys === true) await until('the key is read', () => told().includes('key'));
		}
		writeFileSync(go, '');
		// Where nobody reads lines, and where keys are the container's, the key must do no harm: a signal ends it afterwards.
		const isNoEnd = ending === 'Ctrl-D' && !prompts;
		const afterwards = keys[ending] !== undefined && (isNoEnd || isRaw(cell));
		// Where one of several fails the others run on.
		const goesOn = fails && name !== box.name;
		const signalled = afterwards || goesOn;
		if (goesOn) await terminal.shows(/failed|error|did not start/);
		if (signalled && !isGone(pid())) process.kill(Number(pid()), 'SIGTERM');
		await until('it ends', () => isGone(pid()));

		if (ending !== 'terminal closed') {
			// What was printed last may still be on its way.
			await terminal.ended;
			await until('the terminal is given back', () => textOf(modes).split('\n').length === 3);
			const [before, after] = textOf(modes).split('\n');
			if (before !== after) problems.push(`modes of the terminal: ${before} became ${after}`);
			const wanted = signalled ? 143 : statuses[ending];
			const exited = Number(textOf(status));
			// How a command ends that runs is its own affair.
			if (step !== running && exited !== wanted) problems.push(`exit status ${exited}, not ${wanted}`);
			const says = fails
				? /error|failed|did not start/
				: way === 'up of several'
					? /stopping/
					: /the start was interrupted/;
			if (step !== running && way !== 'up --dash' && !says.test(terminal.shown()))
				problems.push(`does not say ${says}`);
		}
		if (/bug in tsbox|^\s+at \S+ \(|Assertion/m.test(terminal.shown())) problems.push('shows a bug');
	} catch (error) {
		problems.push(error instanceof Error ? error.message : String(error));
		writeFileSync(go, '');
		if (pid() !== '' && !isGone(pid())) process.kill(Number(pid()), 'SIGKILL');
		problems.push(`on the terminal: ${terminal.shown().slice(-600)}`);
	}
	terminal.child.kill('SIGKILL');
	await terminal.ended;
	// The dashboard leaves what it shows to its supervisor.
	if (way === 'up --dash' && existsSync(join(box.folder, 'state/projects', box.name)))
		await box.tsbox(['down', '-t', '0', box.name]);
	const more = (): readonly string[] => box.leftovers().filter(each => !ground.before.includes(each));
	await until('nothing is left', () => more().length === 0).catch(() => {
		problems.push(...more().map(each => `left: ${each}`));
	});
	if (problems.length > 0) {
		await box.tsbox(['down', '-t', '0', box.name]);
		await box.tsbox(['gc']);
	}
	return problems;
}

/** Bundles hold.ts into a folder; gives its path. */
export function bundleHold(folder: string): string {
	const self = join(folder, 'hold.cjs');
	const entry = join(import.meta.dirname, 'hold.ts');
	const esbuild = join(import.meta.dirname, '../../node_modules/.bin/esbuild');
	execFileSync(esbuild, [
		entry,
		'--bundle',
		'--platform=node',
		'--format=cjs',
		`--outfile=${self}`,
		'--log-level=error',
	]);
	return self;
}
