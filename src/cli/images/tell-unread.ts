import type {Io} from '../verb/io.ts';
import {tell} from '../output/tell.ts';

/** Warns of folders that a walk through layers left out. */
export function tellUnread(io: Io, paths: readonly string[]): void {
	for (const path of paths)
		tell(io, `warning: ${path || '/'} is left out: no permission to read it, or it is nested too deep`);
}
