import {escapeText} from '../../view/text/escape.ts';
import type {EngineApi} from '../verb/engine.ts';
import type {Io} from '../verb/io.ts';

/** The user's aliases by name. An alias cannot replace a verb of tsbox. */
export type Aliases = Readonly<Record<string, readonly string[]>>;

/** The command line that an alias expands to. */
export function aliasText(words: readonly string[]): string {
	return escapeText(['tsbox', ...words].join(' '));
}

/**
 * Reads the aliases of the configuration.
 *
 * @throws TsboxError E_CONFIG for a configuration that cannot be read.
 */
export async function aliasesOf(
	io: Io,
	engine: EngineApi,
	config: string | undefined,
	verbs: readonly string[],
): Promise<Aliases> {
	const {aliases = {}} = await engine.toolConfig({cwd: io.cwd, env: io.env, ...(config === undefined ? {} : {config})});
	const isVerb = (name: string): boolean => name === 'help' || verbs.includes(name);
	return Object.fromEntries(Object.entries(aliases).filter(([name]) => !isVerb(name)));
}
