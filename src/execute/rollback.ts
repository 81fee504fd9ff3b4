import {whyNot} from '../errors/why-not.ts';
import type {HostFacts} from '../host/facts.ts';
import type {Host} from '../host/host.ts';
import {trace} from '../host/trace.ts';
import {isRunning} from '../host/programs/process.ts';
import type {EventSink} from './event.ts';
import {readJournal} from './journal.ts';
import {undo} from './undo.ts';

/**
 * Undoes the steps of a journal, last one first, except those in `spared`. If one undo fails, the others are still
 * tried.
 *
 * @throws the first error, after all undos were tried.
 */
export async function rollBack(
	host: Host,
	facts: HostFacts,
	folder: string,
	emit: EventSink,
	spared: readonly string[] = [],
): Promise<void> {
	const entries = readJournal(host, folder);
	const processes = entries.flatMap(entry => ('process' in entry ? [entry.process] : []));
	const errors: unknown[] = [];
	for (const entry of entries.toReversed()) {
		if ('process' in entry || spared.includes(entry.id)) continue;
		try {
			await undo(entry.undo, host, facts, processes);
			trace('steps', () => `undone ${entry.id}: ${entry.undo.kind}`);
			emit({type: 'step.undone', at: host.now(), id: entry.id});
		} catch (error) {
			trace('steps', () => `not undone ${entry.id}: ${whyNot(error)}`);
			errors.push(error);
		}
	}
	if (errors.length > 0) throw errors[0];
}

/**
 * {@link rollBack} after a failed start. The caller reports the start's error, so an undo that fails becomes a warning.
 *
 * @returns whether everything was undone; if not, the journal must stay for `gc`
 */
export async function rollBackFailed(...rollBackArguments: Parameters<typeof rollBack>): Promise<boolean> {
	const [host, , , emit] = rollBackArguments;
	try {
		await rollBack(...rollBackArguments);
		return true;
	} catch (error) {
		const text = `not everything was taken back: ${whyNot(error)}; \`tsbox gc\` tries again`;
		emit({type: 'warning', at: host.now(), text});
		return false;
	}
}

/** Whether processes of a container's journal still run, or its cgroups still exist. */
export function isAnythingLeft(host: Host, folder: string): boolean {
	return readJournal(host, folder).some(entry => {
		if ('process' in entry) return isRunning(host, entry.process);
		return entry.undo.kind === 'removeCgroups' && entry.undo.paths.some(path => host.lstat(path) !== undefined);
	});
}
