import type {EngineApi} from './engine.ts';
import type {MachineOptions} from '../../container/machine/machine.ts';
import type {SpecRequest} from '../../container/machine/spec-request.ts';
import type {Io} from './io.ts';

/** An option of a verb. A `flag` takes no value. A `list` can be repeated. */
export interface Option {
	readonly kind: 'flag' | 'text' | 'number' | 'list';
	readonly short?: string;
	/** Name of the value in the help. */
	readonly value?: string;
	readonly choices?: readonly string[];
	readonly describe: string;
	/** What shell completion offers for the value. */
	readonly completes?: Completes;
}

/** The options of a verb by their long names. */
export type Options = Readonly<Record<string, Option>>;

/** What shell completion offers. */
export type Completes =
	| 'file'
	| 'container'
	| 'project'
	| 'service'
	| 'volume'
	| 'network'
	| 'image'
	| 'run'
	| 'word'
	| 'none';

/** A positional argument. */
export interface Positional {
	readonly name: string;
	readonly describe: string;
	readonly required?: boolean;
	/** Takes all following arguments. */
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

/** A parsed command line. */
export interface Arguments<O extends Options> {
	readonly values: Values<O>;
	readonly positionals: readonly string[];
	/** The words after `--`; undefined without `--`. */
	readonly rest: readonly string[] | undefined;
}

/** A project by its files or its name. Without any of them, it is that of the caller's folder. */
export type Selection = Partial<
	Pick<
		SpecRequest,
		'overrides' | 'file' | 'others' | 'projectDirectory' | 'envFiles' | 'profiles' | 'projectName' | 'nameFromFolder'
	>
>;

/** What a verb needs to run. */
export interface Context {
	readonly io: Io;
	readonly engine: EngineApi;
	readonly folders: MachineOptions;
	/** The command line, with the verb. An alias is replaced by what it stands for. */
	readonly words: readonly string[];
	/** The project that options before the verb select, as in `tsbox compose -p shop stop`. */
	readonly selected?: Selection;
	/** Loads all verbs, for completion and explanations. */
	readonly commands: () => Promise<readonly Command[]>;
}

/** A verb as data for the help page, the completion scripts, and the argument parser. */
export interface Command<O extends Options = Options> {
	readonly name: string;
	/** One sentence. */
	readonly describe: string;
	/** Command lines and what each does. */
	readonly examples: readonly (readonly [line: string, what: string])[];
	readonly options: O;
	readonly positionals: readonly Positional[];
	/**
	 * Whether the verb takes a command after `--`, and whether that command is required. `bare`: the command begins after the
	 * positionals, without `--`.
	 */
	readonly rest?: {readonly required: boolean; readonly bare?: true};
	/** Returns the exit status. */
	run(args: Arguments<O>, context: Context): Promise<number>;
	/** For a verb with verbs of its own: takes all words after it as they are, in place of `run`. Returns the exit status. */
	dispatch?(words: readonly string[], context: Context): Promise<number>;
	/** Loads the verbs of such a verb. Their names begin with its name: `compose up`. */
	verbs?(): Promise<readonly Command[]>;
}

/** A verb with its own verbs, loaded. */
export interface CommandTree extends Command {
	readonly nested: readonly Command[];
}

/** Verbs by their heading on the help page. */
export type CommandGroups = Readonly<Record<string, readonly Command[]>>;

/** Derives the types of a verb's values from its options. */
export function defineCommand<const O extends Options>(command: Command<O>): Command<O> {
	return command;
}

/** The global options, which every verb takes. */
export const globalOptions = {
	store: {kind: 'text', value: 'DIR', describe: 'Folder of unpacked root filesystems'},
	state: {kind: 'text', value: 'DIR', describe: 'Folder of container state'},
	config: {kind: 'text', value: 'FILE', describe: 'Configuration file of tsbox'},
	'no-pager': {kind: 'flag', describe: 'Do not use $TSBOX_PAGER, $PAGER, or less'},
	help: {kind: 'flag', short: 'h', describe: 'Show this help'},
	version: {kind: 'flag', describe: 'Show the version'},
} as const satisfies Options;
