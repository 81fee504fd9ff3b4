import type {HostFacts} from '../../host/facts.ts';
import {type StartAction, startLines} from '../verbs/start.ts';
import type {Plan} from '../verbs/step.ts';
import {type Guard, guardLines} from './guard-script.ts';

/** The action that starts the first process. */
export function startAction(plan: Plan): StartAction {
	const start = plan.steps.flatMap(step => (step.action.kind === 'start' ? [step.action] : []))[0];
	if (start === undefined) throw new TypeError('the plan starts nothing');
	return start;
}

/**
 * The sh program that tsbox starts: {@link startLines} after the descriptors are in order.
 *
 * @param guard - for a container that ends with its starter, which the guard watches on descriptor 5
 */
export function launchScript(plan: Plan, conf: string, facts: HostFacts, guard?: Guard): string {
	return [
		'# Starts the first process of the container; written by tsbox.',
		...(guard === undefined ? [] : guardLines(guard)),
		'exec 5<&0 6>&1 7>&2 </dev/null >&3 2>&3',
		...startLines(startAction(plan), conf, {facts}),
		'',
	].join('\n');
}
