import type {Arguments, Command, Context, Option, Options, Selection} from '../../verb/command.ts';

/** Why something of Compose is not done here, and what to use. */
export interface Refusal {
	readonly why: string;
	readonly hint: string;
}

/** An option of Compose that is parsed, but refused or without effect. */
type Unserved = Pick<Option, 'kind' | 'short'>;

/** The context of a verb under `tsbox compose`. */
export type ComposeContext = Context & {
	readonly selected: Selection;
	/** `--all-resources` before the verb. */
	readonly allResources?: boolean;
	/** `--progress` before the verb, or COMPOSE_PROGRESS. */
	readonly progress?: string;
};

/** A verb of `docker compose` as data. */
export interface ComposeVerb<O extends Options = Options> extends Omit<Command<O>, 'run' | 'name' | 'dispatch'> {
	readonly name: string;
	/** Options of `docker compose` that are refused. */
	readonly refused?: Readonly<Record<string, Unserved & Refusal>>;
	/** Options of `docker compose` that are accepted, and why they have no effect. */
	readonly ignored?: Readonly<Record<string, Unserved & {readonly why: string}>>;
	/** What `--dry-run` tells of a verb that changes something; `none`: it is refused. */
	readonly dry?: 'up' | 'containers' | 'images' | 'none';
	/** Returns the exit status. */
	run(args: Arguments<O>, context: ComposeContext): Promise<number>;
}

/** Derives the types of a verb's values from its options. */
export function defineComposeVerb<const O extends Options>(verb: ComposeVerb<O>): ComposeVerb<O> {
	return verb;
}

/** The verb as one of tsbox: for its help, its man page, and completion. */
export function asCommand(verb: ComposeVerb): Command {
	return {
		...verb,
		name: `compose ${verb.name}`,
		run: async (args, context) => verb.run(args, {...context, selected: context.selected ?? {}}),
	};
}
