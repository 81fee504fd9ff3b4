import {setTimeout as delay} from 'node:timers/promises';
import {TsboxError} from '../errors/tsbox-error.ts';
import {signalProcess} from '../host/process.ts';
import {thaw} from '../run/freeze.ts';
import {freezersOf} from '../state/freezer.ts';
import {containerFolder, isOwned, stateOf} from '../state/record.ts';
import {findContainer} from './find-container.ts';
import {gcName} from './gc.ts';
import type {Machine} from './types.ts';

/** How long the owner may take to clean up after the command has ended, ms. */
const cleanUpWithin = 15_000;

/**
 * Stops a container: its stop signal, after the grace period SIGKILL, then waits until its owner has cleaned up, or
 * cleans up in its place.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER.
 */
export async function down(machine: Machine, name: string, options: {readonly timeoutMs?: number} = {}): Promise<void> {
	const {host, dirs} = machine;
	const record = findContainer(machine, name);
	const running = (): boolean => stateOf(host, record) === 'running';
	if (record.process !== null && running()) {
		// Held processes would not get the signal, and under v1 not even SIGKILL.
		thaw(host, freezersOf(host, record.cgroups));
		signalProcess(host, record.process, record.stopSignal as NodeJS.Signals);
		const killAt = host.now() + (options.timeoutMs ?? record.stopGraceMs);
		while (running() && host.now() < killAt) await delay(10);
		if (running()) signalProcess(host, record.process, 'SIGKILL');
	} else if (isOwned(host, record)) {
		// Still starting: its owner takes a signal as the wish to stop, and rolls back.
		signalProcess(host, record.owner, 'SIGTERM');
	}
	const until = host.now() + cleanUpWithin;
	const folder = containerFolder(dirs.state, record.name);
	while (isOwned(host, record) && host.lstat(folder) !== undefined) {
		if (host.now() > until)
			throw new TsboxError('E_STATE', `${name} was stopped, but tsbox ${record.owner.pid} does not clean up after it`, {
				hint: `end that process and run \`tsbox gc\``,
			});
		await delay(10);
	}
	if (host.lstat(folder) !== undefined) await gcName(machine, record.name, () => {});
}
