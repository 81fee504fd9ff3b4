import {escapeText} from '../../view/text/escape.ts';
import type {Command} from '../verb/command.ts';
import type {EngineApi} from '../verb/engine.ts';
import type {Io} from '../verb/io.ts';

/** The words that stand for verbs of the person's own, by name; no verb of tsbox among them, as none is shadowed. */
export type Aliases = Readonly<Record<string, readonly string[]>>;

/** What an alias stands for, as a person types it. */
export function aliasText(words: readonly string[]): string {
	return escapeText(['tsbox', ...words].join(' '));
}

/**
 * The aliases of the configuration.
 *
 * @throws TsboxError E_CONFIG for a configuration that can't be read.
 */
export async function aliasesOf(
	io: Io,
	engine: EngineApi,
	config: string | undefined,
	commands: readonly Command[],
): Promise<Aliases> {
	const {aliases = {}} = await engine.toolConfig({cwd: io.cwd, env: io.env, ...(config === undefined ? {} : {config})});
	const isVerb = (name: string): boolean => name === 'help' || commands.some(command => command.name === name);
	return Object.fromEntries(Object.entries(aliases).filter(([name]) => !isVerb(name)));
}
