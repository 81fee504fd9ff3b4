import {TsboxError} from '../../errors/tsbox-error.ts';

/** Reports what this host cannot do: as an error, or with `--best-effort` as a warning. */
export interface Shortfalls {
	readonly warnings: readonly string[];
	/** @throws TsboxError E_HOST_UNSUPPORTED without `--best-effort`. */
	add(what: string, why: string, hint: string): void;
}

/** Creates {@link Shortfalls} that throw, or with `bestEffort` collect warnings. */
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
