/**
 * Text that is shown to nobody: JSON has nothing of it, and neither has a copy for another thread. So a plan, a record and an error
 * cannot hold it by mistake.
 */
export class HiddenText {
	readonly #text: string;

	constructor(text: string) {
		this.#text = text;
	}

	/** The text, for the file that it is written to. */
	reveal(): string {
		return this.#text;
	}

	toJSON(): undefined {
		return undefined;
	}
}

/** A file that tsbox writes for a container: a secret or a config that is no file of the host, or that has an owner or a mode. */
export interface GivenFile {
	readonly kind: 'secret' | 'config';
	/** Its key at the top of the file. */
	readonly name: string;
	/** Absolute path in the container. */
	readonly target: string;
	/** Absolute path on the host of what is copied; undefined where there is a text. */
	readonly file?: string;
	/** Undefined in a record. */
	readonly text?: HiddenText;
	/** The variable that was to hold the text, and is not set: a start fails, other verbs need no text. */
	readonly missing?: string;
	/** Ids in the container; 0 by default. */
	readonly uid?: number;
	readonly gid?: number;
	/** Permission bits; 0444 by default. */
	readonly mode?: number;
}
