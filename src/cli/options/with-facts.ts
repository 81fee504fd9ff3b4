import {resolve} from 'node:path';
import {isError} from '../../errors/is-error.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Machine} from '../../container/machine/machine.ts';
import type {Io} from '../verb/io.ts';

/**
 * Replaces the machine's facts with those that `tsbox doctor --facts` printed on another host, if a file is given.
 * @throws TsboxError E_USAGE for a file that cannot be read, E_STATE for one that holds something else.
 */
export async function withFacts(machine: Machine, file: string | undefined, io: Io): Promise<Machine> {
	if (file === undefined) return machine;
	const {loadFacts} = await import('../../host/facts/saved-facts.ts');
	const path = resolve(io.cwd, file);
	return {...machine, facts: loadFacts(readText(path, io), path)};
}

function readText(path: string, io: Io): string {
	try {
		return io.readFile(path);
	} catch (cause) {
		throw new TsboxError('E_USAGE', `cannot read the facts in ${path}`, {
			...(isError(cause) ? {why: cause.message} : {}),
			hint: 'run `tsbox doctor --facts > FILE` on the other host',
			cause,
		});
	}
}
