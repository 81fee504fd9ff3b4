import type {CopiedEntry} from '../context/content-digest.ts';
import type {RunMount} from '../instructions/read-mount.ts';
import type {OciConfig} from './oci-config.ts';
import type {Platform} from './platform.ts';

/** Where files come from that are neither in the Dockerfile nor on the network. */
export type FileSource =
	/** The build context. */
	| {readonly kind: 'context'}
	/** A folder that `additional_contexts` names. */
	| {readonly kind: 'folder'; readonly name: string}
	/** A stage of the same file, by its index. */
	| {readonly kind: 'stage'; readonly stage: number}
	| {readonly kind: 'image'; readonly reference: string; readonly manifest: string};

/** What a stage begins with. */
export type StageBase =
	| {readonly kind: 'scratch'}
	| {readonly kind: 'stage'; readonly stage: number}
	| {readonly kind: 'image'; readonly reference: string; readonly manifest: string};

/** A mount of a RUN. */
export interface PlannedMount extends RunMount {
	/** bind, cache: where its files come from. */
	readonly files?: FileSource;
	/** bind: all of them, where they are known before the build. */
	readonly entries?: readonly CopiedEntry[];
}

/** A command of a RUN, as a container executes it. */
export interface RunStep {
	/** The command with its shell. */
	readonly argv: readonly string[];
	/** ENV, ARG and the proxies that were given. */
	readonly env: Readonly<Record<string, string>>;
	readonly workingDir: string;
	/** As USER has it; undefined for root. */
	readonly user?: string;
	readonly mounts: readonly PlannedMount[];
	readonly network: 'default' | 'none' | 'host';
	/** A here-document with `#!` is a program: it is mounted while the command runs. */
	readonly script?: {readonly path: string; readonly content: string};
}

/** What COPY or ADD puts where. */
export interface CopyStep {
	/** Paths and patterns in `from`. */
	readonly sources: readonly string[];
	readonly from: FileSource;
	/** All files of the sources, where they are known before the build; a stage's and an image's are not. */
	readonly entries?: readonly CopiedEntry[];
	/** How many files and folders the sources name, where it is known. */
	readonly found?: number;
	/** Files whose text is in the Dockerfile. */
	readonly inline: readonly {readonly name: string; readonly content: string}[];
	/** Files that curl fetches. */
	readonly urls: readonly {readonly url: string; readonly name: string; readonly checksum?: string}[];
	/** Absolute. */
	readonly destination: string;
	/** The destination is a folder even if it does not exist yet. */
	readonly toFolder: boolean;
	/** `user[:group]`; root by default. */
	readonly chown?: string;
	/** Octal or symbolic, see {@link applyChmod}. */
	readonly chmod?: string;
	/** The layer does not depend on those below. */
	readonly link: boolean;
	readonly parents: boolean;
	readonly exclude: readonly string[];
	/** Archives among the sources are unpacked. */
	readonly unpack: boolean;
}

interface RowParts {
	/** The index of the stage. */
	readonly stage: number;
	/** The instruction as it stands in the Dockerfile, in one line. */
	readonly instruction: string;
	/** Its first line; that of FROM for a trigger of the base. */
	readonly line: number;
	/** `file:line`. */
	readonly place: string;
	/** An ONBUILD of the base. */
	readonly isTrigger: boolean;
	/** The instruction with its variables filled in, which is its line in the history of the image. */
	readonly command: string;
	/**
	 * A digest of all that the row does, but for the files below it and those of stages and images that it takes from. Undefined when it
	 * changes no file.
	 */
	readonly inputs?: string;
	/** A digest of the inputs of this row and of all below it. */
	readonly cacheKey: string;
}

/** An instruction in the plan of a build. */
export type BuildRow = RowParts &
	(
		| {readonly kind: 'base'; readonly base: StageBase}
		| {readonly kind: 'run'; readonly run: RunStep}
		| {readonly kind: 'copy' | 'add'; readonly copy: CopyStep}
		| {readonly kind: 'workdir'; readonly path: string; readonly user?: string}
		/** It changes the configuration only. */
		| {readonly kind: 'meta'}
	);

/** A stage that the target needs. */
export interface StagePlan {
	/** Counted from 0, also over stages that are not needed. */
	readonly index: number;
	readonly name?: string;
	readonly platform: Platform;
	readonly base: StageBase;
	/** FROM first. */
	readonly rows: readonly BuildRow[];
	/** The configuration after the last row. Its history and its layers are those of the image that it begins with. */
	readonly config: OciConfig;
}

/** What a build does, in order. */
export interface BuildPlan {
	/** The stages that are needed, each behind those that it needs. */
	readonly stages: readonly StagePlan[];
	/** The index of the stage that becomes the image. */
	readonly target: number;
	/** Each begins with `file:line: ` where it has a place. */
	readonly warnings: readonly string[];
}
