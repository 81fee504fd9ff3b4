import type {Place, Problem} from './problem.ts';
import type {Origin} from '../model/project.ts';
import type {Path, Places} from './tree.ts';

/** Reads a container's values, and records the place and the origin of each. */
export interface Picker {
	readonly places: Places;
	/** Keyed by the value's key: `mem_limit`, `environment.PATH`, `volumes.0`. */
	readonly origins: Map<string, Origin>;
	readonly problems: Problem[];
	/** Returns the value written in the file at `key`, or the fallback. */
	readonly pick: <T, D extends T | undefined>(key: string, written: T | undefined, fallback: D) => T | D;
	/** Like `pick`, but a value from the command line takes precedence. */
	readonly override: <T, D extends T | undefined>(
		option: string,
		given: T | undefined,
		key: string,
		written: T | undefined,
		fallback: D,
	) => T | D;
	/** Records the origin of a value whose key is not its path in the file. */
	readonly note: (key: string, origin: Origin, place: Place) => void;
	readonly noteAt: (key: string, path: Path) => void;
	/** The place of a value, by its key. */
	readonly placeOf: (key: string) => Place;
	readonly invalid: (place: Place, message: string, hint?: string) => void;
}

/** Creates a picker for the container at `places`. */
export function pickerOf(places: Places): Picker {
	const origins = new Map<string, Origin>();
	const noted = new Map<string, Place>();
	const problems: Problem[] = [];
	const note: Picker['note'] = (key, origin, place) => {
		origins.set(key, origin);
		noted.set(key, place);
	};
	const noteAt: Picker['noteAt'] = (key, path) => note(key, places.origin(path), places.value(path));
	const pick: Picker['pick'] = (key, written, fallback) => {
		if (written !== undefined) noteAt(key, key.split('.'));
		else if (fallback !== undefined) origins.set(key, {kind: 'default'});
		return written ?? fallback;
	};
	return {
		places,
		origins,
		problems,
		note,
		noteAt,
		pick,
		override: (option, given, key, written, fallback) => {
			if (given === undefined) return pick(key, written, fallback);
			note(key, {kind: 'option', option}, {kind: 'option', option});
			return given;
		},
		placeOf: key => noted.get(key) ?? places.value([]),
		invalid: (place, message, hint) => {
			const code = place.kind === 'option' ? 'E_USAGE' : 'E_SPEC_INVALID';
			problems.push({code, place, message, ...(hint !== undefined && {hint})});
		},
	};
}

/** Drops undefined entries, because the planner distinguishes a missing key from an undefined one. */
export function present<T extends object>(values: T): {[K in keyof T]?: Exclude<T[K], undefined>} {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
		[K in keyof T]?: Exclude<T[K], undefined>;
	};
}
