import {present} from '../../spec/syntax/pick.ts';
import type {Machine, MachineOptions} from '../machine/machine.ts';
import type {PlannedContainer} from '../machine/planned-container.ts';
import type {SpecRequest} from '../machine/spec-request.ts';
import type {Host} from '../../host/host.ts';
import {sameInputs} from '../../host/inputs/input-lines.ts';
import {
	forgetKept,
	isKept,
	keepResult,
	type KeptResult,
	keyText,
	readKept,
	removeKept,
} from '../../host/inputs/kept-files.ts';
import {recordHost} from '../../host/inputs/recorded-host.ts';
import {parse} from '../../host/facts/saved-facts.ts';
import {realHost} from '../../host/programs/real-host.ts';
import {keptFolder, openMachine} from '../machine/open-machine.ts';
import {planContainer, type PlanOptions} from './plan-container.ts';

/** Digest of all that this tsbox is built from; set by build.mjs. Without a build nothing is kept. */
declare const BUILD: string | undefined;

/** A machine, and the plan of a container on it. The machine has no defaults for specs: those are not JSON, and no spec is read any more. */
export interface PlannedOnMachine {
	readonly machine: Omit<Machine, 'defaults'>;
	readonly planned: PlannedContainer;
	/** What a kept plan was made from, if there is nothing yet by which it could be started without Node. */
	readonly inputs?: readonly string[];
}

/** A command line, and the process that it was given to. */
export interface KeptRequest extends Pick<SpecRequest, 'env' | 'cwd'> {
	/**
	 * The words of the command line, and which of standard input, output, and error are terminals: with the inputs of a plan they decide all
	 * that was asked for.
	 */
	readonly words: readonly string[];
	/** For tests: the digest of another build. */
	readonly build?: string;
}

/** What to plan, and for which command line. */
export interface PlanRequest
	extends KeptRequest,
		SpecRequest,
		Pick<PlanOptions, 'tty' | 'signal' | 'onRead' | 'buildImage'> {
	/** Take no plan of before and keep none: something is done at each start. */
	readonly isFresh?: boolean;
}

/**
 * Opens the machine and plans a container that will be started. The plan is kept with all that it was made from: as long as that is the same, neither
 * the spec nor the machine is looked at again, and no parser is loaded.
 *
 * @throws TsboxError as openMachine and planContainer do.
 */
export async function openPlanned(options: MachineOptions, request: PlanRequest): Promise<PlannedOnMachine> {
	const kept = request.isFresh === true ? undefined : await keptPlan(options, request);
	if (kept !== undefined) return kept;
	const {env, cwd, tty, signal, onRead, buildImage} = request;
	const host = realHost();
	const recorded = recordHost(host, env);
	const opened = await openMachine(options, true, {host: recorded.host, env: recorded.env, cwd});
	const planned = await planContainer(
		opened,
		{...request, env: recorded.env},
		present({tty, signal, onRead, buildImage}),
	);
	const {host: _, defaults: __, ...machine} = opened;
	const {rootfs, given = []} = planned.service;
	// Such an image is built or pulled before each start is planned, which a kept plan would skip.
	const isBuilt =
		rootfs.kind === 'image' && rootfs.built === true && rootfs.pull !== 'missing' && rootfs.pull !== 'never';
	// Texts of secrets and configs are kept nowhere.
	const inputs = isBuilt || given.length > 0 || request.isFresh === true ? undefined : recorded.inputs();
	if (inputs !== undefined)
		keepPlan(host, keptFolder(options, {host, env, cwd}), request, {inputs, json: JSON.stringify({machine, planned})});
	return {machine: {...machine, host}, planned, ...(inputs === undefined ? {} : {inputs})};
}

/** The plan that was kept for a command line, if it would be the same today. */
export async function keptPlan(options: MachineOptions, request: KeptRequest): Promise<PlannedOnMachine | undefined> {
	const key = keyOf(request);
	if (key === undefined) return undefined;
	const host = realHost();
	const folder = keptFolder(options, {...request, host});
	const kept = readKept(host, folder, key);
	if (kept === undefined || !sameInputs(kept.inputs, host, request.env)) return undefined;
	const result = parse(kept.json) as PlannedOnMachine | undefined;
	if (result === undefined) return undefined;
	const front = frontKey(request);
	const {inputs} = kept;
	const isOpen = front !== undefined && !isKept(host, folder, front);
	return {...result, machine: {...result.machine, host}, ...(isOpen ? {inputs} : {})};
}

/** Keeps a plan, in place of what was made from the one before. */
function keepPlan(host: Host, folder: string, request: KeptRequest, result: KeptResult): void {
	const [key, front] = [keyOf(request), frontKey(request)];
	if (key === undefined) return;
	if (front !== undefined) forgetKept(host, folder, front);
	keepResult(host, folder, key, result);
}

/** Removes all plans that are kept for these folders. */
export async function forgetPlans(options: MachineOptions, caller: Pick<SpecRequest, 'env' | 'cwd'>): Promise<void> {
	const host = realHost();
	removeKept(host, keptFolder(options, {...caller, host}));
}

function keyOf(request: KeptRequest): string | undefined {
	const words = keptWords(request);
	return words === undefined ? undefined : keyText(words);
}

/**
 * The key of that by which bin/front.pl starts a command line. It has no word for the processor, which is that of perl(1), one of the inputs.
 */
export function frontKey(request: KeptRequest): string | undefined {
	const words = keptWords(request);
	if (words === undefined) return undefined;
	const [build = '', , ...others] = words;
	return keyText(['front', build, ...others]);
}

/** The words of a command line's key: the build, the kind of processor, who and where the caller is, and what was asked for. */
function keptWords({
	cwd,
	words,
	build = typeof BUILD === 'undefined' ? undefined : BUILD,
}: KeptRequest): readonly string[] | undefined {
	return build === undefined ? undefined : [build, process.arch, ids(), cwd, ...words];
}

/** The user, groups and supplementary groups of this process, as one word. */
function ids(): string {
	const groups = [...new Set(process.getgroups?.())].sort((one, other) => one - other);
	return [process.getuid?.(), process.geteuid?.(), process.getgid?.(), process.getegid?.(), ...groups].join(',');
}
