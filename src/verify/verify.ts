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

/** What to verify. */
export interface VerifyRequest extends RunRequest {
	/** Number of runs, at least 2. */
	readonly runs: number;
	/** Paths in the container to compare; empty for everything the command wrote. */
	readonly outputs: readonly string[];
	/** Folder on the host, which must not exist, for the results of all runs: `run-1`, `run-2`, ... */
	readonly keep?: string;
	/** The caller and the copies keep their ids. */
	readonly sameOwner: boolean;
	/** Receives progress and warnings for people. */
	readonly tell: (text: string) => void;
}

/** A difference between the first run and a later one. */
export interface RunDifference extends TreeDifference {
	/** Number of the later run, from 2. */
	readonly run: number;
}

/** The result of {@link verify}. */
export interface Verification {
	readonly runs: number;
	readonly reproducible: boolean;
	/** Exit status of the first run. */
	readonly exitCode: number;
	readonly differences: readonly RunDifference[];
	/** A command that explains the first difference; null without diffoscope or kept results. */
	readonly diffoscope: string | null;
	readonly coverage: Coverage;
}

/** Pause between runs, in ms. More than a second, so that a build that stores the time in seconds always differs. */
export const apart = 1100;

/**
 * Runs a service several times, one run after the other, each with other influences that should not matter. Compares files, exit
 * status and standard output of the runs, and removes them.
 *
 * @throws TsboxError E_USAGE, and any reason why a container does not start.
 */
export async function verify(machine: Machine, request: VerifyRequest): Promise<Verification> {
	const {host, facts, dirs} = machine;
	const {runs, outputs, tell} = request;
	if (!Number.isInteger(runs) || runs < 2)
		throw new TsboxError('E_USAGE', 'verify needs at least 2 runs', {hint: 'omit `-n` for 3 runs'});
	if (request.keep !== undefined && host.lstat(request.keep) !== undefined)
		throw new TsboxError('E_USAGE', `${request.keep} already exists`, {hint: 'choose a folder that does not exist'});
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
		if (service.record === true) tell('`record` is ignored: only `run` and `up` keep records');
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
		if (first === undefined) throw new TypeError('there was no run');
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

/** The host path of a container path: in the nearest mount, or in the writable layer. */
function placeOf(path: string, areas: readonly Area[]): Area {
	const covers = ({target}: Area): boolean => target === '/' || path === target || path.startsWith(`${target}/`);
	const [area] = areas.filter(covers).toSorted((a, b) => b.target.length - a.target.length);
	if (area === undefined) throw new TypeError(`nothing covers ${path}`);
	const rest = path.slice(area.target.length).replace(/^\//, '');
	return {...area, folder: rest === '' ? area.folder : `${area.folder}/${rest}`};
}

/** Refuses a path that no run wrote. It is probably a typo, and comparing nothing with nothing would succeed. */
function checkOutputs({host}: Machine, ended: readonly RunOutcome[], outputs: readonly string[]): void {
	const missing = outputs.find(path => ended.every(({areas}) => host.lstat(placeOf(path, areas).folder) === undefined));
	if (missing === undefined) return;
	throw new TsboxError('E_USAGE', `no run wrote ${missing}`, {
		why: 'it is not in the writable layer, a writable folder, or a volume; the content of a tmpfs is lost when the container ends',
		hint: 'run without `--output` to see what the command writes',
	});
}

/** The name of an area's folder in the kept results: `run-1/root`, `run-1/mnt_out`. */
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

/** Warnings about failed runs. A build that fails every time is reproducible, which means little. */
function failures(host: Machine['host'], ended: readonly RunOutcome[]): readonly string[] {
	return ended.flatMap(({exitCode, stderr}, run) => {
		if (exitCode === 0) return [];
		const said = (host.readText(stderr) ?? '').trim().split('\n').at(-1) ?? '';
		return [`warning: run ${run + 1} ended with status ${exitCode}${said === '' ? '' : `: ${said}`}`];
	});
}

/** Ends the verification after an interrupt, since an interrupted run has not written everything. */
function stopIfAsked({signal}: VerifyRequest): void {
	if (signal.aborted) throw new TsboxError('E_INTERRUPTED', 'the verification was interrupted', {cause: signal.reason});
}

async function pause(ms: number, request: VerifyRequest): Promise<void> {
	try {
		await wait(ms, undefined, {signal: request.signal});
	} catch {
		stopIfAsked(request);
	}
}
