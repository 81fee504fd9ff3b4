import type {Machine} from '../machine/machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {signalProcess} from '../../host/programs/process.ts';
import {thaw} from '../../kernel/freeze.ts';
import {killOf} from '../../kernel/kill-of.ts';
import {killCgroup} from '../../execute/undo.ts';
import {parseSignal} from '../../spec/values/signal.ts';
import {freezersOf, isFrozen} from '../../state/freezer.ts';
import {hasEnded} from '../machine/has-ended.ts';
import {refuseOfEngine} from '../machine/of-engine.ts';
import {runningContainer} from '../machine/running-container.ts';

/** The canonical name of a signal given by name or number: `SIGTERM`. @throws TsboxError E_USAGE. */
function signalName(signal: string): string {
	const parsed = parseSignal(signal);
	if (parsed.ok) return parsed.value;
	throw new TsboxError('E_USAGE', `the signal ${parsed.problem}`, {
		hint: parsed.hint ?? 'use a name from signal(7), with or without SIG',
	});
}

/**
 * Sends a signal to a container's first process. SIGKILL goes to every process of its cgroup, and thaws a paused container,
 * because the v1 freezer delays even SIGKILL. Any other signal waits until a paused container continues; `pending` reports that.
 *
 * @throws TsboxError E_USAGE for an unknown signal, E_NO_SUCH_CONTAINER, E_STATE, E_PERMISSION also for a container of an engine.
 */
export async function signalContainer(
	machine: Machine,
	name: string,
	signal: string,
): Promise<{readonly pending: boolean}> {
	const {host} = machine;
	const wanted = signalName(signal);
	const record = runningContainer(machine, name);
	refuseOfEngine(record, `kill --signal ${wanted}`);
	const {process, cgroups} = record;
	const freezers = freezersOf(host, cgroups);
	if (wanted !== 'SIGKILL') {
		if (!signalProcess(host, process, wanted)) throw hasEnded(name);
		return {pending: freezers.some(each => isFrozen(host, each))};
	}
	killCgroup(host, killOf(host, cgroups));
	signalProcess(host, process, 'SIGKILL');
	thaw(host, freezers);
	return {pending: false};
}
