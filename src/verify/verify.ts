import type {Machine} from '../container/machine/machine.ts';
import {setTimeout as wait} from 'node:timers/promises';
import {TsboxError} from '../errors/tsbox-error.ts';
import {findProgram} from '../host/probe/tools.ts';
import {removeOwned} from '../host/files/remove-owned.ts';
import {makeStore, newWorkPath} from '../image/store/store.ts';
import {allVolumes} from '../state/volume.ts';
import {hostToolWords} from '../step/verbs/toolbox.ts';
import {compareTrees, type TreeDifference} from '../host/files/compare-trees.ts';
import {type Coverage, coverageLines} from './coverage.ts';
import {changeBack, changedOwner} from './owner-change.ts';
import {placeInMemory} from '../container/recover/work-place.ts';
import {loadProject, pickService} from '../container/machine/load-project.ts';
import {checkoutSize, checkoutSources} from './verify-checkout.ts';
import {coverageFor, sameOwnerReason} from './verify-coverage.ts';
import {type Area, type RunOutcome, type RunRequest, verifyRun, volumeOfRun} from './verify-run.ts';
import {removeVolume} from '../container/recover/volumes.ts';

/** What is to be verified. */
export interface VerifyRequest extends RunRequest {
	/** How often it is run, from 2. */
	readonly runs: number;
	/** Paths in the container that are compared; none: all that it wrote. */
	readonly outputs: readonly string[];
	/** Folder on the host that what each run made is copied to: `run-1`, `run-2`, ...; it must not be there. */
	readonly keep?: string;
	/** The copies of the checkout keep their owners, and the caller its numbers. */
	readonly sameOwner: boolean;
	/** Told before each run and of what a person should know. */
	readonly tell: (text: string) => void;
}

/** A difference between the first run and a later one. */
export interface RunDifference extends TreeDifference {
	/** The later run, from 2. */
	readonly run: number;
}

/** What {@link verify} found. */
export interface Verification {
	readonly runs: number;
	readonly reproducible: boolean;
	/** How the first run ended. */
	readonly exitCode: number;
	readonly differences: readonly RunDifference[];
	/** A command that shows more of the first difference; null where diffoscope is not there or nothing was kept. */
	readonly diffoscope: string | null;
	/** What the runs differed in, and what not. */
	readonly coverage: Coverage;
}

/** From the end of a run to the next one, ms: whoever writes down the second is found, however late in the run. */
const apart = 1100;

/**
 * Runs a service several times, one after the other, each differing in what should not matter, and compares what they
 * made: files, exit status and standard output. What the runs made is removed.
 *
 * @throws TsboxError E_USAGE, and whatever keeps a container from starting.
 */
export async function verify(machine: Machine, request: VerifyRequest): Promise<Verification> {
	const {host, facts, dirs} = machine;
	const {runs, outputs, tell} = request;
	if (!Number.isInteger(runs) || runs < 2)
		throw new TsboxError('E_USAGE', 'there must be at least 2 runs', {hint: 'leave `-n` out for 3'});
	if (request.keep !== undefined && host.lstat(request.keep) !== undefined)
		throw new TsboxError('E_USAGE', `${request.keep} is there already`, {hint: 'name a folder that is not'});
	const project = await loadProject(request, machine);
	const service = pickService(project, request.service);
	makeStore(host, dirs.store);
	const work = newWorkPath(host, dirs.store);
	const checkout = checkoutSources(machine, project, service);
	const bytes = checkoutSize(machine, checkout);
	const memory = checkout.length === 0 ? undefined : placeInMemory(host, bytes * runs);
	try {
		host.mkdir(work, 0o700);
		if (memory !== undefined) host.mkdir(memory, 0o700);
		const sameOwner = sameOwnerReason(machine, service, request.sameOwner, memory ?? work);
		const coverage = coverageFor(machine, service, checkout, {inMemory: memory !== undefined, sameOwner});
		for (const text of coverageLines(coverage)) tell(text);
		if (service.record === true) tell('no run is recorded: `record` is for `run` and `up`');
		const ended: RunOutcome[] = [];
		for (let run = 0; run < runs; run++) {
			tell(`run ${run + 1} of ${runs}`);
			const places = {
				copies: `${memory ?? work}/copies-${run + 1}`,
				outputs: `${work}/run-${run + 1}`,
				otherIds: sameOwner === undefined,
			};
			host.mkdir(places.copies, 0o755);
			host.mkdir(places.outputs, 0o700);
			const outcome = await verifyRun(machine, request, run, places);
			if (run === 0) for (const warning of outcome.warnings) tell(`warning: ${warning}`);
			ended.push(outcome);
			stopIfAsked(request);
			if (run + 1 < runs) await pause(apart, request);
		}
		const [first, ...others] = ended;
		for (const text of failures(host, ended)) tell(text);
		if (first === undefined) throw new TypeError('nothing was run');
		const differences = others.flatMap((other, at) =>
			differencesOf(first, other, outputs).map(difference => ({...difference, run: at + 2})),
		);
		checkOutputs(machine, ended, outputs);
		if (request.keep !== undefined) await keep(machine, request.keep, ended);
		return {
			runs,
			reproducible: differences.length === 0,
			exitCode: first.exitCode,
			differences,
			diffoscope: diffoscopeFor(machine, request.keep, differences),
			coverage,
		};
	} finally {
		await removeOwned(host, facts, work);
		if (memory !== undefined) host.removeTree(memory);
		await removeVolumes(
			machine,
			service.volumes.flatMap(each => (each.type === 'volume' ? [each.volume.name] : [])),
			runs,
		);
	}
}

