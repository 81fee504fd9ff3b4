import {TsboxError} from '../../errors/tsbox-error.ts';
import {shownPath} from '../../spec/syntax/source-text.ts';
import type {Context} from '../verb/command.ts';
import type {SpecRequest} from '../../container/machine/spec-request.ts';
import {lockProgress} from './lock-progress.ts';
import {present} from '../../spec/syntax/pick.ts';
import {stopSignals} from '../options/stop-signals.ts';
import {usageError} from '../options/usage-error.ts';

/** The options that are used here. */
interface VerbOptions {
	readonly locked: boolean;
	readonly lock: string | undefined;
}

/**
 * With `--locked`, rejects a start whose spec, files, or machine differ from the lock file, before any change.
 *
 * @returns The spec, with the images of the lock.
 * @throws TsboxError E_LOCKED with all differences; E_USAGE for `--lock` without `--locked`.
 */
export async function refuseUnlocked(
	{locked, lock}: VerbOptions,
	verb: 'up' | 'run',
	spec: SpecRequest,
	{services, alone}: {readonly services: readonly string[]; readonly alone: boolean},
	{io, engine, folders}: Context,
): Promise<SpecRequest> {
	if (!locked) {
		if (lock !== undefined) throw usageError('--lock needs --locked', undefined, verb);
		return spec;
	}
	const stop = stopSignals(io, 'the start');
	try {
		const found = await engine.checkLock(await engine.openMachine(folders), {
			spec,
			services,
			alone,
			signal: stop.signal,
			onFile: lockProgress(io),
			...present({file: lock}),
		});
		if (found.differences.length === 0) return {...spec, pins: found.images};
		const {lockDifferences} = await import('../../view/lists/lock-words.ts');
		throw new TsboxError('E_LOCKED', lockDifferences({...found, file: shownPath(found.file, io.cwd)}), {
			hint: 'follow the hint of each difference, or start without `--locked`',
		});
	} finally {
		stop.close();
	}
}
