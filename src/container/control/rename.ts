import type {Machine} from '../machine/machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {withLock} from '../../execute/lock.ts';
import {parseName} from '../../spec/values/container-name.ts';
import {setAlias, shownName} from '../../state/alias.ts';
import {nameInUse} from '../../state/claim.ts';
import {findContainer} from '../machine/find-container.ts';

/**
 * Gives a container another name, whether it runs or has ended. Nothing of it is moved: what was made under its first name
 * stays there, and that name is its id until it is removed. Gives the name that it had.
 *
 * @throws TsboxError E_USAGE for what can be no name or is already its name, E_NO_SUCH_CONTAINER, E_NAME_IN_USE, E_STATE,
 * E_PERMISSION, E_HOST_UNSUPPORTED.
 */
export async function rename(machine: Machine, from: string, to: string): Promise<string> {
	const {host, facts, dirs} = machine;
	const parsed = parseName(to);
	if (!parsed.ok)
		throw new TsboxError('E_USAGE', `the name ${parsed.problem}`, parsed.hint === undefined ? {} : {hint: parsed.hint});
	findContainer(machine, from);
	// Two at a time would each take back the name that the other gave.
	return withLock(host, facts, `${dirs.state}/lock`, async () => {
		const {name: id} = findContainer(machine, from);
		const before = shownName(host, dirs.state, id);
		if (before === to)
			throw new TsboxError('E_USAGE', `the container is already named ${before}`, {hint: 'choose another'});
		if (!setAlias(host, dirs.state, id, to)) throw nameInUse(host, dirs.state, to);
		return before;
	});
}
