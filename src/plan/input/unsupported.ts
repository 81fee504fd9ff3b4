import {TsboxError} from '../../errors/tsbox-error.ts';

/** Collects what this host cannot do: an error, or a warning with --best-effort. */
export interface Shortfalls {
	readonly warnings: readonly string[];
	/** @throws TsboxError E_HOST_UNSUPPORTED unless warnings are wanted. */
	add(what: string, why: string, hint: string): void;
}

/** Shortfalls that throw, or with `bestEffort` collect. */
export function shortfalls(bestEffort: boolean): Shortfalls {
	const warnings: string[] = [];
	return {
		warnings,
		add(what, why, hint) {
			if (!bestEffort)
				throw new TsboxError('E_HOST_UNSUPPORTED', what, {why, hint: `${hint}, or go without with --best-effort`});
			warnings.push(`${what}: ${why}`);
		},
	};
}
