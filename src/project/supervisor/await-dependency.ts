import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Dependency} from '../../spec/model/project.ts';
import {labelOf} from '../../spec/keys/replicas.ts';
import type {ChangeSignal} from '../state/change-signal.ts';
import type {ProjectSink} from '../state/event.ts';
import type {Units} from './units.ts';
import {conditionOf, conditionWords} from '../state/unit-state.ts';

/**
 * Settles when all containers of a dependency meet the condition. Emits `service.waiting` once if they do not yet.
 *
 * @throws TsboxError E_STEP_FAILED when a container can never meet the condition, E_SPEC_INVALID when a required service has
 * no containers; the abort reason.
 */
export async function awaitDependency(
	{
		units,
		bell,
		emit,
		now,
	}: {
		readonly units: Units;
		readonly bell: ChangeSignal;
		readonly emit: ProjectSink;
		readonly now: () => number;
	},
	waiter: string,
	{service, condition, required}: Dependency,
	signal: AbortSignal,
): Promise<void> {
	let told = false;
	for (;;) {
		signal.throwIfAborted();
		const others = units.ofService(service);
		if (others.length === 0) {
			if (!required) return;
			throw new TsboxError('E_SPEC_INVALID', `the required service ${service} has no containers`, {
				hint: 'start it too',
			});
		}
		const come = others.map(other => ({label: labelOf(other.view().service), is: conditionOf(other, condition)}));
		const never = come.find(({is}) => typeof is === 'string');
		if (never !== undefined)
			throw new TsboxError(
				'E_STEP_FAILED',
				`${never.label} ${never.is}; the dependency must be ${conditionWords[condition]}`,
				{hint: `see \`tsbox logs ${others[0]?.view().service.name ?? ''}\``},
			);
		if (come.every(({is}) => is === true)) return;
		if (!told) emit({type: 'service.waiting', at: now(), service: waiter, for: service, condition});
		told = true;
		await bell.nextChange(signal);
	}
}
