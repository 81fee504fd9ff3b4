import type {Machine} from '../machine/machine.ts';
import {setTimeout as delay} from 'node:timers/promises';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {signalProcess} from '../../host/programs/process.ts';
import {abortAfter} from '../../host/timer.ts';
import {thaw} from '../../kernel/freeze.ts';
import {freezersOf} from '../../state/freezer.ts';
import {containerFolder, isOwned, stateOf} from '../../state/record.ts';
import {findContainer} from '../machine/find-container.ts';
import {sayFarewell} from '../enter/hooks.ts';
import {gcName} from '../recover/gc.ts';

/** How long the owner may take to clean up after the command has ended, ms. */
const cleanUpWithin = 15_000;

/** How a container is stopped. */
export interface DownOptions {
	/** Its `stop_grace_period` without it, ms. */
	readonly timeoutMs?: number;
	/** Told what it is stopped with, and after how long it is killed, ms. */
	readonly stopping?: (signal: string, graceMs: number) => void;
	/** Told of a `pre_stop` command that failed. */
	readonly warn?: (text: string) => void;
}

/**
 * Stops a container: its `pre_stop` commands, its stop signal, after the grace period SIGKILL, then waits until its owner has cleaned up, or
 * cleans up in its place.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER.
 */
export async function down(machine: Machine, name: string, options: DownOptions = {}): Promise<void> {
	const {host, dirs} = machine;
	const record = findContainer(machine, name);
	const running = (): boolean => stateOf(host, record) === 'running';
	if (record.process !== null && running()) {
		// Held processes would not get the signal, and under v1 not even SIGKILL.
		thaw(host, freezersOf(host, record.cgroups));
		const graceMs = options.timeoutMs ?? record.stopGraceMs;
		const killAt = performance.now() + graceMs;
		if (graceMs > 0) await sayFarewell(machine, record, abortAfter(graceMs), options.warn ?? (() => {}));
		options.stopping?.(record.stopSignal, graceMs);
		signalProcess(host, record.process, record.stopSignal);
		while (running() && performance.now() < killAt) await delay(10);
		if (running()) signalProcess(host, record.process, 'SIGKILL');
		// Stopped by Ctrl-Z it would not see the end.
		if (isOwned(host, record)) signalProcess(host, record.owner, 'SIGCONT');
		// Without an owner nobody else waits for the end of it.
		if (!isOwned(host, record)) while (running() && performance.now() < killAt + cleanUpWithin) await delay(10);
	} else if (isOwned(host, record)) {
		// Still starting: its owner takes a signal as the wish to stop, and rolls back.
		signalProcess(host, record.owner, 'SIGTERM');
		signalProcess(host, record.owner, 'SIGCONT');
	}
	const until = performance.now() + cleanUpWithin;
	const folder = containerFolder(dirs.state, record.name);
	while (isOwned(host, record) && host.lstat(folder) !== undefined) {
		if (performance.now() > until)
			throw new TsboxError('E_STATE', `tsbox ${record.owner.pid} does not clean up after ${name}`, {
				why: running()
					? `${name} does not end`
					: 'tsbox was asked to stop or its container has ended, and it does not react',
				hint: `end it with \`kill -9 ${record.owner.pid}\`, then run \`tsbox gc\``,
			});
		await delay(10);
	}
	if (host.lstat(folder) !== undefined) await gcName(machine, record.name, () => {});
}
