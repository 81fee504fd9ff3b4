import {present} from '../../spec/syntax/pick.ts';
import type {Machine, MachineOptions} from '../machine/machine.ts';
import type {PlannedContainer} from '../machine/planned-container.ts';
import type {SpecRequest} from '../machine/spec-request.ts';
import {sameInputs} from '../../host/inputs/input-lines.ts';
import {keepResult, keyText, readKept, removeKept} from '../../host/inputs/kept-files.ts';
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
export interface PlanRequest extends KeptRequest, SpecRequest, Pick<PlanOptions, 'tty' | 'signal' | 'onRead'> {}

/**
 * Opens the machine and plans a container that will be started. The plan is kept with all that it was made from: as long as that is the same, neither
 * the spec nor the machine is looked at again, and no parser is loaded.
 *
 * @throws TsboxError as openMachine and planContainer do.
 */
export async function openPlanned(options: MachineOptions, request: PlanRequest): Promise<PlannedOnMachine> {
	const kept = await keptPlan(options, request);
	if (kept !== undefined) return kept;
	const {env, cwd, tty, signal, onRead} = request;
	const host = realHost();
	const recorded = recordHost(host, env);
	const opened = await openMachine(options, true, {host: recorded.host, env: recorded.env, cwd});
	const planned = await planContainer(opened, {...request, env: recorded.env}, present({tty, signal, onRead}));
	const {host: _, defaults: __, ...machine} = opened;
	const [inputs, key] = [recorded.inputs(), keyOf(request)];
	if (key !== undefined && inputs !== undefined)
		keepResult(host, keptFolder(options, {host, env, cwd}), key, {inputs, json: JSON.stringify({machine, planned})});
	return {machine: {...machine, host}, planned};
}

/** The plan that was kept for a command line, if it would be the same today. */
export async function keptPlan(options: MachineOptions, request: KeptRequest): Promise<PlannedOnMachine | undefined> {
	const key = keyOf(request);
	if (key === undefined) return undefined;
	const host = realHost();
	const kept = readKept(host, keptFolder(options, {...request, host}), key);
	if (kept === undefined || !sameInputs(kept.inputs, host, request.env)) return undefined;
	const result = parse(kept.json) as PlannedOnMachine | undefined;
	return result === undefined ? undefined : {...result, machine: {...result.machine, host}};
}

/** Removes all plans that are kept for these folders. */
export async function forgetPlans(options: MachineOptions, caller: Pick<SpecRequest, 'env' | 'cwd'>): Promise<void> {
	const host = realHost();
	removeKept(host, keptFolder(options, {...caller, host}));
}

function keyOf({
	cwd,
	words,
	build = typeof BUILD === 'undefined' ? undefined : BUILD,
}: KeptRequest): string | undefined {
	return build === undefined ? undefined : keyText([build, process.arch, ids(), cwd, ...words]);
}

/** The user, groups and supplementary groups of this process, as one word. */
function ids(): string {
	const groups = [...new Set(process.getgroups?.())].sort((one, other) => one - other);
	return [process.getuid?.(), process.geteuid?.(), process.getgid?.(), process.getegid?.(), ...groups].join(',');
}
