import {configFolder} from '../verbs/command.ts';
import type {Plan, Step} from '../verbs/step.ts';
import {type Call, callText} from './call.ts';
import {insideCalls} from './inside-calls.ts';
import {joinCalls, unshareCalls} from './start-calls.ts';

/**
 * The system calls of a step as lines of C, for people. None for a step on the host, whose actions are done by tsbox, and for one that
 * only its command can do.
 */
export function stepCalls(step: Step, plan: Plan): readonly string[] {
	const calls = callsOf(step, configFolder(plan));
	return typeof calls === 'string' ? [] : calls.map(callText);
}

function callsOf({side, action}: Step, conf: string): readonly Call[] | string {
	if (action.kind === 'start') return [...joinCalls(action), ...unshareCalls(action)];
	if (side !== 'inside') return [];
	return action.kind === 'exec' ? [['execve', action.args[0] ?? '']] : insideCalls(action, undefined, conf);
}
