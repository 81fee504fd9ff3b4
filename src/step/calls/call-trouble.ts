import type {HostFacts} from '../../host/facts.ts';
import type {Step} from '../verbs/step.ts';
import {systemCalls} from './constants.ts';
import {insideCalls} from './inside-calls.ts';

/** Why this host has no executor of calls, or undefined. */
export function hostTrouble({tools, kernel}: HostFacts): string | undefined {
	if (tools.perl === null) return 'this host has no perl';
	return systemCalls[kernel.arch] === undefined
		? `the numbers of the system calls of ${kernel.arch} are not known`
		: undefined;
}

/** Why the calls of these steps cannot be made on this host, or undefined. */
export function callTrouble(steps: readonly Step[], facts: HostFacts): string | undefined {
	const trouble = hostTrouble(facts);
	if (trouble !== undefined) return trouble;
	for (const step of steps) {
		if (step.action.kind === 'start' && step.action.isBare === true)
			return 'its profile is bare: each step is a command to type';
		if (step.side !== 'inside' || step.action.kind === 'exec') continue;
		const calls = insideCalls(step.action, facts, '');
		if (typeof calls === 'string') return calls;
	}
	return undefined;
}
