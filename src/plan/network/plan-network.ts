import {isRange, mappedRoot, type UserMap} from '../../host/id-map.ts';
import type {StepBefore, StepBeside} from '../../step/verbs/step.ts';
import type {NetworksInput} from '../input/network-input.ts';
import {claimStep} from './claim-step.ts';
import {deviceSteps, linkStep} from './device-steps.ts';
import {filesStep, namesAloneStep, namesStep} from './name-steps.ts';
import {egressStep, resolverStep} from './plan-egress.ts';
import {relayStep} from './plan-relay.ts';
import {rulesStep} from './rules-step.ts';
import {namespaceSteps} from './plan-namespace.ts';

/** The steps that connect a container to its networks. */
export interface NetworkPlan {
	/** Before the first process exists. */
	readonly before: readonly StepBefore[];
	/** While it waits in its network namespace. */
	readonly beside: readonly StepBeside[];
}

const none: NetworkPlan = {before: [], beside: []};

/** Plans the networks of a container; nothing for one without. `map` is that of its user namespace: its root has the files of names. */
export function planNetwork(input: NetworksInput | null, map: UserMap | null): NetworkPlan {
	if (input === null) return none;
	const {joins, egress, own, ports} = input;
	const owner = isRange(map) ? {owner: mappedRoot(map)} : {};
	if (joins.length === 0) return {before: [namesAloneStep(input, owner)], beside: []};
	// The namespace goes with the last address, so it is made after the first.
	const made =
		own === null
			? joins.flatMap(join => [claimStep(join, input), ...deviceSteps(join, input)])
			: [
					...joins.map(join => claimStep(join, input)),
					...namespaceSteps(own, input),
					...joins.flatMap(join => deviceSteps(join, input)),
				];
	return {
		before: [
			filesStep(input, owner),
			...made,
			...(joins.some(({record}) => record.bridge !== undefined) ? [rulesStep(input)] : []),
			...(egress === undefined ? [] : joins.map(join => egressStep(egress, join, input))),
			...(egress?.resolver === undefined ? [] : [resolverStep(egress, egress.resolver, input)]),
			...(own === null || ports.length === 0 ? [] : [relayStep(own, input)]),
			namesStep(input),
		],
		beside: joins.map(join => linkStep(join, input)),
	};
}

/** Plans that a container which runs comes to one more network. It has the files for its names already, and its name server. */
export function planConnection(input: NetworksInput): NetworkPlan {
	const {before, beside} = planNetwork(input, null);
	return {before: before.filter(({id, action}) => action.kind !== 'writeFiles' && id !== 'network.resolver'), beside};
}
