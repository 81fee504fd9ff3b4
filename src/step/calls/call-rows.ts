import type {HostFacts} from '../../host/facts.ts';
import {besideSteps} from '../script/beside.ts';
import type {Guard} from '../script/guard-script.ts';
import {gatheringPid} from '../script/init-script.ts';
import {startAction} from '../script/launch-script.ts';
import {skippingOf} from '../script/skipping.ts';
import type {Plan} from '../verbs/step.ts';
import {toolboxWords} from '../verbs/toolbox.ts';
import {type Call, callRow} from './call.ts';
import {insideCalls} from './inside-calls.ts';
import {joinCalls, unshareCalls} from './start-calls.ts';

/** How a start uses the executor of calls. */
export interface CallOptions {
	/** Wait for a line of the gate after each `@begin`. */
	readonly hold: boolean;
	readonly guard: Guard | undefined;
	/** Nobody looks at single steps: all lines of the status pipe are written at once. */
	readonly quiet: boolean;
}

/**
 * The rows that the executor of calls carries out: the container side of a plan, in the order and with the words on the status pipe
 * of `initScripts`.
 */
export function callRows(plan: Plan, conf: string, facts: HostFacts, options: CallOptions): string {
	return containerCalls(plan, conf, facts, options).map(callRow).join('');
}

/** The calls of {@link callRows}. */
export function containerCalls(
	plan: Plan,
	conf: string,
	facts: HostFacts,
	{hold, guard, quiet}: CallOptions,
): readonly Call[] {
	const start = startAction(plan);
	const {steps} = plan;
	const beside = besideSteps(steps);
	const enters = steps.some(({action}) => action.kind === 'enterNamespaces');
	const calls: Call[] = [
		...(quiet ? [['quiet'] as const] : []),
		...(guard === undefined
			? []
			: [
					[
						'guard',
						guard.kill.kind,
						'path' in guard.kill ? guard.kill.path : '',
						guard.keepsAlive ? 'keeps' : 'ends',
					] as const,
				]),
		['streams'],
		...joinCalls(start),
		...unshareCalls(start),
		// A process outside waits for the first one, whether or not that has a pid namespace.
		...(enters || start.leaves === true || start.unshare.includes('--fork') ? [] : [['fork'] as const]),
		...(enters ? (hold ? [['tell_gathering', gatheringPid] as const] : []) : [['tell_pid'] as const]),
	];
	for (const step of steps) {
		if (step.side !== 'inside' || step.action.kind === 'exec') continue;
		const {action} = step;
		const work = insideCalls(action, facts, conf);
		if (typeof work === 'string') throw new TypeError(`${step.id} has no calls: ${work}`);
		const held = hold || beside.has(step.id);
		const canSkip = hold && skippingOf(step, steps).can;
		calls.push(['begin', step.id], ...(held ? [['hold', canSkip ? work.length : 0] as const] : []), ...work);
		if (action.kind === 'enterNamespaces') calls.push(['tell_pid']);
	}
	calls.push(['gate', ...(toolboxWords(facts, 'sh') ?? ['sh']), '-s']);
	return calls;
}