function differencesOf(one: RunOutcome, other: RunOutcome, outputs: readonly string[]): readonly TreeDifference[] {
	const status = ({exitCode}: RunOutcome): string => String(exitCode);
	const exits =
		status(one) === status(other)
			? []
			: [{path: 'exit status', what: 'status' as const, one: status(one), other: status(other)}];
	const pairs =
		outputs.length === 0
			? one.areas.map(({target, folder}, at) => ({path: target, one: folder, other: other.areas[at]}))
			: outputs.map(path => ({path, one: placeOf(path, one.areas).folder, other: placeOf(path, other.areas)}));
	return [
		...exits,
		...compareTrees(one.stdout, other.stdout, 'standard output'),
		...pairs.flatMap(({path, one: first, other: second}) =>
			compareTrees(first, second?.folder ?? '', path, ids => changedOwner(ids, changeBack(second?.owners))),
		),
	];
}

/** What a path of the container is afterwards: part of the nearest mount, or of the writable layer. */
function placeOf(path: string, areas: readonly Area[]): Area {
	const covers = ({target}: Area): boolean => target === '/' || path === target || path.startsWith(`${target}/`);
	const [area] = areas.filter(covers).toSorted((a, b) => b.target.length - a.target.length);
	if (area === undefined) throw new TypeError(`nothing covers ${path}`);
	const rest = path.slice(area.target.length).replace(/^\//, '');
	return {...area, folder: rest === '' ? area.folder : `${area.folder}/${rest}`};
}

/** A name that no run made is a slip of the pen: comparing nothing with nothing would always succeed. */
function checkOutputs({host}: Machine, ended: readonly RunOutcome[], outputs: readonly string[]): void {
	const missing = outputs.find(path => ended.every(({areas}) => host.lstat(placeOf(path, areas).folder) === undefined));
	if (missing === undefined) return;
	throw new TsboxError('E_USAGE', `no run wrote ${missing}`, {
		why: 'it lies neither in the writable layer nor in a folder or volume that is written to; a tmpfs is gone with the container',
		hint: 'see what it writes without `--output`',
	});
}

/** The area's folder below the kept one: `run-1/root`, `run-1/mnt_out`. */
function keptName({target}: Area): string {
	return target === '/' ? 'root' : `mnt${target.replaceAll('/', '_')}`;
}

async function keep({host, facts}: Machine, folder: string, ended: readonly RunOutcome[]): Promise<void> {
	const cp = hostToolWords(facts, 'cp') ?? ['cp'];
	for (const [run, {areas, stdout, stderr}] of ended.entries()) {
		const to = `${folder}/run-${run + 1}`;
		host.mkdirs(to, 0o700);
		await host.run([...cp, '-a', stdout, stderr, to]);
		for (const area of areas)
			if (host.lstat(area.folder) !== undefined) await host.run([...cp, '-a', area.folder, `${to}/${keptName(area)}`]);
	}
}

function diffoscopeFor({host}: Machine, folder: string | undefined, [first]: readonly RunDifference[]): string | null {
	const program = findProgram(host, 'diffoscope');
	if (program === undefined || folder === undefined || first === undefined) return null;
	return `diffoscope ${folder}/run-1 ${folder}/run-${first.run}`;
}

async function removeVolumes(machine: Machine, names: readonly string[], runs: number): Promise<void> {
	const there = allVolumes(machine.host, machine.dirs.store).map(({name}) => name);
	const own = names.flatMap(name => Array.from({length: runs}, (_, run) => volumeOfRun(machine.host, name, run)));
	for (const name of own) if (there.includes(name)) await removeVolume(machine, name);
}

/** A build that fails each time makes the same each time, which says little. */
function failures(host: Machine['host'], ended: readonly RunOutcome[]): readonly string[] {
	return ended.flatMap(({exitCode, stderr}, run) => {
		if (exitCode === 0) return [];
		const said = (host.readText(stderr) ?? '').trim().split('\n').at(-1) ?? '';
		return [`warning: run ${run + 1} ended with status ${exitCode}${said === '' ? '' : `: ${said}`}`];
	});
}

/** A run that was interrupted has not made what it would have. */
function stopIfAsked({signal}: VerifyRequest): void {
	if (signal.aborted) throw new TsboxError('E_INTERRUPTED', 'it was interrupted', {cause: signal.reason});
}

async function pause(ms: number, request: VerifyRequest): Promise<void> {
	try {
		await wait(ms, undefined, {signal: request.signal});
	} catch {
		stopIfAsked(request);
	}
}
