import {setTimeout as delay} from 'node:timers/promises';
import type {Machine, MachineFolders} from '../container/machine/machine.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import {letThrough, reopenGate} from '../execute/gate.ts';
import {rollBack} from '../execute/rollback.ts';
import {killCgroup} from '../execute/undo.ts';
import type {Host} from '../host/host.ts';
import {isRunning, signalProcess} from '../host/programs/process.ts';
import {freeze, thaw} from '../kernel/freeze.ts';
import {killOf} from '../kernel/kill-of.ts';
import {cgroupPids} from '../kernel/processes.ts';
import {releaseName} from '../state/claim.ts';
import {engineLink} from '../state/engine-link.ts';
import {freezersOf} from '../state/freezer.ts';
import type {ContainerRecord} from '../state/record.ts';
import {readStartReport, startedFolder} from '../state/start-report.ts';
import {findRecord} from './find-record.ts';
import {runStartedHooks, runStoppedHooks} from './hooks.ts';
import {inRuncsWords} from './runc-words.ts';

/** A container by its engine's words. */
export interface Named {
	readonly root: string;
	readonly id: string;
	/** Told what a person should know. */
	readonly warn: (text: string) => void;
}

function refused(message: string): TsboxError {
	return new TsboxError('E_STATE', message, {hint: '`tsbox-runtime state` shows its state'});
}

/**
 * Lets the command of a created container run.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_COMMAND_NOT_FOUND, E_COMMAND_NOT_EXECUTABLE, E_STEP_FAILED.
 */
export async function startCreated(machine: Machine, {root, id}: Named): Promise<void> {
	const {host, facts} = machine;
	const {conf, record, status} = findRecord(machine, root, id);
	if (status === 'stopped') throw refused('cannot start a container that has stopped');
	if (status !== 'created') throw refused('cannot start an already running container');
	const exec = readStartReport(host, conf)?.plan.steps.flatMap(({action}) =>
		action.kind === 'exec' ? [action] : [],
	)[0];
	if (exec === undefined || record.process === null) throw refused('the container has no stored plan');
	if (!host.mkdir(`${conf}/${startedFolder}`, 0o700)) throw refused('cannot start an already running container');
	await letThrough(reopenGate(conf), exec, host, facts, record.process.pid).catch((error: unknown) => {
		throw inRuncsWords(error, exec.args[0]);
	});
	try {
		await runStartedHooks(machine, record);
	} catch (error) {
		await endOf(host, record);
		throw error;
	}
}

/** The numbers of real-time signals, signal(7), and of what a word says else. */
function signalOf(word: string): string | number {
	if (/^\d+$/.test(word)) return Number(word);
	const name = word.toUpperCase();
	return name.startsWith('SIG') ? name : `SIG${name}`;
}

/**
 * Sends a signal to the first process, or with `all` to each process of the control group.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_USAGE, E_STATE for a container that does not run.
 */
export function killProcess({host}: MachineFolders, {root, id}: Named, word: string, all: boolean): void {
	const {record} = findRecord({host}, root, id);
	const signal = signalOf(word);
	if (all && signal !== 9 && signal !== 'SIGKILL')
		for (const pid of cgroupPids(host, record.cgroups) ?? []) host.kill(pid, signal as NodeJS.Signals);
	else if (all) killCgroup(host, killOf(host, record.cgroups));
	if (all) return;
	if (record.process === null || !isRunning(host, record.process)) throw refused('container not running');
	try {
		if (typeof signal === 'string') signalProcess(host, record.process, signal);
		else host.kill(record.process.pid, signal as unknown as NodeJS.Signals);
	} catch (cause) {
		if ((cause as {code?: string}).code !== 'ERR_UNKNOWN_SIGNAL') throw cause;
		throw new TsboxError('E_USAGE', `unknown signal ${JSON.stringify(word)}`, {
			hint: 'see signal(7) for the names',
			cause,
		});
	}
	if (signal === 9 || signal === 'SIGKILL') thaw(host, freezersOf(host, record.cgroups));
}

/** How long a killed container may take to end, ms. */
const longestEnd = 10_000;
/** How long one may take that nobody else has frozen, ms. */
const usualEnd = 100;

async function endOf(host: Host, record: ContainerRecord): Promise<void> {
	killCgroup(host, killOf(host, record.cgroups));
	const {process} = record;
	if (process === null) return;
	signalProcess(host, process, 'SIGKILL');
	const freezers = freezersOf(host, record.cgroups);
	thaw(host, freezers);
	const killed = performance.now();
	const waits = async (ms: number): Promise<void> => {
		while (isRunning(host, process) && performance.now() < killed + ms) await delay(2);
	};
	await waits(usualEnd);
	// Others may have frozen it in a group of theirs: coming back thaws it.
	const own = freezers.find(({version}) => version === 1);
	if (own !== undefined && isRunning(host, process))
		try {
			host.writeKernelFile(`${own.path}/cgroup.procs`, String(process.pid));
		} catch {
			// It has ended meanwhile.
		}
	await waits(longestEnd);
}

/**
 * Takes all of a container back that its plan has made. With `force` also of one that runs, and nothing of an id that is unknown.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE for a container that runs.
 */
export async function deleteContainer(machine: Machine, {root, id, warn}: Named, force: boolean): Promise<void> {
	const {host, facts, dirs} = machine;
	if (force && host.stat(engineLink({root, id})) === undefined) {
		host.removeTree(engineLink({root, id}));
		return;
	}
	const {conf, record, status} = findRecord(machine, root, id);
	if (status !== 'stopped' && !force) throw refused(`cannot delete container ${id} that is not stopped: ${status}`);
	await endOf(host, record);
	await rollBack(host, facts, conf, () => {});
	await runStoppedHooks(machine, record, warn);
	host.removeTree(engineLink({root, id}));
	releaseName(host, dirs.state, record.name);
}

/**
 * Freezes or thaws all processes of a container.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_HOST_UNSUPPORTED, E_STEP_FAILED.
 */
export async function setPaused({host}: MachineFolders, {root, id}: Named, paused: boolean): Promise<void> {
	const {record, status} = findRecord({host}, root, id);
	if (paused && status !== 'running' && status !== 'created') throw refused('container not running');
	if (!paused && status !== 'paused') throw refused('container not paused');
	const freezers = freezersOf(host, record.cgroups);
	const [first] = freezers;
	if (first === undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'cannot pause: this machine has no freezer', {hint: 'mount one'});
	if (paused) await freeze(host, first);
	else thaw(host, freezers);
}
