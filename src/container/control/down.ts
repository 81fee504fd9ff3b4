import type {Machine} from '../machine/machine.ts';
import {setTimeout as delay} from 'node:timers/promises';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {signalProcess} from '../../host/programs/process.ts';
import {abortAfter} from '../../host/timer.ts';
import {thaw} from '../../kernel/freeze.ts';
import {freezersOf} from '../../state/freezer.ts';
import {containerFolder, isOwned, stateOf} from '../../state/record.ts';
import {findContainer} from '../machine/find-container.ts';
import {refuseOfEngine} from '../machine/of-engine.ts';
import {runPreStopHooks} from '../enter/hooks.ts';
import {gcName} from '../recover/gc.ts';

/** How long the owner may take to clean up after the command has ended, in ms. */
const cleanUpWithin = 15_000;

/** Options of {@link down}. */
export interface DownOptions {
	/** Grace period in ms; by default `stop_grace_period` of the container. */
	readonly timeoutMs?: number;
	/** Called with the stop signal and the grace period in ms. */
	readonly stopping?: (signal: string, graceMs: number) => void;
	/** Called for a `pre_stop` hook that failed. */
	readonly warn?: (text: string) => void;
}

/**
 * Stops a container with its `pre_stop` hooks, its stop signal, and SIGKILL after the grace period. Then waits until its owner
 * has cleaned up, or cleans up without an owner.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_PERMISSION for a container of an engine.
 */
export async function down(machine: Machine, name: string, options: DownOptions = {}): Promise<void> {
	const {host, dirs} = machine;
	const record = findContainer(machine, name);
	refuseOfEngine(record, 'rm -f');
	const running = (): boolean => stateOf(host, record) === 'running';
	if (record.process !== null && running()) {
		// Frozen processes do not receive the signal, and under cgroup v1 not even SIGKILL.
		thaw(host, freezersOf(host, record.cgroups));
		const graceMs = options.timeoutMs ?? record.stopGraceMs;
		const killAt = performance.now() + graceMs;
		if (graceMs > 0) await runPreStopHooks(machine, record, abortAfter(graceMs), options.warn ?? (() => {}));
		options.stopping?.(record.stopSignal, graceMs);
		signalProcess(host, record.process, record.stopSignal);
		while (running() && performance.now() < killAt) await delay(10);
		if (running()) signalProcess(host, record.process, 'SIGKILL');
		// An owner stopped by Ctrl-Z would not notice the end.
		if (isOwned(host, record)) signalProcess(host, record.owner, 'SIGCONT');
		// Without an owner, this process must wait for the end.
		if (!isOwned(host, record)) while (running() && performance.now() < killAt + cleanUpWithin) await delay(10);
	} else if (isOwned(host, record)) {
		// Still starting: on SIGTERM the owner cancels the start and rolls back.
		signalProcess(host, record.owner, 'SIGTERM');
		signalProcess(host, record.owner, 'SIGCONT');
	}
	const until = performance.now() + cleanUpWithin;
	const folder = containerFolder(dirs.state, record.name);
	while (isOwned(host, record) && host.lstat(folder) !== undefined) {
		if (performance.now() > until)
			throw new TsboxError('E_STATE', `tsbox ${record.owner.pid} does not clean up after ${name}`, {
				why: running() ? `${name} is still running` : 'the tsbox process does not react',
				hint: `kill it with \`kill -9 ${record.owner.pid}\`, then run \`tsbox gc\``,
			});
		await delay(10);
	}
	if (host.lstat(folder) !== undefined) await gcName(machine, record.name, () => {});
}
