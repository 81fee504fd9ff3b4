import {isAbsolute, join} from 'node:path';
import {cannotWrite} from '../output/cannot-write.ts';
import {type Context, defineCommand, type Options, type Values} from '../verb/command.ts';
import {eachName} from '../options/each-name.ts';
import {exitStatus} from '../options/exit-status.ts';
import {hasDashScreen} from '../output/has-screen.ts';
import {lookOf} from '../output/look-of.ts';
import {present} from '../../spec/syntax/pick.ts';
import {usageError} from '../options/usage-error.ts';
import {hasColour} from '../../view/text/theme.ts';
import {jsonText} from '../../view/text/json.ts';
import {tell} from '../output/tell.ts';

const actions = ['ls', 'show', 'steps', 'rm', 'export', 'import', 'diff'] as const;

const options = {
	plain: {kind: 'flag', describe: 'With steps: print all steps instead of drawing'},
	quiet: {kind: 'flag', short: 'q', describe: 'With ls: print only ids'},
	json: {kind: 'flag', describe: 'Print JSON (with ls, show, and diff)'},
	html: {kind: 'text', value: 'FILE', describe: 'With show: write a self-contained HTML page'},
	output: {kind: 'text', short: 'o', value: 'FILE', describe: 'With export: file to write; default ID.tar.gz'},
	'with-image': {kind: 'flag', describe: 'With export: include the root filesystem archive'},
} as const satisfies Options;

type RunsValues = Values<typeof options>;

/** `tsbox runs`: manages the records that `--record` and `record: true` keep. */
export const runs = defineCommand({
	name: 'runs',
	describe: 'List, show, compare, export, or remove run records',
	examples: [
		['tsbox runs', 'a table'],
		['tsbox runs show 20261127t015033-1f0a9c', 'one run; a prefix of the id is enough'],
		['tsbox runs show --html run.html 1f0a', 'as an HTML page; the random digits of the id are enough'],
		['tsbox runs steps 1f0a', 'the start step by step, forwards and back: what the kernel showed'],
		['tsbox runs diff 1f0a 77c2', 'exit status 1 if files, output, or exit status differ'],
		['tsbox runs export --with-image 1f0a', 'a file that can be replayed elsewhere'],
		['tsbox runs import 20261127t015033-1f0a9c.tar.gz', 'import an exported file'],
		['tsbox runs import /mnt/node1/tsbox /mnt/node2/tsbox', 'all records of the stores of other machines'],
	],
	options,
	positionals: [
		{
			name: 'ACTION',
			describe: 'ls, show, steps, rm, export, import, or diff; default ls',
			choices: [...actions],
			completes: 'none',
		},
		{
			name: 'RUN',
			describe: 'Run id or a prefix, folder, or exported file; with import, a store too',
			many: true,
			completes: 'run',
		},
	],
	async run({values, positionals: [action = 'ls', ...words]}, context) {
		refuse(values, action);
		if (action === 'ls') {
			if (words.length > 0) throw usageError('runs ls takes no id', undefined, 'runs');
			return list(values, context);
		}
		const [first, second, ...more] = words;
		if (first === undefined) throw usageError(`runs ${action} needs ${needs(action)}`, undefined, 'runs');
		if (action === 'rm') return remove(words, context);
		if (action === 'import') return takeIn(words, context);
		if (action === 'diff') {
			if (second === undefined || more.length > 0) throw usageError('runs diff takes two runs', undefined, 'runs');
			return compare(values, [first, second], context);
		}
		if (second !== undefined) throw usageError(`runs ${action} takes one ${needs(action)}`, undefined, 'runs');
		if (action === 'show') return show(values, first, context);
		if (action === 'steps') return steps(values, first, context);
		return send(values, first, context);
	},
});

function needs(action: string): string {
	return action === 'import' ? 'PATH' : 'RUN';
}

function refuse(values: RunsValues, action: string): void {
	const fits: Readonly<Record<keyof RunsValues, readonly string[]>> = {
		plain: ['steps'],
		quiet: ['ls'],
		json: ['ls', 'show', 'diff'],
		html: ['show'],
		output: ['export'],
		'with-image': ['export'],
	};
	for (const [name, takers] of Object.entries(fits)) {
		const value = values[name as keyof RunsValues];
		if (value !== undefined && value !== false && !takers.includes(action))
			throw usageError(`--${name} works only with ${takers.join(', ')}`, undefined, 'runs');
	}
	if (values.json && values.html !== undefined)
		throw usageError('--json and --html cannot be combined', undefined, 'runs');
}

