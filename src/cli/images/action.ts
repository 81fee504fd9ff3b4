import type {Context, Options, Values} from '../verb/command.ts';
import {jsonOption} from '../options/arguments.ts';
import {formatOption} from '../options/format-option.ts';

/** The options of all actions of `tsbox images`; {@link ImagesAction.options} says which of them an action takes. */
export const imagesOptions = {
	quiet: {kind: 'flag', short: 'q', describe: 'Print only digests, no progress'},
	digests: {kind: 'flag', describe: 'With ls: also what the tag points to in its registry'},
	'no-trunc': {kind: 'flag', describe: 'With ls and history: do not shorten digests and commands'},
	platform: {
		kind: 'text',
		value: 'OS/ARCH[/VARIANT]',
		describe: 'With pull and import: another platform than that of this machine',
	},
	all: {
		kind: 'flag',
		short: 'a',
		describe: 'With prune: also images that have a name; with --build-cache all that builds keep',
	},
	'build-cache': {
		kind: 'flag',
		describe: 'With prune: instead of images, layers that only later builds would use, and their cache mounts',
	},
	older: {
		kind: 'text',
		value: 'AGE',
		describe: 'With prune: only those pulled, or used by a build, longer ago, such as 30d or 12h',
	},
	'keep-size': {
		kind: 'text',
		value: 'SIZE',
		describe: 'With prune: the oldest, until all take no more than this, such as 10GB',
	},
	output: {
		kind: 'text',
		short: 'o',
		value: 'FILE',
		describe: 'With save: the archive to write; default standard output',
	},
	input: {kind: 'text', short: 'i', value: 'FILE', describe: 'With load: the archive to read; default standard input'},
	change: {
		kind: 'list',
		short: 'c',
		value: 'INSTRUCTION',
		describe: 'With import: an instruction of a Dockerfile, such as CMD ["sh"]',
	},
	depth: {kind: 'number', value: 'N', describe: 'With tree: how many folders deep; default 2'},
	...jsonOption,
	format: {
		...formatOption.format,
		describe: `${formatOption.format.describe}; with save: docker-archive or oci-archive`,
	},
} as const satisfies Options;

/** The values of {@link imagesOptions}. */
export type ImagesValues = Values<typeof imagesOptions>;

/** Carries out an action and returns the exit status. */
export type RunAction = (values: ImagesValues, words: readonly string[], context: Context) => Promise<number>;

/** An action of `tsbox images`. */
export interface ImagesAction {
	/** Its arguments on the usage line; empty for none. */
	readonly takes: string;
	/** How many arguments it takes at least and at most. */
	readonly least: number;
	readonly most: number;
	readonly options: readonly (keyof ImagesValues)[];
	readonly load: () => Promise<RunAction>;
}
