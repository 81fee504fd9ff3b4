import type {EngineApi} from './engine.ts';
import type {MachineOptions} from '../../container/machine/machine.ts';
import type {Io} from './io.ts';

/** An option of a verb. A `flag` is there or not; the others take a value, a `list` one each time it is given. */
export interface Option {
	readonly kind: 'flag' | 'text' | 'number' | 'list';
	readonly short?: string;
	/** What its value is called in the help. */
	readonly value?: string;
	readonly choices?: readonly string[];
	readonly describe: string;
	/** What a shell offers for its value. */
	readonly completes?: Completes;
}

/** The options of a verb by their long names. */
export type Options = Readonly<Record<string, Option>>;

/** What a shell offers for an argument. */
export type Completes = 'file' | 'container' | 'project' | 'service' | 'volume' | 'run' | 'none';

/** An argument that is told by its place. */
export interface Positional {
	readonly name: string;
	readonly describe: string;
	readonly required?: boolean;
	/** Takes all that follow. */
	readonly many?: boolean;
	readonly choices?: readonly string[];
	readonly completes: Completes;
}

/** The values of options, by long name. */
export type Values<O extends Options> = {
	readonly [Name in keyof O]: O[Name]['kind'] extends 'flag'
		? boolean
		: O[Name]['kind'] extends 'text'
			? string | undefined
			: O[Name]['kind'] extends 'number'
				? number | undefined
				: readonly string[];
};

/** A command line, taken apart. */
export interface Arguments<O extends Options> {
	readonly values: Values<O>;
	readonly positionals: readonly string[];
	/** What follows `--`; undefined without it. */
	readonly rest: readonly string[] | undefined;
}

/** What a verb gets to work with. */
export interface Context {
	readonly io: Io;
	readonly engine: EngineApi;
	readonly folders: MachineOptions;
	/** All verbs, for the help pages and completion. */
	readonly commands: readonly Command[];
}

/** A verb as data: the help page, the completion scripts and the reader of arguments are made from it. */
export interface Command<O extends Options = Options> {
	readonly name: string;
	/** One sentence. */
	readonly describe: string;
	/** Command lines and what each is for. */
	readonly examples: readonly (readonly [line: string, what: string])[];
	readonly options: O;
	readonly positionals: readonly Positional[];
	/** What may follow `--`: its name in the help and whether it must be there. */
	readonly rest?: {readonly required: boolean};
	/** Gives the exit status. */
	run(args: Arguments<O>, context: Context): Promise<number>;
}

/** Verbs by the heading that they stand under in the help. */
export type CommandGroups = Readonly<Record<string, readonly Command[]>>;

/** Checks a verb's definition; the types of its values follow from its options. */
export function defineCommand<const O extends Options>(command: Command<O>): Command<O> {
	return command;
}

/** The options that every verb takes. */
export const globalOptions = {
	store: {kind: 'text', value: 'DIR', describe: 'Folder of unpacked root filesystems'},
	state: {kind: 'text', value: 'DIR', describe: 'Folder of container state'},
	config: {kind: 'text', value: 'FILE', describe: 'Configuration file of tsbox'},
	'no-pager': {kind: 'flag', describe: 'Do not use $TSBOX_PAGER, $PAGER, or less'},
	help: {kind: 'flag', short: 'h', describe: 'Show this help'},
	version: {kind: 'flag', describe: 'Show the version'},
} as const satisfies Options;