async function list(values: RunsValues, {io, engine, folders}: Context): Promise<number> {
	const rows = await engine.listRuns(await engine.openMachine(folders));
	if (values.json)
		io.out(
			jsonText(
				rows.map(row => ('problem' in row ? {id: row.id, problem: row.problem} : {...row.run, steps: undefined})),
				2,
			),
		);
	else if (values.quiet) io.out(rows.map(({id}) => `${id}\n`).join(''));
	else {
		const {runsTable} = await import('../../view/records/runs-table.ts');
		io.out(runsTable(rows, io.now(), await lookOf(io, 'stdout', rows)));
	}
	return 0;
}

async function show(values: RunsValues, word: string, {io, engine, folders}: Context): Promise<number> {
	const shown = await engine.showRun(await engine.openMachine(folders), word, io.cwd);
	if (values.html !== undefined) {
		const {runPage} = await import('../../view/records/run-page.ts');
		const path = pathOf(values.html, io.cwd);
		try {
			io.writeFile(path, runPage(shown), true);
		} catch (cause) {
			throw cannotWrite(path, cause);
		}
		tell(io, `wrote ${values.html}`);
	} else if (values.json) {
		const {run, ...rest} = shown;
		io.out(jsonText({...run, ...rest}, 2));
	} else {
		const {runText} = await import('../../view/records/run-text.ts');
		io.out(runText(shown, await lookOf(io, 'stdout', shown)));
	}
	return 0;
}

/** Opens the steps of a start on the screen, or prints them all. */
async function steps(values: RunsValues, word: string, {io, engine, folders}: Context): Promise<number> {
	const shown = await engine.showRun(await engine.openMachine(folders), word, io.cwd);
	if (values.plain || !hasDashScreen(io)) {
		const {stepsText} = await import('../../view/records/steps-text.ts');
		io.out(stepsText(shown, await lookOf(io, 'stdout', shown)));
		return 0;
	}
	const {scrubSteps} = await import('../../tui/steps/scrub-steps.ts');
	const over = new AbortController();
	const close = io.onSignal(name => over.abort(name));
	try {
		const hasColor = hasColour({...io.env, CI: undefined}, true);
		await scrubSteps(shown, {env: io.env, theme: hasColor ? (io.theme ?? 'dark') : 'none', signal: over.signal});
	} finally {
		close();
	}
	return over.signal.aborted ? exitStatus({exitCode: 0, signal: String(over.signal.reason)}) : 0;
}

async function compare(
	values: RunsValues,
	words: readonly [string, string],
	{io, engine, folders}: Context,
): Promise<number> {
	const difference = await engine.diffRuns(await engine.openMachine(folders), words, io.cwd);
	if (values.json) io.out(jsonText(difference, 2));
	else {
		const {runDiffText} = await import('../../view/records/run-diff-text.ts');
		io.out(runDiffText(difference));
	}
	return difference.outputsDiffer ? 1 : 0;
}

async function remove(words: readonly string[], {io, engine, folders}: Context): Promise<number> {
	const machine = await engine.openMachine(folders);
	return eachName(words, io, word => engine.removeRun(machine, word));
}

async function send(values: RunsValues, word: string, {io, engine, folders}: Context): Promise<number> {
	const file = values.output === undefined ? undefined : pathOf(values.output, io.cwd);
	const request = {...present({file}), cwd: io.cwd, withImage: values['with-image']};
	io.out(`${await engine.exportRun(await engine.openMachine(folders), word, request)}\n`);
	io.err('the file contains the environment of the run, including secrets\n');
	return 0;
}

async function takeIn(words: readonly string[], {io, engine, folders}: Context): Promise<number> {
	const machine = await engine.openMachine(folders);
	const paths: string[] = [];
	for (const word of words) paths.push(...(await engine.importableRuns(machine, pathOf(word, io.cwd))));
	// Each by itself: a damaged record keeps none of the others out.
	return eachName(paths, io, path => engine.importRun(machine, path));
}

function pathOf(path: string, cwd: string): string {
	return isAbsolute(path) ? path : join(cwd, path);
}
