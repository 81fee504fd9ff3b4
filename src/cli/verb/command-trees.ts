import type {Command, CommandTree} from './command.ts';

/** Verbs with the verbs that some of them have. */
export async function commandTrees(commands: readonly Command[]): Promise<readonly CommandTree[]> {
	return Promise.all(commands.map(async command => ({...command, nested: (await command.verbs?.()) ?? []})));
}
