import type {OciHook} from '../../oci/config.ts';
import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import type {OwnVerb} from './verb.ts';

/** The first of the caller's descriptors at the gate, above those that a start uses. */
export const preservedFrom = 11;

/** What runs as process 1: the command, a reaper of the host that is bind-mounted on /dev/init, or the gate's shell. */
export type InitKind = 'none' | 'bound' | 'sh';

/** Opens the gate: the waiting shell becomes the command. This is the last step. */
export interface ExecAction {
	readonly kind: 'exec';
	readonly cwd: string;
	readonly args: readonly string[];
	/** `NAME=value`. If HOME is missing, lookupUser sets it. */
	readonly env: readonly string[];
	readonly init: InitKind;
	/** The mask of the modes of new files, when it is not that of the executor. */
	readonly umask?: number;
	/** Hooks of an engine that run in the container before the command, and the state that they read up to the process number, and after it. */
	readonly hooks?: readonly OciHook[];
	readonly hookState?: readonly [before: string, after: string];
	/** How many descriptors of the caller the command has from 3 on. At the gate they are from {@link preservedFrom} on. */
	readonly preserved?: number;
	/** The shell at the gate is that of the container, and no tool of the host can be reached. */
	readonly ownShell?: true;
}

/** The command line that the gate's shell becomes: the command, after the bind-mounted reaper if there is one. */
export function commandWords({init, args}: ExecAction): readonly string[] {
	return init === 'bound' ? ['/dev/init', '--', ...args] : args;
}

export const exec: OwnVerb<ExecAction> = {
	shown: action => [
		`cd ${shellWord(action.cwd)}`,
		`export ${shellCommand(action.env.map(each => each.split('=')[0] ?? ''))}`,
		`exec ${shellCommand(commandWords(action))}`,
	],
	// plan-process.ts bind-mounts the first of these two that is statically linked.
	needs: ({init}, {tools}) =>
		init === 'bound'
			? {tools: (['catatonit', 'tini'] as const).filter(name => tools[name]?.loader === null).slice(0, 1)}
			: {},
};
