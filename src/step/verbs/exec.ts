import {shellCommand, shellWord} from './shell-word.ts';
import type {OwnVerb} from './verb.ts';

/** Who is process 1: the command itself, a reaper of the host bound on /dev/init, or the waiting shell. */
export type InitKind = 'none' | 'bound' | 'sh';

/** Opens the gate: the waiting shell becomes the command. The last step: what the first process becomes. */
export interface ExecAction {
	readonly kind: 'exec';
	readonly cwd: string;
	readonly args: readonly string[];
	/** `NAME=value`; HOME is filled in by lookupUser where it is missing. */
	readonly env: readonly string[];
	readonly init: InitKind;
}

/** The words that the gate's shell becomes, of which only process 1 may be another. */
export function commandWords({init, args}: ExecAction): readonly string[] {
	return init === 'bound' ? ['/dev/init', '--', ...args] : args;
}

export const exec: OwnVerb<ExecAction> = {
	shown: action => [
		`cd ${shellWord(action.cwd)}`,
		`export ${shellCommand(action.env.map(each => each.split('=')[0] ?? ''))}`,
		`exec ${shellCommand(commandWords(action))}`,
	],
	// The reaper that is bound is the first of the two that is linked statically, as plan-process.ts has it.
	needs: ({init}, {tools}) =>
		init === 'bound'
			? {tools: (['catatonit', 'tini'] as const).filter(name => tools[name]?.loader === null).slice(0, 1)}
			: {},
};
