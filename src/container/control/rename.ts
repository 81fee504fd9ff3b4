import type {Machine} from '../machine/machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {withLock} from '../../execute/lock.ts';
import {parseName} from '../../spec/values/container-name.ts';
import {shownName} from '../../state/alias.ts';
import {setAlias} from '../../state/set-alias.ts';
import {nameInUse} from '../../state/claim.ts';
import {findContainer} from '../machine/find-container.ts';
import {refuseOfEngine} from '../machine/of-engine.ts';

/**
 * Renames a container, running or ended, and returns its old name. Nothing is moved: the container's files and cgroups keep
 * its first name, which stays its id until it is removed.
 *
 * @throws TsboxError E_USAGE for an invalid or unchanged name, E_NO_SUCH_CONTAINER, E_NAME_IN_USE, E_STATE,
 * E_PERMISSION, E_HOST_UNSUPPORTED.
 */
export async function rename(machine: Machine, from: string, to: string): Promise<string> {
	const {host, facts, dirs} = machine;
	const parsed = parseName(to);
	if (!parsed.ok)
		throw new TsboxError('E_USAGE', `the name ${parsed.problem}`, parsed.hint === undefined ? {} : {hint: parsed.hint});
	refuseOfEngine(findContainer(machine, from), 'rename');
	// Two renames at the same time would undo each other's name.
	return withLock(host, facts, `${dirs.state}/lock`, async () => {
		const {name: id} = findContainer(machine, from);
		const before = shownName(host, dirs.state, id);
		if (before === to)
			throw new TsboxError('E_USAGE', `the container is already named ${before}`, {hint: 'choose another'});
		if (!setAlias(host, dirs.state, id, to)) throw nameInUse(host, dirs.state, to);
		return before;
	});
}
