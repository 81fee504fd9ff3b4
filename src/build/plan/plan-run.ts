import {posix} from 'node:path';
import {parseMountTarget} from '../../spec/values/container-path.ts';
import {contentDigest, copiedEntries} from '../context/content-digest.ts';
import {findSources} from '../context/find-sources.ts';
import type {InstructionOf} from '../instructions/instruction.ts';
import {type RunMount, readMount} from '../instructions/read-mount.ts';
import {quoted} from '../../spec/model/parsed.ts';
import {instructionError} from '../syntax/dockerfile-error.ts';
import {isFileName, readHeredocStart} from '../syntax/heredoc.ts';
import type {PlannedMount, RunStep} from './build-plan.ts';
import {digestOf} from './cache-key.ts';
import {expandText} from './expand-text.ts';
import {platformText} from './platform.ts';
import type {StageContext} from './stage-context.ts';
import {type StageState, withShell} from './stage-state.ts';

/** A RUN as a command of a container. */
export interface PlannedRun {
	readonly run: RunStep;
	readonly command: string;
	readonly inputs: string;
	/** Digests of where its mounts come from, where the files are not known yet. */
	readonly sourceKeys: readonly string[];
}

interface FoundMount {
	readonly mount: PlannedMount;
	/** A digest of the files that it shows, where they are known. */
	readonly content?: string;
	/** A digest of where it comes from, where they are not. */
	readonly key?: string;
}

/** Plans a RUN. @throws E_DOCKERFILE */
export async function planRun(
	state: StageState,
	instruction: InstructionOf<'run'>,
	context: StageContext,
): Promise<PlannedRun> {
	const {command, mounts, network} = instruction;
	const planned: FoundMount[] = [];
	for (const [index, text] of mounts.entries()) planned.push(await planMount(state, instruction, text, index, context));
	const {argv, script} = commandOf(state, instruction);
	const {User: user, WorkingDir: workingDir = '/'} = state.config.config;
	const env = Object.fromEntries(state.env);
	const run: RunStep = {
		argv,
		env: {...context.scope.proxies, ...env},
		workingDir,
		...(user !== undefined && user !== '' && {user}),
		mounts: planned.map(({mount}) => mount),
		network: network === 'default' ? context.network : network,
		...(script !== undefined && {script}),
	};
	return {
		run,
		command: `RUN ${command.isShell ? argv.slice(-1).join(' ') : JSON.stringify(argv)}`,
		// A proxy that no ARG names changes nothing that is built.
		inputs: digestOf({
			...run,
			env,
			files: planned.map(({content}) => content ?? null),
			platform: platformText(context.platform),
		}),
		sourceKeys: planned.flatMap(({key}) => key ?? []),
	};
}

/**
 * The command of a RUN. A here-document that is the whole command is text for the shell, or a program if it begins with `#!`; any other
 * one is read by the shell itself.
 */
function commandOf(
	state: StageState,
	{raw, command: {words, isShell}}: InstructionOf<'run'>,
): {argv: readonly string[]; script?: {path: string; content: string}} {
	if (!isShell) return {argv: words};
	const [text = ''] = words;
	const [first] = raw.heredocs;
	if (first === undefined) return {argv: withShell(state, text)};
	if (raw.heredocs.length === 1 && readHeredocStart(text) !== undefined) {
		if (!first.content.startsWith('#!')) return {argv: withShell(state, first.content)};
		// BuildKit's place for it, so that `$0` is the same.
		if (!isFileName(first.name))
			throw instructionError(raw, `the here-document's word ${quoted(first.name)} is no name of a file`);
		const path = `/dev/pipes/${first.name}`;
		return {argv: [path], script: {path, content: first.content}};
	}
	const documents = raw.heredocs.map(({written, name}) => `\n${written}${name}`).join('');
	return {argv: withShell(state, text + documents)};
}

/** Refuses a target that no spec may have either: a mount over `/proc` would take away what protects the host. */
function checkTarget(
	state: StageState,
	{raw}: InstructionOf<'run'>,
	{target}: RunMount,
	flag: Parameters<typeof instructionError>[3],
): void {
	if (target === undefined) return;
	const checked = parseMountTarget(posix.resolve('/', state.config.config.WorkingDir ?? '/', target));
	if (!checked.ok)
		throw instructionError(raw, `the target of --mount ${checked.problem}`, 'choose another target', flag);
}

async function planMount(
	state: StageState,
	instruction: InstructionOf<'run'>,
	text: string,
	index: number,
	context: StageContext,
): Promise<FoundMount> {
	const {raw} = instruction;
	const flag = raw.flags.filter(({name}) => name === 'mount')[index];
	const read = readMount(text, value => expandText(raw, value, state.env, context.notes));
	if (!read.ok) throw instructionError(raw, `--mount ${read.problem}`, read.hint, flag);
	const mount = read.value;
	checkTarget(state, instruction, mount, flag);
	if (mount.type !== 'bind' && (mount.type !== 'cache' || mount.from === undefined)) return {mount};
	const {source, tree, key} = await context.sourceOf(mount.from, raw);
	const planned = {...mount, files: source};
	if (tree === undefined || mount.type === 'cache') return {mount: planned, ...(key !== undefined && {key})};
	const found = findSources(tree, mount.source ?? '.', {parents: false});
	if (!found.ok)
		throw instructionError(raw, `--mount has the source \`${found.missing}\`, which does not exist`, undefined, flag);
	const entries = copiedEntries(tree, found.found);
	return {mount: {...planned, entries}, content: await contentDigest(tree, entries)};
}
