import type {Io} from './io.ts';

/** The path of the tsbox program, which also runs as the supervisor. */
export function programOf({own}: Io): string {
	return own.program;
}
