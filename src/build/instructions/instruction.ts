import type {RawInstruction} from '../syntax/raw-instruction.ts';

/** A command in one of the two forms of the reference: words, or text for a shell. */
export interface CommandForm {
	/** The words; one text in the shell form, none for an empty instruction. */
	readonly words: readonly string[];
	readonly isShell: boolean;
}

/** `name=value` of ENV and LABEL, with quotes and variables as written. */
export interface Pair {
	readonly name: string;
	readonly value: string;
	/** True for `ENV name value`, whose value goes to the end of the line. */
	readonly isOldForm: boolean;
}

/** A file whose text stands in the Dockerfile. */
export interface InlineFile {
	readonly name: string;
	readonly content: string;
	readonly expands: boolean;
}

/** COPY and ADD. */
export interface CopyInstruction {
	readonly kind: 'copy' | 'add';
	/** Paths, patterns, and for ADD also URLs. */
	readonly sources: readonly string[];
	readonly inline: readonly InlineFile[];
	readonly destination: string;
	/** A stage, its number, an image, or a named context. */
	readonly from?: string;
	readonly chown?: string;
	readonly chmod?: string;
	readonly link: boolean;
	readonly parents: boolean;
	readonly exclude: readonly string[];
	readonly checksum?: string;
	/** Whether ADD unpacks an archive; by default a local one, and not one of a URL. */
	readonly unpack?: boolean;
}

/** How a container finds out whether it works. Durations in ms; undefined for the default of who runs it. */
export interface HealthcheckInstruction {
	readonly kind: 'healthcheck';
	/** `['NONE']`, `['CMD', word...]`, or `['CMD-SHELL', text]`. */
	readonly test: readonly string[];
	readonly intervalMs?: number;
	readonly timeoutMs?: number;
	readonly startPeriodMs?: number;
	readonly startIntervalMs?: number;
	readonly retries?: number;
}

/** RUN. */
export interface RunInstruction {
	readonly kind: 'run';
	readonly command: CommandForm;
	/** The texts of `--mount`, whose variables are not expanded yet. */
	readonly mounts: readonly string[];
	readonly network: 'default' | 'none' | 'host';
}

/** FROM. */
export interface FromInstruction {
	readonly kind: 'from';
	/** An image, a stage before it, a named context, or `scratch`. */
	readonly base: string;
	/** Lower case. */
	readonly name?: string;
	readonly platform?: string;
}

/** What an instruction says, without its place. */
export type InstructionWords =
	| FromInstruction
	| RunInstruction
	| CopyInstruction
	| HealthcheckInstruction
	| {readonly kind: 'arg'; readonly args: readonly {readonly name: string; readonly value?: string}[]}
	| {readonly kind: 'env' | 'label'; readonly pairs: readonly Pair[]}
	| {readonly kind: 'cmd' | 'entrypoint'; readonly command: CommandForm}
	| {readonly kind: 'workdir'; readonly path: string}
	| {readonly kind: 'user'; readonly user: string}
	| {readonly kind: 'volume'; readonly paths: readonly string[]}
	| {readonly kind: 'expose'; readonly ports: readonly string[]}
	| {readonly kind: 'stopsignal'; readonly signal: string}
	| {readonly kind: 'shell'; readonly words: readonly string[]}
	| {readonly kind: 'maintainer'; readonly author: string}
	| {readonly kind: 'onbuild'; readonly trigger: string};

/** An instruction of a Dockerfile, with variables not expanded. */
export type Instruction = InstructionWords & {readonly raw: RawInstruction};

/** An instruction of one kind. */
export type InstructionOf<Kind extends Instruction['kind']> = Extract<InstructionWords, {kind: Kind}> & {
	readonly raw: RawInstruction;
};
