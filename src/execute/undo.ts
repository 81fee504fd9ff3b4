import {setTimeout as delay} from 'node:timers/promises';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {HostFacts} from '../host/facts.ts';
import {unlessForbidden} from '../host/errno.ts';
import type {Host} from '../host/host.ts';
import {removeOwned} from '../host/files/remove-owned.ts';
import {runShell} from '../host/programs/run-shell.ts';
import {isRunning, type ProcessIdentity} from '../host/programs/process.ts';
import type {ActionOf, UndoAction} from '../step/verbs/action.ts';
import type {CgroupKill} from '../step/verbs/cgroups.ts';
import {refreshNames} from '../state/network-names.ts';
import {hostScriptText} from '../step/verbs/host-script.ts';
import {runWhileThereWords} from '../step/verbs/run.ts';
import {hostToolWords} from '../step/verbs/toolbox.ts';

/** How long a killed cgroup may take to become empty, ms. A process in disk I/O dies only after the I/O. */
const emptyWithin = 10_000;

function codeOf(error: unknown): string | undefined {
	return (error as NodeJS.ErrnoException).code;
}

function processesIn(host: Host, cgroup: string): readonly number[] {
	return (
		host
			.readText(`${cgroup}/cgroup.procs`)
			?.split('\n')
			.filter(line => line !== '')
			.map(Number) ?? []
	);
}

function writeIfThere(host: Host, path: string, value: string): boolean {
	try {
		host.writeKernelFile(path, value);
		return true;
	} catch (error) {
		if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENODEV') return false;
		throw error;
	}
}

/** Kills every process of a cgroup. Frozen processes cannot fork while the list is read. */
export function killCgroup(host: Host, kill: CgroupKill): void {
	switch (kill.kind) {
		case 'cgroup.kill':
			writeIfThere(host, `${kill.path}/cgroup.kill`, '1');
			return;
		case 'freezer':
			// Each write to the freezer blocks this thread in the kernel for 5 to 15 ms.
			if (processesIn(host, kill.path).length === 0) return;
			if (!writeIfThere(host, `${kill.path}/freezer.state`, 'FROZEN')) return;
			for (const pid of processesIn(host, kill.path)) host.kill(pid, 'SIGKILL');
			writeIfThere(host, `${kill.path}/freezer.state`, 'THAWED');
			return;
		case 'procs':
			for (const pid of processesIn(host, kill.path)) host.kill(pid, 'SIGKILL');
			return;
		case 'root':
			killByRoot(host, kill.path);
			return;
		case 'none':
			return;
	}
}

/** Kills every process whose root folder this is. /proc/PID/root leads there whatever the process has mounted: proc_pid_root(5). */
function killByRoot(host: Host, path: string): void {
	const root = host.stat(path);
	const real = host.stat('/');
	// Whatever went wrong, the root of the host is no container.
	if (root === undefined || (root.ino === real?.ino && root.dev === real.dev)) return;
	for (let found = true, rounds = 0; found && rounds < 10; rounds += 1) {
		found = false;
		for (const pid of host.list('/proc').map(Number)) {
			const own = Number.isInteger(pid) ? unlessForbidden(() => host.stat(`/proc/${pid}/root/.`)) : undefined;
			if (own === undefined || own.ino !== root.ino || own.dev !== root.dev) continue;
			found = host.kill(pid, 'SIGKILL') || found;
		}
	}
}

/** Retries, because rmdir(2) fails with EBUSY while the cgroup still counts a dying process. */
async function removeCgroup(host: Host, path: string, kill: CgroupKill): Promise<void> {
	const until = performance.now() + emptyWithin;
	for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
		try {
			await host.rmdir(path);
			return;
		} catch (error) {
			if (codeOf(error) !== 'EBUSY') throw error;
			await removeNested(host, path, kill);
			if (performance.now() > until) {
				throw new TsboxError('E_STEP_FAILED', `the cgroup ${path} does not become empty`, {
					output: `processes ${processesIn(host, path).join(', ')}`,
					hint: 'see what they wait for in /proc/PID/stack, then run `tsbox gc`',
				});
			}
			killCgroup(host, kill);
			await delay(pause);
		}
	}
}

/** Removes the cgroups that the container made below its own, and kills what is left in them. */
async function removeNested(host: Host, path: string, kill: CgroupKill): Promise<void> {
	for (const name of host.list(path)) {
		const below = `${path}/${name}`;
		if (host.lstat(below)?.kind !== 'directory') continue;
		killCgroup(host, {kind: 'procs', path: below});
		await removeCgroup(host, below, kill).catch((error: unknown) => {
			if (codeOf(error) !== 'ENOENT') throw error;
		});
	}
}

