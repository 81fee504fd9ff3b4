import type {SourceText} from '../../spec/syntax/source-text.ts';

/** A here-document of an instruction. */
export interface Heredoc {
	/** The word that ends it, without quotes. */
	readonly name: string;
	/** The lines between, each with its line break; without leading tabs after `<<-`. */
	readonly content: string;
	/** The same as written, for a shell that reads the here-document itself. */
	readonly written: string;
	/** False when its word is quoted: no variable is expanded. */
	readonly expands: boolean;
}

/** An option of an instruction: `--chown=1000`. */
export interface Flag {
	/** Without the two dashes. */
	readonly name: string;
	/** Undefined without an `=`. */
	readonly value: string | undefined;
	/** Where it stands in {@link RawInstruction.text}. */
	readonly start: number;
	readonly end: number;
}

/** An instruction of a Dockerfile: lines joined, keyword and options split off, nothing expanded. */
export interface RawInstruction {
	readonly source: SourceText;
	/** Upper case. */
	readonly keyword: string;
	readonly flags: readonly Flag[];
	/** What follows the options, without blanks around it. */
	readonly rest: string;
	/** Where `rest` begins in `text`. */
	readonly restAt: number;
	/** The instruction in one line: continuations joined, comments inside them dropped. */
	readonly text: string;
	/** Which offset of the file a part of `text` begins at, in order. */
	readonly pieces: readonly Piece[];
	readonly heredocs: readonly Heredoc[];
	/** The escape character of the file. */
	readonly escape: string;
	/** First and last line, from 1. */
	readonly line: number;
	readonly endLine: number;
}

/** A part of a joined line: from `at` on, it stands in the file from `offset` on. */
export interface Piece {
	readonly at: number;
	readonly offset: number;
}
