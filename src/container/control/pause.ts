import type {Machine} from '../machine/machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {freeze, thaw, thawed} from '../../kernel/freeze.ts';
import {type Freezer, freezersOf, isFrozen, isToFreeze} from '../../state/freezer.ts';
import {unlessEnded} from '../machine/has-ended.ts';
import {refuseOfEngine} from '../machine/of-engine.ts';
import {type RunningRecord, runningContainer} from '../machine/running-container.ts';

function freezersFor({host, facts}: Machine, {name, cgroups}: RunningRecord): readonly [Freezer, ...Freezer[]] {
	const [first, ...others] = freezersOf(host, cgroups);
	if (first !== undefined) return [first, ...others];
	const ordinary = facts.user.uid !== 0;
	throw new TsboxError('E_HOST_UNSUPPORTED', `${name} cannot be paused`, {
		why:
			cgroups.length === 0
				? `the kernel freezes cgroups, and ${name} has no cgroup${ordinary ? ': unprivileged users get one only where systemd delegates a cgroup v2' : ''}`
				: 'its cgroups have no freezer: neither cgroup.freeze (Linux 5.2) nor the v1 freezer exists',
		hint: ordinary
			? 'start it with `systemd-run --user --scope -p Delegate=yes -- tsbox ...`, or as root'
			: 'mount the freezer controller',
	});
}

/**
 * Freezes all processes of a container, and resolves when the kernel reports them as frozen.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_PERMISSION also for a container of an engine, E_PAUSED when it is paused already,
 * E_HOST_UNSUPPORTED without a cgroup that can be frozen, E_STEP_FAILED when a process could not be frozen.
 */
export async function pause(machine: Machine, name: string): Promise<void> {
	const {host} = machine;
	const record = runningContainer(machine, name);
	refuseOfEngine(record, 'pause');
	const freezers = freezersFor(machine, record);
	if (freezers.some(each => isFrozen(host, each)))
		throw new TsboxError('E_PAUSED', `${name} is paused already`, {hint: `resume it with \`tsbox unpause ${name}\``});
	await unlessEnded(name, () => freeze(host, freezers[0]));
}

/**
 * Thaws a paused container, whichever freezer froze it.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_PERMISSION also for a container of an engine, E_PAUSED when it is not paused, E_HOST_UNSUPPORTED,
 * E_STEP_FAILED when a parent cgroup is frozen.
 */
export async function unpause(machine: Machine, name: string): Promise<void> {
	const {host} = machine;
	const record = runningContainer(machine, name);
	refuseOfEngine(record, 'unpause');
	const freezers = freezersFor(machine, record);
	if (!freezers.some(each => isFrozen(host, each) || isToFreeze(host, each)))
		throw new TsboxError('E_PAUSED', `${name} is not paused`, {hint: 'see the states with `tsbox ps`'});
	await unlessEnded(name, async () => {
		thaw(host, freezers);
		for (const each of freezers) await thawed(host, each);
	});
}