async function removeParent(host: Host, path: string): Promise<void> {
	// rmdir(2) would say the same, but in another thread.
	if ((host.stat(path)?.links ?? 0) > 2) return;
	try {
		await host.rmdir(path);
	} catch (error) {
		if (codeOf(error) !== 'EBUSY' && codeOf(error) !== 'ENOTEMPTY') throw error;
	}
}

/** Retries, because the work folder of an overlay can be busy for a moment after the unmount. */
async function removeTree(host: Host, facts: HostFacts, path: string): Promise<void> {
	const until = performance.now() + 2000;
	for (;;) {
		try {
			await removeOwned(host, facts, path);
			return;
		} catch (error) {
			if (codeOf(error) !== 'EBUSY' || performance.now() > until) throw error;
			await delay(10);
		}
	}
}

async function unmountTree(host: Host, facts: HostFacts, path: string): Promise<void> {
	const mounted = (): boolean =>
		host
			.readText('/proc/self/mountinfo')
			?.split('\n')
			.some(line => {
				const target = line.split(' ')[4]?.replaceAll('\\040', ' ');
				return target === path || target?.startsWith(`${path}/`);
			}) ?? false;
	while (mounted()) {
		// A lazy umount does not wait. If it hangs all the same, the timeout lets the other undos run.
		const {exitCode, stderr, command} = await host.run(
			[...(hostToolWords(facts, 'umount') ?? ['umount']), '-i', '-n', '-l', '-R', path],
			{timeoutMs: emptyWithin},
		);
		if (exitCode !== 0 && mounted())
			throw new TsboxError('E_STEP_FAILED', `${path} cannot be unmounted`, {command, output: stderr.trim()});
	}
}

async function runWhileThere(action: ActionOf<'runWhileThere'>, {host, facts}: UndoContext): Promise<void> {
	if (host.lstat(action.path) === undefined) return;
	const words = runWhileThereWords(action, facts);
	const {exitCode, stderr, command} = await host.run(words, {timeoutMs: emptyWithin});
	if (exitCode !== 0 && host.lstat(action.path) !== undefined)
		throw new TsboxError('E_STEP_FAILED', `${action.path} cannot be taken back`, {command, output: stderr.trim()});
}

async function undoScript(action: ActionOf<'undoScript'>, {host, facts}: UndoContext): Promise<void> {
	const {exitCode, stderr} = await runShell(host, facts, hostScriptText(action, {isUndo: true}), {
		timeoutMs: emptyWithin,
	});
	if (exitCode !== 0)
		throw new TsboxError('E_STEP_FAILED', 'a step cannot be taken back', {
			command: action.lines.join('\n'),
			output: stderr,
		});
}

/** Kills the processes of the cgroup and of the journal, and waits until those of the journal have ended. */
async function stop({kill}: ActionOf<'stop'>, {host, processes}: UndoContext): Promise<void> {
	killCgroup(host, kill);
	for (const process of processes) if (isRunning(host, process)) host.kill(process.pid, 'SIGKILL');
	const until = performance.now() + emptyWithin;
	while (processes.some(process => isRunning(host, process)) && performance.now() < until) await delay(2);
}

async function removeCgroups({paths, parents, kill}: ActionOf<'removeCgroups'>, {host}: UndoContext): Promise<void> {
	killCgroup(host, kill);
	// In parallel, because the kernel blocks for a while in each hierarchy.
	await Promise.all(paths.map(path => removeCgroup(host, path, kill)));
	for (const path of parents) await removeParent(host, path);
}

interface UndoContext {
	readonly host: Host;
	readonly facts: HostFacts;
	/** The processes that the journal lists. */
	readonly processes: readonly ProcessIdentity[];
}

type Undoing<A> = (action: A, context: UndoContext) => Promise<void>;

const undoings: {readonly [K in UndoAction['kind']]: Undoing<ActionOf<K>>} = {
	removeTree: ({path}, {host, facts}) => removeTree(host, facts, path),
	removeCgroups,
	unmountTree: ({path}, {host, facts}) => unmountTree(host, facts, path),
	stop,
	runWhileThere,
	undoScript,
	refreshNames: async ({state}, {host}) => refreshNames(host, state),
};

/** Undoes a step. Each undo may be done twice, or for a step that was never done. */
export async function undo(
	action: UndoAction,
	host: Host,
	facts: HostFacts,
	processes: readonly ProcessIdentity[],
): Promise<void> {
	const undoing = undoings[action.kind] as Undoing<UndoAction> | undefined;
	// Another version of tsbox may have written the journal.
	if (undoing === undefined) throw new TypeError(`${action.kind} takes nothing back`);
	await undoing(action, {host, facts, processes});
}
